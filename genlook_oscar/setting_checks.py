"""System checks of the settings of our own, by the table that `conf` reads them with."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning, register

from .conf import conf, table, unknown

TAG = "genlook_oscar"
Check = Callable[..., list[CheckMessage]]


def check(*tags: str) -> Callable[[Check], Check]:
    """Register a check that never ends in a traceback, whatever stands in the settings: there,
    nobody would read what the others say (E009)."""

    def registered(found: Check) -> Check:
        @wraps(found)
        def guarded(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
            try:
                return found(app_configs, **kwargs)
            except Exception as error:
                return [
                    Error(
                        f"The check {found.__name__} cannot read the project's settings "
                        f"({type(error).__name__}).",
                        hint="Compare the settings that it looks at with docs/checks.md. "
                        + " ".join((found.__doc__ or "").split()),
                        id="genlook_oscar.E009",
                    )
                ]

        return register(guarded, *tags)

    return registered


@check(TAG)
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each GENLOOK_ setting and USE_TZ can be what it is (E004, E010, E011), and there are no
    others (W004)."""
    told: list[CheckMessage] = [
        Error(fault.sentence, hint=f"Write {fault.line}", id=fault.id) for fault in conf.faults
    ]
    for name in unknown():
        meant = next(iter(get_close_matches(name, table(), 1, 0.7)), None)
        told.append(
            Warning(
                f"{name} is no setting of genlook_oscar, so nothing reads it.",
                hint=f"Write {meant} in its place."
                if meant
                else f"Remove {name}. The README lists all settings.",
                id="genlook_oscar.W004",
            )
        )
    return told
