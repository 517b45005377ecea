import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils.translation import gettext as _

from ... import shops
from ...catalogue.census import Census, census
from ...causes import OK, SEVERITIES
from ...conf import conf
from ...engine.books import Ledger, ledger
from ...engine.findings import DATABASE_DOWN, Finding
from ...engine.health import Health
from ...engine.monitoring import watched
from ...engine.report import Line, lines
from ...models import Account, Configuration
from ...money import cost_words
from ...shop_addresses import shop_name


@dataclass(frozen=True)
class Shop:
    """How one shop is doing, and its credits; its name is empty where it is the only one."""

    shop: int
    name: str
    health: Health
    credits: dict[str, Ledger]
    products: Census
    cost: dict[str, str] | None

    def as_dict(self) -> dict[str, Any]:
        """All of it in types that JSON knows."""
        which = {"site": self.shop or None, "name": self.name} if self.name else {}
        told = {name: asdict(counts) for name, counts in self.credits.items()}
        counted = {"total": self.products.total, "fit": self.products.fit}
        more = {"ledger": told, "cost": self.cost, "products": counted}
        return {**which, **self.health.as_dict(), **more}


class Command(BaseCommand):
    """Ends with 0 when all is well, 1 for a warning, 2 for what is critical."""

    help = "How try-ons are doing. Exit code: 0 well, 1 warning, 2 critical."
    # What is wrong with the settings has a command of its own; this one is asked each minute.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for monitoring")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = [self._look(shop) for shop in conf.shops]
        except DatabaseError:
            self._database_down(as_json=options["json"])
        worst = max((one.health.severity for one in found), key=SEVERITIES.index)
        if options["json"]:
            told = [one.as_dict() for one in found]
            self._dump(told[0] if len(told) == 1 else {"severity": worst, "shops": told})
        else:
            for one in found:
                if len(found) > 1:
                    self.stdout.write(self.style.MIGRATE_HEADING(f"\n{one.name}"))
                with shops.of(one.shop):
                    self._print(one.health, one.credits, one.products)
        sys.exit(SEVERITIES.index(worst))

    def _look(self, shop: int) -> "Shop":
        with shops.of(shop):
            found = watched(aside=False)
            account = Account.mine().first() or Account()
            products = census()
            credits = {"total": ledger(), "since_reading": ledger(since=account.books_at)}
            name = shop_name() if len(conf.shops) > 1 else ""
            return Shop(shop, name, found, credits, products, self._cost(credits))

    def _cost(self, credits: dict[str, Ledger]) -> dict[str, str] | None:
        """What the settled credits have cost at the present price; None without one."""
        priced = Configuration.load()
        cost = priced.cost(credits["total"].settled)
        if cost is None:
            return None
        price = f"{priced.credit_price:f}"
        return {"settled": f"{cost:f}", "price": price, "currency": priced.currency}

    def _database_down(self, *, as_json: bool) -> None:
        if as_json:
            finding = DATABASE_DOWN.as_dict()
            self._dump({"severity": finding["severity"], "findings": [finding]})
        else:
            self._say(DATABASE_DOWN)
        sys.exit(SEVERITIES.index(DATABASE_DOWN.severity))

    def _dump(self, told: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(told, indent=2))

    def _print(self, found: Health, credits: dict[str, Ledger], products: Census) -> None:
        for finding in found.findings:
            self._say(finding)
        self.stdout.write("")
        shown = Line(_("Products"), f"{products.words}.")
        table = [*lines(found), shown, self._ledger(credits)]
        width = max(len(line.label) for line in table)
        for line in table:
            self.stdout.write(f"{'!' if line.wrong else ' '} {line.label:{width}}  {line.text}")

    def _say(self, finding: Finding) -> None:
        style = self.style.SUCCESS if finding.severity == OK else self.style.ERROR
        self.stdout.write(style(f"{finding.severity} ({finding.code})"))
        self.stdout.write(f"  {finding.sentence} {finding.advice}".rstrip())

    def _ledger(self, credits: dict[str, Ledger]) -> Line:
        words = _(
            "%(settled)d settled (%(new)d since the last reading), %(reserved)d reserved, "
            "%(released)d released, %(uncertain)d uncertain."
        )
        told = asdict(credits["total"]) | {"new": credits["since_reading"].settled}
        cost = cost_words(Configuration.load(), credits["total"].settled)
        settled = _("Settled ones have cost %(cost)s.") % {"cost": cost} if cost else ""
        return Line(_("Credits"), f"{words % told} {settled}".rstrip())
