"""The answer to the click: 202, through all of Oscar's middleware, over real HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from .case import measured
from .stand import stand
from .table import Line, Row
from .visitor import Visitor, at_once, customer, queries, shares

TIMES = 300
AT_ONCE = 8
WARM = 20
OURS, DOCUMENTED = "/try-on/", "/documented/"
COUNT = {"X-Count-Queries": "1"}


def measure(times: int) -> dict[str, Any]:
    """Click `times` times by each way; no workers run, so that only the answer is measured."""
    with stand(cluster=False, web=True) as place:
        from genlook_oscar.models import TryOn

        product = place.product().pk
        guests = [Visitor(place.web, product, number) for number in range(AT_ONCE)]
        signed_in = Visitor(place.web, product, AT_ONCE, customer(1))

        def click(visitor: Visitor, path: str, headers: Mapping[str, str] = {}) -> Any:
            taken, answer, pk = visitor.click(path, uuid.uuid4().hex, headers)
            # Gone from the queue and from what would be reused: the next is as the first.
            TryOn.objects.filter(pk=pk).update(
                status=TryOn.Status.CANCELLED, live_key=None, reuse_key=""
            )
            return taken, answer

        for visitor in (guests[0], signed_in):
            for _ in range(WARM):
                click(visitor, OURS)
                click(visitor, DOCUMENTED)
        found: dict[str, Any] = {}
        for name, visitor in (("guest", guests[0]), ("customer", signed_in)):
            ours, documented = [], []
            for _ in range(times):
                ours.append(click(visitor, OURS)[0])
                documented.append(click(visitor, DOCUMENTED)[0])
            found[name] = {
                "ours": shares(ours),
                "documented": shares(documented),
                "queries": queries(click(visitor, OURS, COUNT)[1]),
                "documented_queries": queries(click(visitor, DOCUMENTED, COUNT)[1]),
            }
        for name, path in (("ours", OURS), ("documented", DOCUMENTED)):

            def several(visitor: Visitor, path: str = path) -> list[float]:
                from django.db import connection

                try:
                    return [click(visitor, path)[0] for _ in range(times // AT_ONCE)]
                finally:
                    connection.close()

            works = [partial(several, visitor) for visitor in guests]
            found.setdefault("at once", {})[name] = shares(at_once(works))
        found["http"] = sum(place.requests().values())
        return found


def run(full: bool, small: bool) -> Row:
    """The row."""
    found = measured("bench.click:measure", times=40 if small else TIMES)
    lines = []
    for name in ("guest", "customer"):
        part = found[name]
        lines.append(Line.spread(f"{name}: answer to the click", part, "ms", (None, 50.0)))
        lines.append(
            Line.most(
                f"{name}: queries", part["queries"][0], 12, "", f"{part['documented_queries'][0]}"
            )
        )
    lines.append(Line.spread(f"{AT_ONCE} guests clicking without pause", found["at once"], "ms"))
    lines.append(Line.most("requests to Genlook in all these answers", found["http"], 0, ""))
    return Row("click", lines, found)
