import getpass
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ...engine.evidence import NotSettled, settle
from ...engine.messages import told
from ...models import TryOn


class Command(BaseCommand):
    """Settles one try-on by hand; who did it, and when, stands in the admin's records."""

    help = "Say what an uncertain try-on has cost, as you know it from Genlook."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tryon", type=UUID, metavar="ID", help="the try-on's number")
        known = parser.add_mutually_exclusive_group(required=True)
        known.add_argument("--charged", action="store_true", help="it has cost a credit")
        known.add_argument("--not-charged", action="store_true", help="it has cost nothing")
        known.add_argument("--generation", metavar="ID", help="it is this generation: follow it")
        parser.add_argument("--by", default="", help="who says so; else the user of this shell")

    def handle(self, *args: Any, **options: Any) -> None:
        tryon = TryOn.objects.filter(pk=options["tryon"]).first()
        if tryon is None:
            raise CommandError(_("There is no try-on %(id)s.") % {"id": options["tryon"]})
        try:
            settled = settle(
                tryon,
                options["by"] or getpass.getuser(),
                charged=options["charged"],
                generation=options["generation"] or "",
            )
        except NotSettled as error:
            raise CommandError(str(error)) from None
        words = _("Credit: %(credit)s. The shopper reads: %(told)s")
        self.stdout.write(words % {"credit": settled.get_charge_display(), "told": told(settled)})
