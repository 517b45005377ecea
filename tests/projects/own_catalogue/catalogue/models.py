from django.db import models
from oscar.apps.catalogue.abstract_models import AbstractProduct


class Product(AbstractProduct):
    care = models.CharField("care", max_length=40)
    season = models.PositiveIntegerField("season", default=2026)

    def get_title(self) -> str:
        return f"{super().get_title()} ({self.season})"


from oscar.apps.catalogue.models import *  # noqa: E402, F403
