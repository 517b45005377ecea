"""60 shoppers click at once; 2 workers, 100 requests a minute."""

from __future__ import annotations

import time
from typing import Any

from .case import begun, measured
from .stand import Stand, saved_at, spent, stand, until
from .table import Line, Row

SHOPPERS = 60
WORKERS = 2
MANY_WORKERS = 30
RATE = 100
ALLOWED = 73.0
"""Seconds that the rate allows: 60 try-ons need more than 100 requests, so the last of them
cannot be sent before the first minute is over, and take up to 12 s and one more to be seen."""


def measure(flow: str, known: bool, workers: int, shoppers: int) -> dict[str, Any]:
    """Let all click at once and wait for all pictures; times in seconds from the first click."""
    with stand(flow, workers=workers, rate=RATE) as place:
        return clicked(place, known, shoppers)


def clicked(place: Stand, known: bool, shoppers: int) -> dict[str, Any]:
    """The burst on a stand that runs. Photos and rows are made before the clock starts."""
    from genlook_oscar.engine import photos, products
    from genlook_oscar.models import TryOn

    product = place.product()
    people = [place.shopper() for _ in range(shoppers)]
    taken = [place.photo(person, number) for number, person in enumerate(people)]
    if known:
        place.make_known(product, taken)
    before = place.requests()
    assert place.cluster
    cpu = place.cluster.cpu_seconds()
    started = time.time()
    if place.flow == "ours":
        # What the fitting room does when it opens.
        products.enqueue_registration(product)
    for shopper, photo in zip(people, taken, strict=True):
        if place.flow == "ours":
            photos.enqueue_upload(photo)
        place.click(shopper, product, photo)
    clicks = time.time() - started
    until(lambda: not TryOn.objects.live().exists(), 1200, "not all try-ons ended", every=0.2)
    cpu = place.cluster.cpu_seconds() - cpu
    requests = spent(before, place.requests())
    ended = TryOn.objects.all()
    done = [row for row in ended if row.status == TryOn.Status.COMPLETED]
    return {
        "waits": sorted(round(saved_at(row) - started, 2) for row in done),
        "failed": [row.error_code for row in ended if row not in done],
        "clicks": round(clicks, 2),
        "requests": requests,
        "each": sum(requests.values()) / shoppers,
        "rate_limited": place.control.state()["rate_limited"],
        "charged": place.control.state()["charged"],
        "cpu": round(cpu, 1),
    }


def run(full: bool, small: bool) -> Row:
    """The row. The documented flow with 2 workers takes minutes of mere waiting, so ours runs
    beside it; if that slows anything, it slows ours."""
    shoppers = 12 if small else SHOPPERS
    options = {"shoppers": shoppers, "workers": WORKERS}
    with begun("bench.burst:measure", flow="documented", known=False, **options) as beside:
        results = {
            "cold": measured("bench.burst:measure", flow="ours", known=False, **options),
            "known": measured("bench.burst:measure", flow="ours", known=True, **options),
        }
        results["documented"] = beside.result()
    if full:
        options["workers"] = MANY_WORKERS
        results["documented, 30 workers"] = measured(
            "bench.burst:measure", flow="documented", known=False, **options
        )
    return Row("burst", _lines(results), results)


def half(result: dict[str, Any]) -> float:
    """Seconds until half of all shoppers had their picture."""
    waits = result["waits"]
    place = (len(waits) + len(result["failed"])) // 2
    return float(waits[place]) if place < len(waits) else float("inf")


def _lines(results: dict[str, Any]) -> list[Line]:
    ours, known, documented = results["cold"], results["known"], results["documented"]
    many = results.get("documented, 30 workers")

    def beside(value: Any, form: str) -> str:
        text = form.format(value(documented))
        return text + (f"; 30 workers: {form.format(value(many))}" if many else "")

    def last(result: dict[str, Any]) -> float:
        return float(result["waits"][-1])

    return [
        Line.most("all served after", last(ours), 1.15 * ALLOWED, "s", beside(last, "{:.1f} s")),
        Line.most("half served after", half(ours), 20.0, "s", beside(half, "{:.1f} s")),
        Line.most(
            "requests each", ours["each"], 3.4, "", beside(lambda r: r["each"], "{:.2f}"), digits=2
        ),
        Line.most(
            "answers 429", ours["rate_limited"], 0, "", beside(lambda r: r["rate_limited"], "{}")
        ),
        Line.most("failed", len(ours["failed"]), 0, "", beside(lambda r: len(r["failed"]), "{}")),
        Line.most("photos known: all served after", last(known), 1.15 * ALLOWED, "s"),
        Line.plain("photos known: half served after", f"{half(known):.1f} s"),
        Line.plain("photos known: requests each", f"{known['each']:.2f}"),
        Line.most(
            "photos known: 429 and failed", known["rate_limited"] + len(known["failed"]), 0, ""
        ),
    ]
