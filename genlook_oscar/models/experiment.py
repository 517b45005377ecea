from django.db import models

from .. import clock


class ExperimentVisitor(models.Model):
    """A visitor who came to a product that can be tried on while an experiment ran: which
    group she is in, and whether she has ordered since. `key` is a hash that leads back to no
    person by itself; `percent` is the share without a button at that time, since a visitor
    may change her group with it."""

    key = models.CharField(max_length=64)
    percent = models.PositiveSmallIntegerField()
    control = models.BooleanField()
    seen_at = models.DateTimeField(default=clock.now)
    ordered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["key", "percent"], name="genlook_one_visitor")
        ]
        indexes = [
            models.Index(
                fields=["percent", "control", "ordered_at"], name="genlook_visitors_by_group"
            )
        ]

    def __str__(self) -> str:
        return self.key[:8]
