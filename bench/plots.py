"""The figures as pictures, for the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import burst, idle
from .table import Row

OURS, DOCUMENTED = "#0b6e4f", "#b3541e"


def draw(row: Row, folder: Path) -> tuple[str, str] | None:
    """Write `bench-<row>.svg` for a row that has a picture; return its name and what it shows."""
    painters = {
        "burst": (_burst, "Shoppers served over time"),
        "idle": (_idle, "From click to picture"),
        "inflight": (_inflight, "Cost and memory"),
    }
    if row.name not in painters:
        return None
    painter, shows = painters[row.name]
    import matplotlib

    matplotlib.use("svg")
    # Text stays text, and the same figures give the same file.
    matplotlib.rc("svg", fonttype="none", hashsalt="bench")
    matplotlib.rc("axes.spines", top=False, right=False)
    matplotlib.rc("font", size=9)
    matplotlib.rc("legend", frameon=False)
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2 if row.name == "inflight" else 1, figsize=(7.2, 3.4))
    painter(axes, row.results)
    figure.tight_layout()
    name = f"bench-{row.name}.svg"
    figure.savefig(folder / name, metadata={"Date": None})
    pyplot.close(figure)
    return name, shows


def _burst(axes: Any, results: dict[str, Any]) -> None:
    looks = {
        "cold": ("photos new", OURS, "-"),
        "known": ("photos known", OURS, "--"),
        "documented": ("documented flow", DOCUMENTED, "-"),
        "documented, 30 workers": ("documented flow, 30 workers", DOCUMENTED, "--"),
    }
    for name, (label, color, line) in looks.items():
        if name in results:
            _steps(axes, [0.0, *results[name]["waits"]], 1, label, color, line)
    axes.axvline(burst.ALLOWED, color="#888", linewidth=0.8, linestyle=":")
    axes.text(burst.ALLOWED + 3, 2, "what the rate allows", color="#666")
    axes.set(xlabel="seconds since all clicked", ylabel="shoppers who have their picture")
    axes.set(xlim=(0, None), ylim=(0, None))
    axes.legend(loc="lower right")


def _idle(axes: Any, results: dict[str, Any]) -> None:
    looks = {
        "alone": ("one at a time", "-"),
        "overlapping": ("a few overlapping", "--"),
        "cold": ("account unknown", ":"),
    }
    for flow, words, color in (
        ("ours", "", OURS),
        ("documented", "documented flow, ", DOCUMENTED),
    ):
        for phase, (label, line) in looks.items():
            if phase in results[flow]:
                values = sorted(idle.column(results[flow][phase], "over_own"))
                _steps(axes, [0.0, *values], 100 / len(values), words + label, color, line)
    axes.set(xlabel="seconds from click to picture, over the generation's own time")
    axes.set(ylabel="% of try-ons", xlim=(0, 8), ylim=(0, 100))
    axes.legend(loc="center right")


def _inflight(axes: Any, results: dict[str, Any]) -> None:
    cost, memory = axes
    parts = results["ours"]
    counts = [part["count"] for part in parts]
    cost.plot(counts, [part["cpu_ms"] for part in parts], "o-", color=OURS, label="ms of processor")
    cost.plot(counts, [part["each"] for part in parts], "s--", color="#444", label="requests")
    cost.set(xscale="log", yscale="log", xlabel="try-ons in flight", ylabel="cost of each")
    cost.legend()
    many = next(part for part in parts if "status_ms" in part)
    times = range(len(many["largest"]))
    memory.plot(times, many["together"], color=OURS, label="all processes (PSS)")
    memory.plot(times, many["largest"], color="#444", linestyle="--", label="largest (RSS)")
    memory.set(xlabel=f"seconds, {many['count']:,} in flight", ylabel="MB", ylim=(0, None))
    memory.legend(loc="lower right")


def _steps(
    axes: Any, moments: list[float], height: float, label: str, color: str, line: str
) -> None:
    heights = [place * height for place in range(len(moments))]
    axes.step(moments, heights, where="post", label=label, color=color, linestyle=line)
