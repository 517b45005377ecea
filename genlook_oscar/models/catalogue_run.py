from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class CatalogueRun(models.Model):
    """How far a walk through the catalogue has come, so that one which was cut off goes on
    where it stopped. One row for each kind of walk, such as "check"."""

    name = models.CharField(max_length=32, primary_key=True)
    cursor = models.TextField(blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("walk through the catalogue")
        verbose_name_plural = _("walks through the catalogue")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def load(cls, name: str) -> "CatalogueRun":
        """The row of this kind of walk, made at first use."""
        return cls.objects.get_or_create(pk=name)[0]

    def note(self, **values: Any) -> None:
        """Write down how far it is."""
        type(self).objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)
