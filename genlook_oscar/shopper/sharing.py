"""A picture that its owner shows to others: by a link with a token, until she takes it back,
or until the picture is gone."""

from typing import Any

from .. import clock
from ..models import Configuration, Share, TryOn
from ..transactions import atomic


@atomic
def share(tryon: TryOn) -> Share | None:
    """Return the link to the picture of `tryon`, made now if need be; None when there is no
    picture, or no longer, or the shop does not allow it."""
    # Whoever switches sharing off changes this row first, so no link outlives that.
    known = Configuration.objects.select_for_update().filter(pk__in={1, Configuration.number()})
    configuration = known.order_by("-pk").first()
    if configuration is None or not configuration.sharing:
        return None
    # Whoever erases the picture changes this row first, so no link is made behind her back.
    row = TryOn.objects.select_for_update().filter(pk=tryon.pk, hidden_at=None).first()
    if row is None or not row.has_result():
        return None
    return Share.objects.get_or_create(tryon=row)[0]


def take_back(tryon: TryOn) -> None:
    """End the link to the picture of `tryon`. Safe to repeat."""
    Share.objects.filter(tryon=tryon).delete()


def shared(token: str) -> Any:
    """The try-on whose picture this token shows, with its product; None when the token is
    unknown, taken back, or the picture is gone. One query."""
    alive = (
        TryOn.objects.of_shop()
        .filter(status=TryOn.Status.COMPLETED, hidden_at=None, expires_at__gt=clock.now())
        .exclude(result="")
    )
    return alive.select_related("product__parent").filter(share__token=token).first()
