"""One process of several that do the same thing at the same moment; see `processes.actors`."""

import sys

import django

django.setup()

from genlook_oscar import tasks  # noqa: E402
from genlook_oscar.engine import books, tryons  # noqa: E402
from genlook_oscar.engine.pacing import Kind, Paused, acquire  # noqa: E402
from genlook_oscar.models import Account, Photo, Shopper, TryOn  # noqa: E402


def claim(pk: str) -> object:
    return TryOn.objects.claim(pk, 30)


def watch() -> object:
    return Account.take_watch(30)


def submit(pk: str) -> object:
    return tasks.submit(pk)


def fetch(pk: str) -> object:
    return tasks.fetch(pk)


def reconcile(credits: str) -> object:
    return books.reconcile(int(credits))


def pace() -> object:
    granted = 0
    try:
        while True:
            acquire(Kind.FINISH)
            granted += 1
    except Paused as pause:
        # A short pause says that another process was faster too often, not that all is spent.
        if pause.seconds < 1:
            return granted + int(pace())  # type: ignore[call-overload]
    return granted


def click(shopper: str, product: str, photo: str) -> object:
    from oscar.core.loading import get_model

    accepted = tryons.request(
        Shopper.objects.get(pk=shopper),
        get_model("catalogue", "Product").objects.get(pk=product),
        Photo.objects.get(pk=photo),
    )
    return accepted.tryon.pk


if __name__ == "__main__":
    action, *arguments = sys.argv[1:]
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    print(globals()[action](*arguments) or "", flush=True)  # noqa: T201
