from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from haystack.query import SearchQuerySet
from oscar.core.loading import get_model

from sandbox.demo import seeding


class Command(BaseCommand):
    help = "Fill the demo shop with its goods, logins and settings; keep what is there."

    def handle(self, *args: Any, **options: Any) -> None:
        parts = [
            ("logins", seeding.seed_logins),
            ("shop", seeding.seed_shop),
            ("goods", seeding.seed_catalogue),
            ("try-on settings", seeding.seed_configuration),
        ]
        if apps.is_installed("sandbox.pages"):
            from sandbox.pages.seeding import seed_pages

            parts.append(("pages", seed_pages))
        made = []
        for name, seed in parts:
            # A start that is cut off leaves a part whole or not begun.
            with transaction.atomic():
                if seed():
                    made.append(name)
        # The index lives in a folder, the goods in a database: one may be newer than the other.
        Product = get_model("catalogue", "Product")
        if SearchQuerySet().models(Product).count() != Product.objects.browsable().count():
            call_command("update_index", remove=True, verbosity=0)
        self.stdout.write(
            f"Demo data made: {', '.join(made)}." if made else "Demo data is there and kept."
        )
