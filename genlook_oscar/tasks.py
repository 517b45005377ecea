"""What django-q2 runs. Each takes a primary key at most and calls one function. With several
shops, it is told for which one it was enqueued; what a row knows itself is read from the row.

Any of them may run twice, late or never. None lets an exception out: django-q2 would
repeat the task by rules of its own, while our rows already say what is to be done.
"""

import functools
from collections.abc import Callable
from typing import Any

from . import digest, logs, shops
from .conf import conf
from .engine import (
    account,
    catalogue,
    erasing,
    evidence,
    mails,
    photos,
    products,
    results,
    submitting,
    sweeping,
    watching,
    wishes,
    workers,
)
from .insight import rollup

logger = logs.logger(__name__)


def _contained(task: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(task)
    def run(*keys: Any, shop: int = shops.MAIN) -> None:
        try:
            with shops.of(shop):
                task(*keys)
        except Exception:
            logger.exception("The task %s failed; the sweep will repair it.", task.__name__)

    return run


@_contained
def upload_photo(pk: str) -> None:
    """Send one photo to Genlook ahead of the click."""
    photos.upload(pk)


@_contained
def register_product(pk: str) -> None:
    """Register one product with Genlook ahead of the click."""
    products.register(pk)


@_contained
def carry_out(pk: str) -> None:
    """Do with one product at Genlook what the merchant wants."""
    wishes.carry_out(pk)


@_contained
def look_for_evidence(pk: str) -> None:
    """Find out whether an uncertain try-on was certainly not carried out."""
    evidence.look(pk)


@_contained
def look_over() -> None:
    """Look at the readiness of some products."""
    catalogue.look_over()


@logs.of_tryon
@_contained
def submit(pk: str) -> None:
    """Take one try-on to Genlook."""
    submitting.submit(pk)


@_contained
def watch() -> None:
    """Ask for the generations in flight, for one turn."""
    watching.watch()


@logs.of_tryon
@_contained
def fetch(pk: str) -> None:
    """Fetch the picture of one try-on."""
    results.fetch(pk)


@_contained
def erase(pk: str) -> None:
    """Carry out one erasure at Genlook."""
    erasing.erase(pk)


@_contained
def send_ready_mail(pk: str) -> None:
    """Tell one customer by e-mail that her picture is ready."""
    mails.send(pk)


@_contained
def wake() -> None:
    """Answer whoever asks whether anybody works."""
    workers.wake()


@_contained
def sweep() -> None:
    """Repair what crashes and lost tasks left, and what the calendar brings."""
    sweeping.sweep()
    rollup.catch_up()
    for shop in conf.shops:
        with shops.of(shop):
            digest.send_due()


@_contained
def check_account() -> None:
    """Read the credits, which also tells whether the key works."""
    account.check()
