"""The lines that this package writes into the log, each with the try-on and the request that it
is about.

Both stand at the end of the line's words and, for formatters and collectors that read
fields, as `tryon_id` and `request_id` of each of our records, empty where there is none. No
photo, no key and no name of a shopper is ever among them.
"""

import logging
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

FIELDS = ("tryon_id", "request_id")
GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""A request's name that a proxy may give: nothing in it can break a line or be a format."""

NOTHING: Mapping[str, str] = MappingProxyType({})

_about: ContextVar[Mapping[str, str]] = ContextVar("genlook_oscar_about", default=NOTHING)
Result = TypeVar("Result")

if TYPE_CHECKING:
    Adapter = logging.LoggerAdapter[logging.Logger]
else:
    Adapter = logging.LoggerAdapter


class Logger(Adapter):
    """A logger whose lines say what they are about."""

    def process(
        self, msg: object, kwargs: MutableMapping[str, Any]
    ) -> tuple[Any, MutableMapping[str, Any]]:
        about = {name: value for name, value in _about.get().items() if value}
        kwargs["extra"] = {**dict.fromkeys(FIELDS, ""), **about, **(kwargs.get("extra") or {})}
        words = " ".join(f"{name}={value}" for name, value in about.items())
        return (f"{msg} [{words}]" if words else msg), kwargs


class AboutFilter(logging.Filter):
    """For handlers that write the lines of others too, such as django-q2's: gives each record
    the two fields, so that one format fits all."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with its fields."""
        for name in FIELDS:
            if not hasattr(record, name):
                setattr(record, name, _about.get().get(name, ""))
        return True


def logger(name: str) -> Logger:
    """The logger of a module, by its `__name__`."""
    return Logger(logging.getLogger(name), {})


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """What happens inside is about a try-on (`tryon_id`) or a request (`request_id`)."""
    token = _about.set({**_about.get(), **{name: str(value) for name, value in fields.items()}})
    try:
        yield
    finally:
        _about.reset(token)


def note(**fields: object) -> None:
    """The same, until the end of the `about` that this is called in; nothing outside of one."""
    if _about.get():
        _about.set({**_about.get(), **{name: str(value) for name, value in fields.items()}})


def of_tryon(function: Callable[..., Result]) -> Callable[..., Result]:
    """Let a function of a try-on's primary key write lines about it."""

    @wraps(function)
    def named(pk: str, **more: Any) -> Result:
        with about(tryon_id=pk, request_id=""):
            return function(pk, **more)

    return named


def request_id() -> str:
    """The name of the request that is being answered; empty where there is none."""
    return _about.get().get("request_id", "")


def name_of(given: str | None) -> str:
    """The name for a request: as `given` by a proxy, if it can be one, else a new one."""
    return given if given and GIVEN.fullmatch(given) else uuid.uuid4().hex
