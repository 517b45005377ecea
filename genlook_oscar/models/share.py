import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import clock
from .tryon import TryOn


def new_token() -> str:
    """256 random bits as 43 characters that fit into an address."""
    return secrets.token_urlsafe(32)


class Share(models.Model):
    """A link to a picture that its owner gave out: whoever holds the token may look.

    It goes when she takes it back, and with the picture; a new one has a new token.
    """

    tryon = models.OneToOneField(
        TryOn, verbose_name=_("try-on"), on_delete=models.CASCADE, related_name="share"
    )
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(_("shared"), default=clock.now)

    class Meta:
        verbose_name = _("shared picture")
        verbose_name_plural = _("shared pictures")

    def __str__(self) -> str:
        # Never the token: what is printed may be logged.
        return str(self.tryon_id)
