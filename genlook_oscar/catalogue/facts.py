"""All that decides whether there is a button, read in one query: the configuration, the
account, what is counted of this visitor and of the shop's credits, and each product.

Django needs longer to build this query than a database to answer it. So it is compiled once,
with stand-ins for what differs from request to request, and run with the values.
"""

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connections, models, router
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONArray
from oscar.core.loading import get_model

from ..contained import reading
from ..models import Account, Configuration, Counter, ProductLink, Words
from ..models.customers import orders_of
from ..models.words import languages_now
from . import rules

STAND_IN = -7_340_000
"""Stands for the first product in the compiled query; those below it for the next."""
LANGUAGES = ("?language", "?family")
"""Stand for the language active now and the one that it is a variety of."""
ACCOUNT = (
    "id",
    "mark",
    "credits",
    "credits_at",
    "alarm_code",
    "circuit_reason",
    "circuit_since",
    "circuit_until",
    "stopped_since",
)
"""What decides of the account; its other fields are read when somebody asks for them."""


@dataclass(frozen=True)
class Facts:
    """What was read: the shop's rows, what is counted by the counter's name, whether the
    customer has bought anything before, and for each product its facts by name."""

    configuration: Configuration
    account: Account
    used: dict[str, int]
    buyer: bool
    products: dict[int, dict[str, Any]]


def read(products: Collection[Any], names: Sequence[str] = (), customer: Any = None) -> Facts:
    """Read what decides on these products, with the counters of these names and of a customer
    by her primary key. One query; a product that is not there has no facts."""
    alias = router.db_for_read(get_model("catalogue", "Product"))
    # What a database need not plan, it answers sooner.
    parents = any(product.is_parent for product in products)
    sql, parameters, columns = _compiled(
        alias,
        len(products),
        len(names),
        parents,
        customer is not None,
        Configuration.number(),
        Account.number(),
    )
    values: dict[Any, Any] = {
        STAND_IN - number: product.pk for number, product in enumerate(products)
    }
    values |= {_slot(number): name for number, name in enumerate(names)}
    codes = languages_now()
    values |= {LANGUAGES[0]: codes[0], LANGUAGES[1]: codes[-1]}
    with connections[alias].cursor() as cursor:
        if customer is not None:
            values[_prepared(_somebody(), cursor.db)] = _prepared(customer, cursor.db)
        with reading(alias):
            cursor.execute(sql, [values.get(value, value) for value in parameters])
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    if not rows:
        return Facts(Configuration.load(), Account(), {}, False, {})
    first = rows[0]
    configuration = _row(Configuration, first) or Configuration()
    configuration.keep_words(_row(Words, first))
    used = {name: first[f"used_{number}"] for number, name in enumerate(names)}
    return Facts(
        configuration,
        _row(Account, first) or Account(),
        {name: count for name, count in used.items() if count is not None},
        bool(first.get("buyer")),
        {row["pk"]: row for row in rows},
    )


def of_product(parents: bool = True) -> dict[str, Any]:
    """What must be known of a product, as expressions over a query of products; without what
    only `parents` have, where there is none.

    They may name the product's own fields and `OuterRef`s to them, and nothing that differs
    from one request to the next.
    """
    Product = get_model("catalogue", "Product")
    own = Q(product_id=OuterRef("pk"))
    family = own | Q(product_id=OuterRef("parent_id"))
    images = get_model("catalogue", "ProductImage").objects.exclude(original="").order_by()
    links = ProductLink.objects.order_by().filter(own)
    variants = Product._base_manager.filter(parent_id=OuterRef("pk"), is_public=True).order_by()
    pictured = rules.open_variants(OuterRef("pk")).filter(Exists(images.filter(own))).order_by()
    known = {
        "public": F("is_public"),
        "parent_public": F("parent__is_public"),
        **rules.facts(OuterRef("pk"), OuterRef("parent_id")),
        "pictured": Exists(images.filter(family)),
    }
    if not parents:
        return known
    return known | {
        "variants": Exists(variants),
        "variant_on": Exists(variants.exclude(Exists(links.filter(enabled=False)))),
        "variant_open": Exists(pictured),
        "variant_on_own": Exists(pictured.filter(Exists(links.filter(enabled=True)))),
    }


