from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = "Bring the demo shop's database up to date and fill it; quick when nothing is to do."

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            self.stdout.write(f"Preparing the database: {len(waiting)} steps…")
            self.stdout.flush()
            call_command("migrate", interactive=False, verbosity=0)
        call_command("seed_demo", stdout=self.stdout)
