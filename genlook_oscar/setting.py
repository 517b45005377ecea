"""What a setting of a project may be: its kinds, and what is said of a value that is none.

Each kind reads one name of `django.conf.settings` at use, so that `override_settings` works
everywhere. Reading raises nothing: a wrong value reads as the default, and `fault` says what is
wrong and what to write, for the system checks.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from django.conf import settings

T = TypeVar("T")
PREFIX = "GENLOOK_"
TYPE, VALUE = "genlook_oscar.E010", "genlook_oscar.E011"
"""Ids of the system checks: a value of the wrong type, and one that is out of range."""
SHOWN_LENGTH = 60
TYPES = {
    str: "text",
    bytes: "bytes",
    bool: "True or False",
    int: "a number",
    float: "a number",
    list: "a list",
    tuple: "a tuple",
    dict: "a dictionary",
}


@dataclass(frozen=True)
class Fault:
    """One wrong setting: the `id` of the system check that tells it, a `sentence`, and the
    `line` to write in its place."""

    id: str
    sentence: str
    line: str


class Wrong(Exception):
    """A value that a setting does not take; `instead` is one that it does, if one is near."""

    def __init__(self, id: str, instead: Any = None) -> None:
        super().__init__(id)
        self.id = id
        self.instead = instead


class Setting(Generic[T]):
    """One setting, a line in the table `conf.Conf`. None and "" count as not set.

    `takes` says in a few words what it may be. `line` is what to write where there is nothing
    better to say; a `secret` is never shown.
    """

    takes = ""
    secret = False
    hidden_fault = "has characters that it cannot have"

    def __init__(self, default: T, *, name: str = "", line: str = "") -> None:
        self.default = default
        self.name = PREFIX + name
        self._line = line

    def __set_name__(self, owner: type, name: str) -> None:
        if self.name == PREFIX:
            self.name = PREFIX + name.upper()

    @overload
    def __get__(self, instance: None, owner: type) -> "Setting[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "T | Setting[T]":
        return self if instance is None else self.read()

    @property
    def value(self) -> Any:
        """As it stands in the project's settings; None where it is not set."""
        value = getattr(settings, self.name, None)
        return None if isinstance(value, str) and not value else value

    @property
    def shown_default(self) -> str:
        """The default as Python, "" for nothing."""
        default = list(self.default) if isinstance(self.default, tuple) else self.default
        return written(default) if default not in ("", Path()) else ""

    def read(self) -> T:
        """Return what counts. Raises nothing."""
        value = self.value
        try:
            return self.default if value is None else self.parse(value)
        except Wrong:
            return self.default

    def parse(self, value: Any) -> T:
        """Return a value as it is used. Raises `Wrong`."""
        raise NotImplementedError

    def fault(self) -> Fault | None:
        """What is wrong with it, or None."""
        value = self.value
        try:
            if value is not None:
                self.parse(value)
        except Wrong as wrong:
            if wrong.id == TYPE:
                what = f"is {described(value)}"
            else:
                what = self.hidden_fault if self.secret else _shown(value)
            sentence = f"{self.name} {what}; it takes {self.takes}."
            return Fault(wrong.id, sentence, self.line(wrong.instead))
        return None

    def line(self, instead: Any = None) -> str:
        """The line of Python to write: with a value that it takes, or as an example."""
        if instead is None or self.secret:
            return self._line or f"{self.name} = {written(self.default)}"
        return f"{self.name} = {written(instead)}"


def described(value: Any) -> str:
    """What a value is, without showing it."""
    return TYPES.get(type(value), f"of type {type(value).__name__}")


def written(value: Any) -> str:
    """A value as Python with double quotes."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 100_000:
        return f"{value:_}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = repr(value)
    return text.replace("'", '"') if '"' not in text else text


def _shown(value: Any) -> str:
    """A wrong value, short, and without a password that an address may hold."""
    text = re.sub(r"//[^/@]*@", "//***@", written(value))
    return "is " + (text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…")