def _of_shop(names: int, customer: bool, shop: int, account: int) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for model, pk in ((Configuration, shop), (Account, account)):
        row = model._base_manager.filter(pk=pk).order_by()
        if model is Configuration and pk != 1:
            # A shop without settings of its own goes by those of the main one.
            row = model._base_manager.filter(pk__in=[1, pk]).order_by("-pk")[:1]
        columns = JSONArray(*(F(field.attname) for field in _fields(model)))
        facts[_named(model)] = Subquery(row.values(_=columns))
    whose: Any = 1
    if shop != 1:
        own = Configuration._base_manager.filter(pk__in=[1, shop]).order_by("-pk")
        whose = Subquery(own.values("pk")[:1])
    words = Words._base_manager.filter(configuration=whose, language__in=LANGUAGES)
    columns = JSONArray(*(F(field.attname) for field in _fields(Words)))
    facts[_named(Words)] = Subquery(words.order_by("-language").values(_=columns)[:1])
    for number in range(names):
        counter = Counter.objects.filter(name=_slot(number)).order_by()
        facts[f"used_{number}"] = Subquery(counter.values("used"))
    if customer:
        facts["buyer"] = Exists(orders_of(_somebody()))
    return facts


@lru_cache(maxsize=128)
def _compiled(
    alias: str, count: int, names: int, parents: bool, customer: bool, shop: int, account: int
) -> tuple[str, tuple[Any, ...], list[str]]:
    """The query for so many products and counters: SQL, parameters with stand-ins, names of its
    columns."""
    facts = of_product(parents) | _of_shop(names, customer, shop, account)
    pks = [STAND_IN - number for number in range(count)]
    products = get_model("catalogue", "Product")._base_manager.using(alias)
    query = products.filter(pk__in=pks).order_by().values_list("pk", *facts.values())
    sql, parameters = query.query.get_compiler(alias).as_sql()
    return sql, tuple(parameters), ["pk", *facts]


def _slot(number: int) -> str:
    """Stands for the name of a counter in the compiled query."""
    return f"?{number}"


def _somebody() -> Any:
    """Stands for the customer in the compiled query."""
    key = get_user_model()._meta.pk
    number = 7_339_999
    return uuid.UUID(int=number) if isinstance(key, models.UUIDField) else key.to_python(number)


def _prepared(customer: Any, connection: Any) -> Any:
    """A customer's primary key as it stands among the parameters."""
    return get_user_model()._meta.pk.get_db_prep_value(customer, connection)


def _named(model: Any) -> str:
    return str(model._meta.model_name)


@lru_cache(maxsize=3)
def _fields(model: Any) -> list[Any]:
    fields = model._meta.concrete_fields
    return [field for field in fields if model is not Account or field.attname in ACCOUNT]


def _row(model: Any, row: dict[str, Any]) -> Any:
    """The model's row from the JSON that the query brought, None where there is none."""
    told = row[_named(model)]
    if told is None:
        return None
    fields = _fields(model)
    values = json.loads(told) if isinstance(told, str) else told
    names = [field.attname for field in fields]
    return model.from_db(DEFAULT_DB_ALIAS, names, list(map(_value, fields, values)))


def _value(field: Any, told: Any) -> Any:
    if isinstance(field, models.JSONField):
        # SQLite keeps JSON as text, which it puts into JSON as a string.
        return json.loads(told) if isinstance(told, str) else told
    value = field.to_python(told)
    if isinstance(value, datetime) and not value.tzinfo:
        return value.replace(tzinfo=timezone.utc)
    return value
