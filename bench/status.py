"""The status call, which a waiting shopper's browser makes about once a second."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from .case import measured
from .stand import stand
from .table import Line, Row
from .visitor import Visitor, at_once, customer, queries, shares

TIMES = 500
AT_ONCE = 8
WARM = 20
COUNT = {"X-Count-Queries": "1"}


def measure(times: int) -> dict[str, Any]:
    """Ask for try-ons that are waiting, being made and completed."""
    with stand(cluster=False, web=True) as place:
        from genlook_oscar import clock
        from genlook_oscar.models import Account, TryOn
        from genlook_oscar.models.moments import LONGEST_WATCH

        product = place.product().pk
        visitors = [Visitor(place.web, product, number) for number in range(AT_ONCE)]
        visitors.append(Visitor(place.web, product, AT_ONCE, customer(1)))
        keys = [visitor.click("/try-on/", uuid.uuid4().hex)[2] for visitor in visitors]
        guest, signed_in = visitors[0], visitors[-1]
        found: dict[str, Any] = {}
        for name, visitor, key, values in (
            ("waiting", guest, keys[0], {}),
            (
                "being made",
                guest,
                keys[0],
                {"status": TryOn.Status.GENERATING, "accepted_at": clock.now()},
            ),
            (
                "being made, signed in",
                signed_in,
                keys[-1],
                {"status": TryOn.Status.GENERATING, "accepted_at": clock.now()},
            ),
            (
                "completed",
                guest,
                keys[0],
                {
                    "status": TryOn.Status.COMPLETED,
                    "result": "results/any.jpg",
                    "expires_at": clock.now() + timedelta(days=1),
                },
            ),
        ):
            TryOn.objects.filter(pk=key).update(**values)
            Account.objects.update(watcher_until=clock.now() + LONGEST_WATCH)
            ours, documented = [], []
            for turn in range(-WARM, times):
                taken = visitor.probe.ask(f"/try-on/{key}/")[0]
                beside = visitor.probe.ask(f"/documented/{key}/")[0]
                if turn >= 0:
                    ours.append(taken)
                    documented.append(beside)
            counted = visitor.probe.ask(f"/try-on/{key}/", COUNT)[1]
            plain = visitor.probe.ask(f"/documented/{key}/", COUNT)[1]
            found[name] = {
                "ours": shares(ours),
                "documented": shares(documented),
                "queries": queries(counted),
                "documented_queries": queries(plain),
            }
        TryOn.objects.update(status=TryOn.Status.GENERATING, accepted_at=clock.now())
        for name, root in (("ours", "/try-on/"), ("documented", "/documented/")):

            def several(place_: int, root: str = root) -> list[float]:
                path = f"{root}{keys[place_]}/"
                return [visitors[place_].probe.ask(path)[0] for _ in range(times // AT_ONCE)]

            works = [partial(several, number) for number in range(AT_ONCE)]
            found.setdefault("at once", {})[name] = shares(at_once(works))
        return found


def run(full: bool, small: bool) -> Row:
    """The row."""
    found = measured("bench.status:measure", times=60 if small else TIMES)
    lines = []
    for name in ("waiting", "being made", "being made, signed in", "completed"):
        part = found[name]
        lines.append(Line.spread(f"status call, {name}", part, "ms", (None, 15.0)))
        every, ours = part["queries"]
        lines.append(
            Line(
                f"status call, {name}: queries of ours (of all)",
                "<= 2",
                f"{ours} ({every})",
                "{1} ({0})".format(*part["documented_queries"]),
                ours <= 2,
            )
        )
    lines.append(Line.spread(f"{AT_ONCE} shoppers asking without pause", found["at once"], "ms"))
    return Row("status", lines, found)
