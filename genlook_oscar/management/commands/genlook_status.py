import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils.translation import gettext as _

from ...catalogue.census import Census, census
from ...causes import OK, SEVERITIES
from ...engine.books import Ledger, ledger
from ...engine.findings import DATABASE_DOWN, Finding
from ...engine.health import Health
from ...engine.monitoring import watched
from ...engine.report import Line, lines
from ...models import Account


class Command(BaseCommand):
    """Ends with 0 when all is well, 1 for a warning, 2 for what is critical."""

    help = "How try-ons are doing. Exit code: 0 well, 1 warning, 2 critical."
    # What is wrong with the settings has a command of its own; this one is asked each minute.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for monitoring")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = watched(aside=False)
            account = Account.mine().first() or Account()
            products = census()
            credits = {"total": ledger(), "since_reading": ledger(since=account.books_at)}
        except DatabaseError:
            self._database_down(as_json=options["json"])
        if options["json"]:
            told = {name: asdict(counts) for name, counts in credits.items()}
            counted = {"total": products.total, "fit": products.fit}
            self._dump({**found.as_dict(), "ledger": told, "products": counted})
        else:
            self._print(found, credits, products)
        sys.exit(SEVERITIES.index(found.severity))

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
        return Line(_("Credits"), words % told)
