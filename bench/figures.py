"""The dashboard's page of figures over a million try-ons, and what keeping the days costs."""

from __future__ import annotations

import os
import time
from typing import Any

from .case import measured
from .stand import database
from .table import Line, Row

TRYONS = 1_000_000
DAYS = 365
PRODUCTS = 2_000
SHOPPERS = 250_000
TIMES = 7
RANGES = (30, 90, 365)
PAGE = "/dashboard/try-on/"
# Most of the time goes into counting; a try-on has its picture after about ten seconds, one
# in fourteen fails, and some products are tried far more often than others.
SPECIAL = {
    "id": "gen_random_uuid()",
    "shopper_id": "(SELECT min(id) FROM genlook_oscar_shopper) + floor(random() * {shoppers})",
    "product_id": "(SELECT min(id) FROM catalogue_product) "
    "+ floor(power(random(), 3) * {products})",
    "product_title": "'Product'",
    "status": "CASE WHEN n % 14 = 0 THEN 'failed' ELSE 'expired' END",
    "charge": "CASE WHEN n % 14 = 0 THEN 'released' ELSE 'settled' END",
    "created_at": "clicked",
    "deadline_at": "clicked + interval '300 s'",
    "not_before": "clicked",
    "finished_at": "clicked + interval '1 s' * (6 + 5 * exp(random() * 2 - 1))",
    "reuse_key": "md5(n::text)",
    "generation_id": "md5(n::text)",
}


def measure(tryons: int, times: int) -> dict[str, Any]:
    """Fill a database, look at the page without kept days, keep them, and look again."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["TEST"] = {"NAME": "figures_bench"}
    django.setup()
    with database():
        return _measure(tryons, times)


def _measure(tryons: int, times: int) -> dict[str, Any]:
    from genlook_oscar.insight import rollup
    from genlook_oscar.models import ProductDay, ShopDay

    boss, partner = _fill(tryons)
    found: dict[str, Any] = {"counting": _pages(boss, 1), "days": []}
    days = iter(list(rollup.due()))
    for day in days:
        begin = time.perf_counter()
        rollup.recount(day)
        found["days"].append(time.perf_counter() - begin)
    _tidy()
    found["kept_rows"] = [ShopDay.objects.count(), ProductDay.objects.count()]
    found["kept"] = _pages(boss, times)
    found["partner"] = _pages(partner, times)
    begin = time.perf_counter()
    rollup.catch_up()
    found["sweep"] = time.perf_counter() - begin
    return found


def _fill(tryons: int) -> tuple[Any, Any]:
    """A year of try-ons until now; returns a superuser and a partner's user who sells a tenth
    of the products, signed in."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Permission
    from django.db import connection
    from django.test import Client
    from oscar.core.loading import get_model

    from genlook_oscar.models import Configuration, Shopper, TryOn

    Configuration(enabled=True).save()
    Product, StockRecord = get_model("catalogue", "Product"), get_model("partner", "StockRecord")
    kind = get_model("catalogue", "ProductClass").objects.create(name="Clothing")
    products = Product.objects.bulk_create(
        Product(title=f"Product {number}", slug=f"product-{number}", product_class=kind)
        for number in range(PRODUCTS)
    )
    Shopper.objects.bulk_create((Shopper() for _ in range(SHOPPERS)), batch_size=5000)
    columns = {}
    for field in TryOn._meta.concrete_fields:
        value = SPECIAL.get(field.column)
        if value is None:
            value = _literal(field.get_default())
        columns[field.column] = value.format(shoppers=SHOPPERS, products=PRODUCTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TryOn._meta.db_table} ({', '.join(columns)}) "
            f"SELECT {', '.join(columns.values())} FROM ("
            f"SELECT n, now() - interval '{DAYS - 1} days' * random() AS clicked "
            f"FROM generate_series(1, {tryons:d}) AS n) AS clicks"
        )
    _tidy()
    users = get_user_model().objects
    boss = users.create_superuser("boss", "boss@example.com", "pass")
    seller = users.create_user("seller", "seller@example.com", "pass")
    seller.user_permissions.add(
        Permission.objects.get(codename="view_figures"),
        Permission.objects.get(codename="dashboard_access"),
    )
    partner = get_model("partner", "Partner").objects.create(name="Seller")
    partner.users.add(seller)
    StockRecord.objects.bulk_create(
        StockRecord(product=product, partner=partner, partner_sku=str(product.pk))
        for product in products[::10]
    )
    clients = []
    for user in (boss, seller):
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        clients.append(client)
    return clients[0], clients[1]


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _tidy() -> None:
    """As autovacuum would have done by the time."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _pages(client: Any, times: int) -> dict[str, list[float]]:
    """The seconds of the page, by the number of days shown."""
    from genlook_oscar.insight.period import Period

    found: dict[str, list[float]] = {}
    for length in RANGES:
        period = Period.last(length)
        query = {"start": period.start.isoformat(), "end": period.end.isoformat()}
        taken = []
        for turn in range(times + (times > 1)):
            begin = time.perf_counter()
            response = client.get(PAGE, query)
            seconds = time.perf_counter() - begin
            assert response.status_code == 200, response.status_code
            # The first fills caches of templates and of the server.
            if turn or times == 1:
                taken.append(seconds)
        found[str(length)] = taken
    return found


def run(full: bool, small: bool) -> Row:
    """The row."""
    found = measured(
        "bench.figures:measure", tryons=20_000 if small else TRYONS, times=2 if small else TIMES
    )
    lines = []
    for who, name in (("kept", "the whole shop"), ("partner", "a partner with 200 products")):
        for length in RANGES:
            taken, before = found[who][str(length)], found["counting"][str(length)]
            lines.append(
                Line(
                    f"page of {length} days, {name}: best / worst of {len(taken)}",
                    "worst <= 1 s",
                    f"{min(taken):.2f} / {max(taken):.2f} s",
                    f"{before[0]:.2f} s without kept days" if who == "kept" else "",
                    max(taken) <= 1,
                )
            )
    days = found["days"]
    lines.append(
        Line.plain(
            "counting one day anew, mean / longest",
            f"{1000 * sum(days) / len(days):.0f} / {1000 * max(days):.0f} ms",
        )
    )
    lines.append(Line.plain("catching up with the whole year", f"{sum(days):.0f} s"))
    lines.append(Line.plain("a sweep with nothing to count", f"{1000 * found['sweep']:.1f} ms"))
    lines.append(
        Line.plain("rows kept: days / days of products", "{:,} / {:,}".format(*found["kept_rows"]))
    )
    return Row("figures", lines, found)


def main() -> None:
    """Measure and print."""
    from .table import as_text

    print(as_text([run(full=False, small=os.environ.get("BENCH_SMALL") == "1")]))


if __name__ == "__main__":
    main()
