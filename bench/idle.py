"""An idle system: how long after Genlook has made a picture is it in our storage."""

from __future__ import annotations

import random
import time
from typing import Any, TypeAlias

from .case import begun
from .stand import Stand, saved_at, spent, stand, until
from .table import Line, Row, percentile

ALONE = 24
COLD = 8
OVERLAPPING = 24
GAP_SECONDS = 3.5
"""Mean time between overlapping clicks: three generations in flight, a third of what 100
requests a minute can carry."""
WARM = 5
PATIENCE = 240

Scene: TypeAlias = tuple[Any, Any, Any]
"""Shopper, product, photo."""
Clicked: TypeAlias = tuple[dict[Any, float], int]


def measure(flow: str, phases: list[str], alone: int, cold: int, overlapping: int) -> Any:
    """The phases named, on one stand, with photo and product known to Genlook."""
    with stand(flow) as place:
        shopper = place.shopper()
        scene = (shopper, place.product(), place.photo(shopper, 1))
        place.make_known(scene[1], [scene[2]])

        def learn() -> None:
            """Until the account knows how long generations take. The workers' first imports
            and the emulator's first drawing are out of the way then as well."""
            for _ in range(2):
                _clicked(place, scene, [0.0] * WARM)

        found = {}
        if "cold" in phases:
            learn()
            found["cold"] = _one_by_one(place, scene, cold, forget=True)
        learn()
        if "alone" in phases:
            found["alone"] = _one_by_one(place, scene, alone, forget=False)
        if "overlapping" in phases:
            gaps = random.Random(1)
            waits = [gaps.expovariate(1 / GAP_SECONDS) for _ in range(overlapping)]
            found["overlapping"] = _clicked(place, scene, waits)
        place.control.settings(requests_per_minute=None)
        return {
            name: {"requests": requests, "samples": _samples(place, clicks)}
            for name, (clicks, requests) in found.items()
        }


def _one_by_one(place: Stand, scene: Scene, count: int, forget: bool) -> Clicked:
    """One click after the other; with `forget`, by an account that has learned nothing."""
    from genlook_oscar.models import Account

    gaps = random.Random(2)
    clicks: dict[Any, float] = {}
    requests = 0
    for _ in range(count):
        if forget:
            Account.objects.update(durations=[])
        part = _clicked(place, scene, [0.0])
        clicks |= part[0]
        requests += part[1]
        # Clicks fall anywhere between two looks of whatever looks regularly.
        time.sleep(gaps.uniform(0.2, 1.2))
    return clicks, requests


def _clicked(place: Stand, scene: Scene, waits: list[float]) -> Clicked:
    """Click after each of these seconds and wait for all pictures; the moments of the clicks
    by their try-ons, and how many requests all took."""
    from genlook_oscar.models import TryOn

    before = place.requests()
    clicks = {}
    for wait in waits:
        time.sleep(wait)
        at = time.time()
        clicks[place.click(*scene).pk] = at
    rows = TryOn.objects.filter(pk__in=clicks)
    until(lambda: not rows.live().exists(), PATIENCE, "a try-on does not end")
    return clicks, sum(spent(before, place.requests()).values())


def _samples(place: Stand, clicks: dict[Any, float]) -> list[dict[str, float]]:
    """Of each try-on the seconds from the moment its picture was ready at Genlook to the
    moment it was in our storage, and from click to storage over the generation's own time.
    Both moments are of this machine's clock."""
    from django.conf import settings

    from genlook_oscar.api import Client
    from genlook_oscar.models import TryOn

    ready_at = {g["generationId"]: g["readyAt"] for g in place.control.state()["generations"]}
    samples = []
    with Client(settings.GENLOOK_API_KEY, place.base_url) as client:
        for row in TryOn.objects.filter(pk__in=clicks):
            ready = ready_at[row.generation_id]
            created = client.generation(row.generation_id).created_at
            assert created
            saved = saved_at(row)
            own = ready - created.timestamp()
            samples.append(
                {
                    "after_ready": round(saved - ready, 3),
                    "over_own": round(saved - clicks[row.pk] - own, 3),
                }
            )
    return samples


def run(full: bool, small: bool) -> Row:
    """The row: three stands side by side, all of them nearly idle."""
    counts = {"alone": 3, "cold": 2, "overlapping": 4} if small else {}
    options = {"alone": ALONE, "cold": COLD, "overlapping": OVERLAPPING} | counts
    if full:
        options = {name: count * 2 for name, count in options.items()}
    run_of = "bench.idle:measure"
    with (
        begun(run_of, flow="documented", phases=["alone", "overlapping"], **options) as documented,
        begun(run_of, flow="ours", phases=["alone"], **options) as alone,
        begun(run_of, flow="ours", phases=["cold", "overlapping"], **options) as others,
    ):
        ours = alone.result() | others.result()
        beside = documented.result()
    return Row("idle", _lines(ours, beside), {"ours": ours, "documented": beside})


def column(phase: Any, name: str) -> list[float]:
    """One measure of all samples of a phase, in seconds."""
    return [sample[name] for sample in phase["samples"]]


def _lines(ours: Any, documented: Any) -> list[Line]:
    lines = []
    for title, phase, with_aim in (
        ("alone", "alone", True),
        ("a few overlapping", "overlapping", True),
        ("alone, account unknown", "cold", False),
    ):
        beside = documented.get(phase)
        for measure_, words in (
            ("over_own", "click to picture, over the generation's own time"),
            ("after_ready", "ready at Genlook to picture in our storage"),
        ):
            for share, aim in ((0.5, 1.0), (0.95, 2.0)):
                value = percentile(column(ours[phase], measure_), share)
                other = f"{percentile(column(beside, measure_), share):.2f} s" if beside else ""
                what = f"{title}: {words}, p{share * 100:.0f}"
                if with_aim:
                    lines.append(Line.most(what, value, aim, "s", other, digits=2))
                else:
                    lines.append(Line.plain(what, f"{value:.2f} s", other))
        each = ours[phase]["requests"] / len(ours[phase]["samples"])
        other = f"{beside['requests'] / len(beside['samples']):.2f}" if beside else ""
        what = f"{title}: requests each"
        if with_aim:
            lines.append(Line.most(what, each, 3.5, "", other, digits=2))
        else:
            lines.append(Line.plain(what, f"{each:.2f}", other))
    return lines
