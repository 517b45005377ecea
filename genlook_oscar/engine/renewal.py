"""Registrations about to lapse of products that shoppers have lately tried on.

A try-on renews its product's life at Genlook, so this concerns only what sold well and has
become quiet: without it, the next click sends the whole product again and waits for Genlook
to look at it. Sending it costs one request whoever does it; here it comes out of what nobody
else needs. A GET would tell the exact date, but costs a request as well and renews nothing.
"""

from datetime import timedelta

from .. import clock
from ..models import Configuration
from ..models.copy import held_rows, through
from ..models.mark import ours
from .products import RENEWED_BEFORE
from .queue import enqueue

RECENT = timedelta(days=30)
"""A product that nobody has tried on for longer is let go; its next click sends it. Chosen
here: once renewed, it outlives this time by at most a month."""
PER_SWEEP = 2
"""Products renewed in one minute, so that reading and sending their pictures never keeps the
workers from a shopper: 2,880 a day, far more than become quiet on one day. Chosen here."""


def renew() -> None:
    """Hand the registrations that lapse next to the workers. What fails once (`error_code`)
    is left to the next click; what finds no request to spare is tried again next minute."""
    if not Configuration.load().enabled:
        return
    now = clock.now()
    lapsing = (
        held_rows()
        .filter(
            ours(),
            known_until__gt=now,
            known_until__lte=now + RENEWED_BEFORE,
            last_used_at__gt=now - RECENT,
            error_code="",
            **{through("product__is_public"): True},
        )
        .exclude(**{through("enabled"): False})
    )
    pks = lapsing.order_by("known_until").values_list(through("pk"), flat=True)
    for pk in pks[:PER_SWEEP]:
        enqueue("register_product", pk)
