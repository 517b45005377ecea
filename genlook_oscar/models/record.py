from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import clock


class Record(models.Model):
    """Who of the staff changed a setting or looked at a shopper's picture, and when.

    Kept apart from Django's own log, which goes with the user's row, and which anybody who may
    write to it can change.
    """

    class Action(models.TextChoices):
        CHANGED = "changed", _("changed a setting")
        LOOKED = "looked", _("looked at a picture")
        SETTLED = "settled", _("settled a credit by hand")

    at = models.DateTimeField(_("when"), default=clock.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    name = models.CharField(_("name"), max_length=254)
    action = models.CharField(_("what"), max_length=16, choices=Action.choices)
    subject = models.CharField(_("of what"), max_length=200)
    field = models.CharField(_("setting"), max_length=64, blank=True)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_action_display()}"

    @classmethod
    def changed(cls, user: Any, subject: models.Model, before: models.Model) -> None:
        """Record each setting in which `subject` differs from what it was before."""
        Record.objects.bulk_create(
            Record(
                **_by(user),
                action=cls.Action.CHANGED,
                subject=str(subject)[:200],
                field=field.name,
                before=_said(before, field),
                after=_said(subject, field),
            )
            for field in subject._meta.concrete_fields
            if field.editable and _said(before, field) != _said(subject, field)
        )

    @classmethod
    def looked(cls, user: Any, subject: models.Model) -> None:
        """Record that a picture was looked at."""
        of_what = f"{subject._meta.verbose_name} {subject.pk}"
        cls.objects.create(**_by(user), action=cls.Action.LOOKED, subject=of_what[:200])

    @classmethod
    def settled(cls, name: str, subject: str, before: str, after: str) -> None:
        """Record that somebody with a shell decided what an uncertain try-on has cost."""
        cls.objects.create(
            name=name[:254],
            action=cls.Action.SETTLED,
            subject=subject[:200],
            before=before,
            after=after,
        )


def _by(user: Any) -> dict[str, Any]:
    return {"user": user, "name": str(user.get_username())[:254]}


def _said(row: models.Model, field: Any) -> str:
    value = field.value_from_object(row)
    return "" if value is None else str(value)
