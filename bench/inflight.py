"""What a try-on costs when 1, 10, 100 or 1,000 are in flight: rate lifted, 2 workers."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .case import begun, measured
from .processes import Tree
from .stand import Stand, spent, stand, until
from .table import Line, Row, percentile

FEW = (1, 10, 100)
MANY = 1000
VERY_MANY = 10_000
DOCUMENTED = 4
WORKERS = 2
GENERATION = (60.0, 75.0)
"""Seconds; so long that 1,000 are sent before the first is ready."""
WARM = 20
REST_SECONDS = 20.0
STATUS_PAUSE = 0.1
LOOK_SECONDS = 1.0


def measure(flow: str, count: int, generation: list[float], status: bool) -> dict[str, Any]:
    """Have `count` try-ons in flight at once and tell what they cost; with `status`, somebody
    asks the web server for one of them all the time."""
    with stand(flow, workers=WORKERS, rate=0, generation=(1.0, 2.0), web=status) as place:
        shopper = place.shopper()
        scene = (shopper, place.product(), place.photo(shopper, 1))
        place.make_known(scene[1], [scene[2]])
        _click(place, scene, WARM)
        _all_ended()
        _learned(generation)
        place.control.settings(generation_seconds=generation)
        with ExitStack() as stack:
            stop = Path(place.scratch) / "stop"
            asking = stack.enter_context(_asking(place, scene, stop)) if status else None
            found = _flood(place, scene, count)
            stop.touch()
            if asking:
                found["status_ms"], found["least_ms"] = asking.result()
        return found


def _flood(place: Stand, scene: tuple[Any, Any, Any], count: int) -> dict[str, Any]:
    from genlook_oscar.models import TryOn
    from tests.audit import differences

    cluster = place.cluster
    assert cluster
    rest = _Cost(cluster)
    time.sleep(REST_SECONDS)
    at_rest = rest.so_far()
    before = place.requests()
    memory = [cluster.memory()]
    cost = _Cost(cluster)
    rows = TryOn.objects.filter(created_at__gt=_click(place, scene, count))
    clicks = cost.so_far()["seconds"]
    peak = 0
    while rows.live().exists():
        peak = max(peak, rows.filter(status=TryOn.Status.GENERATING).count())
        memory.append(cluster.memory())
        time.sleep(LOOK_SECONDS)
    memory.append(cluster.memory())
    total = cost.so_far()
    requests = spent(before, place.requests())
    # What the cluster does when nobody clicks is not the try-ons' cost.
    own = {
        name: (total[name] - at_rest[name] / at_rest["seconds"] * total["seconds"]) / count
        for name in ("cpu", "transactions")
    }
    return {
        "count": count,
        "seconds": total["seconds"],
        "clicks": clicks,
        "peak": peak,
        "completed": rows.filter(status=TryOn.Status.COMPLETED).count(),
        "differences": differences(place.control.state())[:5] if place.flow == "ours" else [],
        "requests": requests,
        "each": sum(requests.values()) / count,
        "cpu_ms": own["cpu"] * 1000,
        "transactions": own["transactions"],
        "largest": [round(max(member.rss for member in look), 1) for look in memory],
        "together": [round(sum(member.pss for member in look), 1) for look in memory],
    }


def _click(place: Stand, scene: tuple[Any, Any, Any], count: int) -> Any:
    """Click so often; return a moment before the first."""
    from genlook_oscar import clock

    began = clock.now()
    for _ in range(count):
        place.click(*scene)
    return began


def _all_ended() -> None:
    from genlook_oscar.models import TryOn

    until(lambda: not TryOn.objects.live().exists(), 120, "the first try-ons do not end")


def _learned(generation: list[float]) -> None:
    """Let the account know how long generations take from now on, as if it had seen them."""
    from genlook_oscar.engine import timing
    from genlook_oscar.models import Account

    chance = random.Random(1)
    known = [round(chance.uniform(*generation), 2) for _ in range(timing.KEPT)]
    Account.objects.update(durations=known)


def _asking(place: Stand, scene: tuple[Any, Any, Any], stop: Path) -> Any:
    """A process that asks for the status of a try-on that stays in flight, and beside it for
    the least that a status call can do."""
    from django.contrib.sessions.backends.db import SessionStore

    from genlook_oscar.shopper.identity import SESSION_KEY

    session = SessionStore()
    session[SESSION_KEY] = str(scene[0].key)
    session.save()
    tryon = place.click(*scene)
    return begun(
        "bench.probe:repeated",
        address=place.web,
        paths=[f"/{root}/{tryon.pk}/" for root in ("try-on", "documented")],
        headers={"Cookie": f"sessionid={session.session_key}"},
        stop=str(stop),
        pause=STATUS_PAUSE,
    )


class _Cost:
    """Processor time and transactions since a moment."""

    def __init__(self, cluster: Tree) -> None:
        self._cluster = cluster
        self._began = time.monotonic()
        self._cpu = cluster.cpu_seconds()
        self._transactions = _transactions()

    def so_far(self) -> dict[str, float]:
        return {
            "seconds": time.monotonic() - self._began,
            "cpu": self._cluster.cpu_seconds() - self._cpu,
            "transactions": _transactions() - self._transactions,
        }


def _transactions() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def run(full: bool, small: bool) -> Row:
    """The row. The small numbers and the documented flow, which mostly wait, side by side;
    the large number alone, with somebody asking for the status all the time."""
    generation = [6.0, 8.0] if small else list(GENERATION)
    many = 40 if small else MANY
    name = "bench.inflight:measure"
    with ExitStack() as stack:

        def side_by_side(flow: str, count: int) -> Any:
            options = {"flow": flow, "count": count, "generation": generation, "status": False}
            return stack.enter_context(begun(name, **options))

        documented = side_by_side("documented", DOCUMENTED)
        cases = [side_by_side("ours", count) for count in (FEW[:1] if small else FEW)]
        found = [case.result() for case in cases]
        beside = documented.result()
    found.append(measured(name, flow="ours", count=many, generation=generation, status=True))
    if full:
        long = [VERY_MANY * seconds / MANY for seconds in generation]
        found.append(measured(name, flow="ours", count=VERY_MANY, generation=long, status=False))
    return Row("inflight", _lines(found, beside), {"ours": found, "documented": beside})


def _lines(found: list[Any], documented: Any) -> list[Line]:
    lines = []
    for part in found:
        title = f"{part['count']:,} in flight"
        lost = part["count"] - part["completed"] + len(part["differences"])
        lines += [
            Line.most(f"{title}: lost, or not as the books say", lost, 0, ""),
            Line.plain(
                f"{title}: requests each", f"{part['each']:.2f}", f"{documented['each']:.2f}"
            ),
            Line.plain(
                f"{title}: processor time of the workers each",
                f"{part['cpu_ms']:.0f} ms",
                f"{documented['cpu_ms']:.0f} ms",
            ),
            Line.plain(
                f"{title}: transactions each",
                f"{part['transactions']:.0f}",
                f"{documented['transactions']:.0f}",
            ),
        ]
        if "status_ms" not in part:
            continue
        before, after = part["largest"][0], part["largest"][-1]
        lines += [
            Line.plain(f"{title}: most at Genlook at once", f"{part['peak']}", "2"),
            Line.most(f"{title}: largest process after, MB", after, round(before * 1.1, 1), "MB"),
            Line.plain(
                f"{title}: largest process before / at most",
                f"{before:.0f} / {max(part['largest']):.0f} MB",
            ),
            Line.plain(
                f"{title}: all processes before / at most / after",
                " / ".join(
                    f"{size:.0f}"
                    for size in (part["together"][0], max(part["together"]), part["together"][-1])
                )
                + " MB",
            ),
            Line.plain(
                f"{title}: status call meanwhile, p50",
                f"{percentile(part['status_ms'], 0.5):.1f} ms",
                f"{percentile(part['least_ms'], 0.5):.1f} ms",
            ),
            Line.most(
                f"{title}: status call meanwhile, p95",
                percentile(part["status_ms"], 0.95),
                15.0,
                "ms",
                f"{percentile(part['least_ms'], 0.95):.1f} ms",
            ),
        ]
    return lines
