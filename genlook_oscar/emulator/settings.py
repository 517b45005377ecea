"""Settings that can be switched while the emulator runs."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genlook_oscar.emulator import choices
from genlook_oscar.emulator.failures import Problems


@dataclass(frozen=True)
class Settings:
    """How the emulated service behaves. Seconds are seconds of the emulator's clock,
    except ``latency_seconds`` and time spent by faults, which really pass."""

    generation_seconds: tuple[float, float] = (8.0, 12.0)
    latency_seconds: tuple[float, float] = (0.0, 0.0)
    credits: int = 1000
    requests_per_minute: int | None = 100
    retry_after: bool = False
    result_url_seconds: float = choices.RESULT_URL_SECONDS
    failure_mode: str | None = None
    sync_failure: str = "error"
    sync_seconds: float = 90.0
    post_status: int = choices.POST_STATUS
    retention_days: int = 7
    logo: str | None = None
    draw: bool = True
    result_picture: str | None = None
    erased_generation: str = choices.ERASED_GENERATION
    image_id_style: str = "path"
    foreign: str = choices.FOREIGN
    unknown_path: str = "json"
    fetch_seconds: float = 5.0
    seed: int | None = None


_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "failure_mode": (None, "typed", "untyped", "stall"),
    "sync_failure": ("error", "status"),
    "post_status": (200, 201),
    "retention_days": (1, 3, 7),
    "erased_generation": ("no_url", "dead_url", "not_found"),
    "image_id_style": ("path", "short"),
    "foreign": ("generations", "everything", "hidden"),
    "unknown_path": ("json", "page"),
    "retry_after": (True, False),
    "draw": (True, False),
}


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """``settings`` with ``changes``; raises ``ApiError`` naming each bad one."""
    problems = Problems()
    values: dict[str, Any] = {}
    names = {field.name for field in dataclasses.fields(Settings)}
    for name, value in changes.items():
        if name not in names:
            problems.add(name, f"There is no such setting. Settings: {', '.join(sorted(names))}.")
        elif name in ("generation_seconds", "latency_seconds"):
            span = _span(value)
            if span is None:
                problems.add(name, "A number of seconds, or a list of the least and the most.")
            else:
                values[name] = span
        elif name in _CHOICES:
            if value not in _CHOICES[name] or isinstance(value, bool) != (
                isinstance(_CHOICES[name][-1], bool)
            ):
                problems.add(name, f"One of {', '.join(map(repr, _CHOICES[name]))}.")
            else:
                values[name] = value
        elif name == "logo":
            if value is not None and not (isinstance(value, str) and value):
                problems.add(name, "A short text, or null for none.")
            else:
                values[name] = value
        elif name == "result_picture":
            if value is not None and not _is_base64(value):
                problems.add(name, "A file in base64, or null for what is drawn.")
            else:
                values[name] = value
        elif name in ("requests_per_minute", "seed") and value is None:
            values[name] = None
        elif not _is_number(value) or value < 0:
            problems.add(name, "A number that is not negative.")
        elif name in ("credits", "requests_per_minute", "seed"):
            values[name] = int(value)
        else:
            values[name] = float(value)
    problems.raise_if_any()
    return dataclasses.replace(settings, **values)


def _is_base64(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(base64.b64decode(value, validate=True))
    except ValueError:
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _span(value: Any) -> tuple[float, float] | None:
    ends = [value, value] if _is_number(value) else value
    if not isinstance(ends, (list, tuple)) or len(ends) != 2:
        return None
    if not all(_is_number(end) and end >= 0 for end in ends) or ends[0] > ends[1]:
        return None
    return float(ends[0]), float(ends[1])
