"""Walks every named address of Oscar's shop and dashboard, and does what a normal day brings.

`python -m tests.host.walk` prints one line of JSON: what each step answered, how many queries
it took, and what it wrote into the log. The database lives in memory.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.host.settings")

OURS = "genlook_oscar"


class Log(logging.Handler):
    """Every exception and every error that is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or record.levelno >= logging.ERROR:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            self.said.append(f"{record.name}: {kind}: {record.getMessage()}")


class Walk:
    """Somebody of each role at the shop, and what became of each of their steps."""

    def __init__(self, shop: SimpleNamespace) -> None:
        from django.test import Client

        from .goods import ROLES

        self.shop = shop
        self.log = Log()
        logging.getLogger().addHandler(self.log)
        self.steps: dict[str, dict[str, Any]] = {}
        self.clients = {role: Client(raise_request_exception=False) for role in ROLES}

    def ask(self, role: str, what: str, method: str, url: str, data: Any = None) -> Any:
        """One step, written down under the role, the method and what it is about."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.log.said = []
        with CaptureQueriesContext(connection) as queries:
            answer = getattr(self.clients[role], method.lower())(url, data)
        name = f"{role} {method} {what}"
        assert name not in self.steps, name
        self.steps[name] = {
            "status": answer.status_code,
            "to": answer.get("Location", ""),
            "queries": len(queries),
            "ours": sum(OURS in query["sql"] or "django_q" in query["sql"] for query in queries),
            "log": self.log.said,
        }
        return answer

    def sign_in(self, role: str) -> None:
        if role != "guest":
            user = self.shop.users[role]
            self.clients[role].force_login(user, "oscar.apps.customer.auth_backends.EmailBackend")


def addresses() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and parameters of every address of Oscar's."""
    from django.urls import URLResolver, get_resolver

    def below(resolver: Any, spaces: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                if one.namespace not in ("admin", OURS, f"{OURS}_dashboard"):
                    yield from below(one, (*spaces, one.namespace) if one.namespace else spaces)
            elif one.name:
                keys = one.pattern.converters or one.pattern.regex.groupindex
                yield ":".join((*spaces, one.name)), tuple(sorted(keys))

    yield from below(get_resolver(), ())


def filled_in(shop: SimpleNamespace, name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """Values for an address's parameters. Raises KeyError for one that nobody thought of."""
    named = {
        "product_slug": shop.product.slug,
        "category_slug": shop.category.slug,
        "order_number": shop.order.number,
        "number": shop.order.number,
        "hash": shop.order.verification_hash(),
        "line_id": shop.line.pk,
        "note_id": shop.note.pk,
        "email_id": shop.mail.pk,
        "product_pk": shop.product.pk,
        "line_pk": shop.lists[0].lines.first().pk if shop.lists[0].lines.exists() else 1,
        "to_key": shop.lists[1].key,
        "parent_pk": shop.parent.pk,
        "parent": shop.category.pk,
        "product_class_slug": shop.kind.slug,
        "partner_pk": shop.partner.pk,
        "user_pk": shop.users["partner"].pk,
        "method_pk": shop.method.pk,
        "action": "default_for_billing",
        "uidb64": shop.uid,
        "token": shop.token,
    }
    return {key: _meant(shop, name, key) if key not in named else named[key] for key in keys}


BY_NAME = {
    "catalogue:reviews-": "review",
    "catalogue:category": "category",
    "catalogue:detail": "product",
    "catalogue:range": "range",
    "basket:add": "product",
    "basket:vouchers-remove": "voucher",
    "checkout:user-address": "address",
    "customer:address": "address",
    "customer:notifications": "notice",
    "customer:alert-create": "gone",
    "customer:alerts": "alert",
    "customer:wishlists": "wishlist",
    "wishlists:": "wishlist",
    "offer:": "offer",
    "dashboard:catalogue-product": "product",
    "dashboard:catalogue-category": "category",
    "dashboard:catalogue-class": "kind",
    "dashboard:catalogue-attribute-option-group": "colours",
    "dashboard:catalogue-option": "option",
    "dashboard:user-alert": "alert",
    "dashboard:user-": "customer",
    "dashboard:page": "page",
    "dashboard:partner": "partner",
    "dashboard:offer": "offer",
    "dashboard:range": "range",
    "dashboard:reviews": "review",
    "dashboard:voucher-set": "voucher_set",
    "dashboard:voucher": "voucher",
    "dashboard:comms": "message",
    "dashboard:shipping-method-band": "band",
    "dashboard:shipping-method": "method",
}
"""What an address is about, by how its name begins; the first that fits."""


def _meant(shop: SimpleNamespace, name: str, key: str) -> Any:
    about = next(value for begins, value in BY_NAME.items() if name.startswith(begins))
    meant = {
        **vars(shop),
        "wishlist": shop.lists[0],
        "customer": shop.users["customer"],
    }[about]
    if key == "slug" and about == "message":
        return meant.code
    return meant.pk if key == "pk" else getattr(meant, key)


def walk_addresses(walk: Walk) -> None:
    """Each role, each address."""
    from django.urls import reverse

    places = list(addresses())
    for role in walk.clients:
        walk.sign_in(role)
        for name, keys in places:
            given = filled_in(walk.shop, name, keys)
            if "review" in name and "catalogue:" in name:
                given |= {
                    "product_slug": walk.shop.product.slug,
                    "product_pk": walk.shop.product.pk,
                }
            walk.ask(role, f"{name} {' '.join(keys)}".strip(), "GET", reverse(name, kwargs=given))
            if "logout" in name or "password-reset-confirm" in name:
                walk.sign_in(role)


def main() -> None:
    import django

    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    from . import day, goods

    # The tables as the models have them; migrations would take half a minute.
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    setup_test_environment()
    # SQLite is asked once in a process.
    assert connection.features.supports_json_field
    call_command("migrate", run_syncdb=True, verbosity=0)
    shop = goods.stock()
    if settings.WITH:
        goods.open_for_try_on(shop)
    walk = Walk(shop)
    walk_addresses(walk)
    day.spend(walk)
    json.dump(walk.steps, sys.stdout)


if __name__ == "__main__":
    main()
