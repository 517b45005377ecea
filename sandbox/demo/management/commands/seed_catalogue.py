from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from sandbox.demo import crowd

CHUNK = 1_000


class Command(BaseCommand):
    help = "Put a large catalogue into the shop, to see how the try-on's lists and commands do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, default=20_000)

    def handle(self, *args: Any, **options: Any) -> None:
        count = options["products"]
        shelf = crowd.Shelf()
        for start in range(0, count, CHUNK):
            with transaction.atomic():
                shelf.add(min(CHUNK, count - start))
            self.stderr.write(f"{min(start + CHUNK, count)}/{count}")
        self.stdout.write(f"{count} products made. The search index is not brought up to date.")
