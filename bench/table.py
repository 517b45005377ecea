"""Figures as lines of a table, with the aim beside each."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

HEAD = ("What", "Aim", "Measured", "Documented flow", "")


@dataclass(frozen=True)
class Line:
    """One figure. `met` is None where no aim is set."""

    what: str
    aim: str
    measured: str
    documented: str
    met: bool | None

    @classmethod
    def most(
        cls,
        what: str,
        value: float,
        aim: float,
        unit: str,
        documented: str = "",
        *,
        digits: int = 1,
    ) -> Line:
        """A figure that must not be above its aim."""
        if isinstance(value, int):
            digits = 0
        text = f"{value:.{digits}f} {unit}".strip()
        return cls(what, f"<= {aim:g} {unit}".strip(), text, documented, value <= aim)

    @classmethod
    def spread(
        cls,
        what: str,
        found: dict[str, Any],
        unit: str,
        aims: tuple[float | None, float | None] = (None, None),
        digits: int = 1,
    ) -> Line:
        """Median and 95th percentile, `found["ours"]` and, where measured, `["documented"]`,
        each with keys p50 and p95; `aims` are the most that each may be."""
        ours = (found["ours"]["p50"], found["ours"]["p95"])

        def text(pair: dict[str, float]) -> str:
            return f"{pair['p50']:.{digits}f} / {pair['p95']:.{digits}f} {unit}"

        named = [
            f"{name} <= {aim:g} {unit}"
            for name, aim in zip(("p50", "p95"), aims, strict=True)
            if aim is not None
        ]
        met = all(aim is None or value <= aim for value, aim in zip(ours, aims, strict=True))
        return cls(
            f"{what}, p50 / p95",
            ", ".join(named),
            text(found["ours"]),
            text(found["documented"]) if "documented" in found else "",
            met if named else None,
        )

    @classmethod
    def plain(cls, what: str, value: str, documented: str = "") -> Line:
        """A figure without an aim."""
        return cls(what, "", value, documented, None)

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """What stands in the table."""
        verdict = "" if self.met is None else "met" if self.met else "MISSED"
        return (self.what, self.aim, self.measured, self.documented, verdict)


@dataclass
class Row:
    """What one command measured: lines for people, and the raw results for plots."""

    name: str
    lines: list[Line]
    results: dict[str, Any] = field(default_factory=dict)
    circumstances: str = ""

    def markdown(self) -> str:
        """The lines as a Markdown table."""
        rows = [HEAD, ("---",) * len(HEAD), *(line.cells for line in self.lines)]
        table = "\n".join("| " + " | ".join(cells) + " |" for cells in rows)
        return f"{table}\n\n{self.circumstances}"


def as_text(rows: list[Row]) -> str:
    """All lines of all rows, in columns."""
    cells = [("Row", *HEAD)]
    for row in rows:
        cells += [(row.name, *line.cells) for line in row.lines]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * share) - 1, 0)]
