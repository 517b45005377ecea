import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import shops
from ...api import GenlookError
from ...catalogue.census import census
from ...catalogue.readiness import SMALL_SIDE
from ...conf import conf
from ...engine import walks, wishes
from ...engine.catalogue import offered, without_link
from ...engine.products import Sending
from ...engine.walks import Difference
from ...models import BLOCKING, CatalogueRun, ProductLink, Ready
from ..progress import Progress

WELL, DIFFERS, FAILED = 0, 1, 2


class Command(BaseCommand):
    """Ends with 0 when all is well, 1 when something needs the merchant, 2 when the walk came
    to no end. What was cut off goes on when the same command is given again."""

    help = "Check, register, compare or forget the products at Genlook."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        check = commands.add_parser("check", help="look at the readiness of every product")
        check.add_argument("--anew", action="store_true", help="read unchanged pictures as well")
        commands.add_parser("register", help="send all products that can be tried on")
        diff = commands.add_parser("diff", help="compare Genlook's list with the shop's")
        diff.add_argument("--mend", action="store_true", help="have workers mend what differs")
        forget = commands.add_parser("forget", help="have Genlook forget products")
        forget.add_argument("names", nargs="*", help="externalIds or SKUs")
        forget.add_argument("--deleted", action="store_true", help="all that the shop has deleted")
        forget.add_argument("--all", action="store_true", help="all that the shop has ever sent")
        for command in commands.choices.values():
            command.add_argument(
                "--site", type=int, default=shops.MAIN, help="of GENLOOK_SITE_KEYS, by its number"
            )
            command.add_argument("--restart", action="store_true", help="begin anew")
            command.add_argument("--no-progress", action="store_true", help="show no progress")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["site"] not in conf.shops:
            words = _("GENLOOK_SITE_KEYS names no site %(site)d.")
            raise CommandError(words % {"site": options["site"]}, returncode=FAILED)
        with shops.of(options["site"]):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        command = options["command"]
        if command != "check" and not conf.api_key:
            raise CommandError(
                _("GENLOOK_API_KEY is not set, or a setting is wrong: see “manage.py check”."),
                returncode=FAILED,
            )
        self.progress = Progress(
            command, cast(TextIO, self.stderr._out), silent=options["no_progress"]
        )
        try:
            code = getattr(self, f"_{command}")(options)
        except KeyboardInterrupt:
            self._stopped(_("Stopped. The same command goes on from here."))
        except walks.GaveUp as error:
            self._stopped(
                _("Genlook cannot be reached (%(code)s). The same command goes on from here.")
                % {"code": error}
            )
        except GenlookError as error:
            self._stopped(str(error))
        sys.exit(code)

    def _check(self, options: dict[str, Any]) -> int:
        total = ProductLink.objects.exclude(product=None).count() + without_link().count()
        run = self._begin("check", total, options)
        counts = walks.check(run, self.progress.tell, anew=options["anew"])
        self.progress.end()
        self._table([(str(code.label), counts[code.value]) for code in reversed(Ready)])
        self.stdout.write(f"{census().words}.")
        blocked = sum(counts[code.value] for code in BLOCKING)
        if counts[Ready.SMALL_PICTURE]:
            words = _("A picture is too small when its shorter side has under %(side)d pixels.")
            self.stdout.write(words % {"side": SMALL_SIDE})
        return DIFFERS if blocked else WELL

    def _register(self, options: dict[str, Any]) -> int:
        run = self._begin("register", offered(walks.with_product()).count(), options)
        return self._sent(walks.register(run, self.progress.tell), _("Sent"), _("Known already"))

    def _forget(self, options: dict[str, Any]) -> int:
        links = self._chosen(options)
        run = self._begin("forget", links.count(), options, restart=bool(options["names"]))
        counts = walks.forget_all(run, links, self.progress.tell)
        return self._sent(counts, _("Forgotten"), _("Not known there"))

    def _chosen(self, options: dict[str, Any]) -> QuerySet[ProductLink]:
        names = options["names"]
        if (bool(names), options["deleted"], options["all"]).count(True) != 1:
            raise CommandError(_("Give names, or --deleted, or --all."), returncode=FAILED)
        if names:
            links = ProductLink.objects.filter(Q(external_id__in=names) | Q(sku__in=names))
            known = {name for link in links for name in (link.external_id, link.sku)}
            if missing := [name for name in names if name not in known]:
                words = ngettext(
                    "No product has this name: %(names)s",
                    "No product has these names: %(names)s",
                    len(missing),
                )
                raise CommandError(words % {"names": ", ".join(missing)}, returncode=FAILED)
            return links
        return walks.known_of_deleted() if options["deleted"] else walks.ever_sent()

    def _diff(self, options: dict[str, Any]) -> int:
        run = self._begin("diff", 0, options)
        counts: Counter[str] = Counter()
        for difference in walks.compare(run, self.progress.tell):
            counts[difference.kind] += 1
            self._say(difference)
            if options["mend"]:
                walks.mend(difference)
        self.progress.end()
        if options["mend"]:
            wishes.start()
        self._table([(_words(kind), counts[kind]) for kind in walks.KINDS])
        return DIFFERS if counts else WELL

    def _say(self, difference: Difference) -> None:
        self.stdout.write(f"{difference.kind}\t{difference.external_id}")

    def _begin(
        self, name: str, total: int, options: dict[str, Any], *, restart: bool = False
    ) -> CatalogueRun:
        run = walks.begin(name, total, restart=restart or options["restart"])
        if run.done:
            words = _("Going on after %(done)d. To begin anew, add --restart.")
            self.stderr.write(words % {"done": run.done})
        return run

    def _sent(self, counts: Counter[str], done: str, nothing: str) -> int:
        self.progress.end()
        words = {
            Sending.DONE: done,
            Sending.NOTHING_TO_DO: nothing,
            Sending.REFUSED: _("Refused; the product's link says why"),
            Sending.LATER: _("Not now; give the command again"),
        }
        self._table([(words[code], counts[code.value]) for code in Sending])
        undone = counts[Sending.REFUSED.value] + counts[Sending.LATER.value]
        return DIFFERS if undone else WELL

    def _table(self, rows: list[tuple[str, int]]) -> None:
        shown = [(label, count) for label, count in rows if count]
        width = max((len(label) for label, _count in shown), default=0)
        for label, count in shown:
            self.stdout.write(f"{label:{width}}  {count:>7}")

    def _stopped(self, words: str) -> None:
        self.progress.end()
        self.stderr.write(self.style.ERROR(words))
        sys.exit(FAILED)


def _words(kind: str) -> str:
    return {
        "stranger": _("At Genlook, and not in this shop"),
        "deleted": _("At Genlook, and deleted here"),
        "outdated": _("Changed here since it was sent"),
        "missing": _("Registered by this shop, and gone at Genlook"),
    }[kind]
