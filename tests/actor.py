"""One process of several that do the same thing at the same moment; see `processes.actors`."""

import json
import multiprocessing
import os
import re
import sys
import time

from genlook_oscar import digest, shops, tasks
from genlook_oscar.engine import alerts, books, progress, tryons
from genlook_oscar.engine.outcomes import fail
from genlook_oscar.engine.pacing import Kind, Paused, acquire
from genlook_oscar.engine.queue import ensure_schedules
from genlook_oscar.models import Account, Configuration, Photo, Shopper, TryOn


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


def tell() -> object:
    return alerts.tell(Configuration.load())


def send_digest() -> object:
    return digest.send_due()


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


def click_or_be_refused(shopper: str, product: str, photo: str) -> object:
    try:
        return click(shopper, product, photo)
    except tryons.Refused as refused:
        return refused.code


def click_in(shop: str, shopper: str, product: str, photo: str) -> object:
    with shops.of(int(shop)):
        return click_or_be_refused(shopper, product, photo)


def share(pk: str) -> object:
    from genlook_oscar.shopper import sharing

    made = sharing.share(TryOn.objects.get(pk=pk)) if pk != "off" else None
    if pk == "off":
        Configuration.objects.update(sharing=False)
    return bool(made)


def give_up(pk: str) -> object:
    return fail(pk, TryOn.Status.QUEUED, "busy")


def act(action: str, *arguments: str) -> None:
    """Be ready, wait for the word, do it, and say what came of it."""
    from django.db import connection

    # So that all begin with the thing itself, and not with a handshake.
    connection.ensure_connection()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    print(globals()[action](*arguments) or "", flush=True)  # noqa: T201


def configured() -> None:
    """Tell by which settings this process lives."""
    from django.conf import settings
    from django.db import connection
    from django_q.conf import Conf

    # The database is told as it is used: Django completes what the settings say of it.
    names = [name for name in dir(settings) if name.isupper() and name != "DATABASES"]
    told = {
        "settings": {name: _words(getattr(settings, name)) for name in names},
        "cluster": {name: _words(value) for name, value in vars(Conf).items() if name.isupper()},
        "database": {name: repr(value) for name, value in connection.settings_dict.items()},
    }
    told["settings"]["GENLOOK_API_KEY"] = settings.GENLOOK_API_KEY
    told["cluster"]["CLUSTER_NAME"] = Conf.CLUSTER_NAME
    print(json.dumps(told), flush=True)  # noqa: T201


def _words(value: object) -> str:
    return re.sub(r" at 0x\w+", "", repr(value))


def family() -> None:
    """Stay, with a child process, and tell both ids."""
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,))
    child.start()
    print(os.getpid(), child.pid, flush=True)  # noqa: T201
    time.sleep(600)


def schedule() -> object:
    """Put the schedule of the sweep where the settings want it, as `migrate` does."""
    return ensure_schedules()


def look() -> object:
    """Ask for each live try-on, as the pages of waiting shoppers do."""
    for tryon in TryOn.objects.live():
        progress.of(tryon)
    return TryOn.objects.live().count()


def flood(count: str, seconds: str) -> object:
    """Have the shop's own workers do something so many times, so long each."""
    from django_q.tasks import async_task

    for _ in range(int(count)):
        async_task("tests.chores.nap", float(seconds), save=False)
    return count
