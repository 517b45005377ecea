from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from .tryon import TryOn


class ReadyMail(models.Model):
    """A customer's wish to be told by e-mail when a picture is ready, and what became of it.

    `seen_at` is when her browser fetched the picture: then no e-mail is needed. `sent_at`
    is written before the e-mail leaves, so that it leaves once at most.
    """

    tryon = models.OneToOneField(
        TryOn, verbose_name=_("try-on"), on_delete=models.CASCADE, related_name="ready_mail"
    )
    language = models.CharField(_("language"), max_length=16, blank=True)
    asked_at = models.DateTimeField(_("asked for"), default=clock.now)
    seen_at = models.DateTimeField(_("picture seen"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("e-mail about a ready picture")
        verbose_name_plural = _("e-mails about ready pictures")
        indexes = [
            # The sweep looks only at the few that may still be sent.
            models.Index(
                fields=["asked_at"],
                condition=Q(seen_at=None, sent_at=None),
                name="genlook_mails_open",
            )
        ]

    def __str__(self) -> str:
        return str(self.tryon_id)
