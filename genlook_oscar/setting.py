"""What a setting of a project may be: its kinds, and what is said of a value that is none.

Each kind reads one name of `django.conf.settings` at use, so that `override_settings` works
everywhere. Reading raises nothing: a wrong value reads as the default, and `fault` says what is
wrong and what to write, for the system checks.
"""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Generic, TypeVar, overload
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

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
                what = "has characters that it cannot have" if self.secret else _shown(value)
            sentence = f"{self.name} {what}; it takes {self.takes}."
            return Fault(wrong.id, sentence, self.line(wrong.instead))
        return None

    def line(self, instead: Any = None) -> str:
        """The line of Python to write: with a value that it takes, or as an example."""
        if instead is None or self.secret:
            return self._line or f"{self.name} = {written(self.default)}"
        return f"{self.name} = {written(instead)}"


class Text(Setting[str]):
    """Text that matches a pattern as a whole."""

    def __init__(
        self, takes: str = "text", pattern: str = r"\S.*", *, secret: bool = False, **kwargs: Any
    ) -> None:
        super().__init__("", **kwargs)
        self.takes = takes
        self.secret = secret
        self._pattern = re.compile(pattern)

    def parse(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(TYPE)
        if not self._pattern.fullmatch(value):
            raise Wrong(VALUE, self.nearest(value))
        return value

    def nearest(self, value: str) -> str | None:
        """What was probably meant."""
        return None


class Header(Text):
    """The name of a header of HTTP, as browsers and proxies write it."""

    def __init__(self, **kwargs: Any) -> None:
        takes = 'the name of a header, such as "X-Forwarded-For"'
        super().__init__(takes, r"[A-Za-z0-9-]+", **kwargs)

    def nearest(self, value: str) -> str | None:
        name = "-".join(re.findall(r"[A-Za-z0-9]+", value.removeprefix("HTTP_"))).title()
        return name or None


class Address(Setting[str]):
    """An address of the web, without a slash at its end; with a `path`, or without any."""

    def __init__(self, default: str, *, path: str = "", **kwargs: Any) -> None:
        super().__init__(default, **kwargs)
        self._path = path
        self.takes = "scheme, host and path" if path else "scheme and host, and no path"
        self.takes += f', such as "https://{"shop.example" if not path else "api.example"}{path}"'

    def parse(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(TYPE)
        text = value.rstrip("/")
        try:
            parts = urlsplit(text)
            sound = parts.port != 0 and parts.scheme in ("http", "https") and parts.hostname
        except ValueError:
            raise Wrong(VALUE) from None
        plain = not (parts.query or parts.fragment or "@" in parts.netloc or re.search(r"\s", text))
        if not (sound and plain and bool(parts.path) == bool(self._path)):
            raise Wrong(VALUE, self._nearest(text))
        return text

    def _nearest(self, text: str) -> str | None:
        scheme, there, rest = text.partition("://")
        host, _, path = (rest if there else text).partition("/")
        if not re.fullmatch(r"[\w.-]+(:\d+)?", host):
            return None
        local = host.startswith(("localhost", "127."))
        scheme = scheme if there and scheme in ("http", "https") else "http" if local else "https"
        found = f"{scheme}://{host}"
        if self._path:
            found += f"/{path}" if path and re.fullmatch(r"[\w./-]+", path) else self._path
        return found


class Number(Setting[T]):
    """A number between two bounds."""

    kind: type
    takes_kind = ""

    def __init__(self, default: T, least: float, most: float, **kwargs: Any) -> None:
        super().__init__(default, **kwargs)
        self._least, self._most = least, most
        self.takes = f"{self.takes_kind} from {least:_} to {most:_}"

    def parse(self, value: Any) -> T:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Wrong(TYPE, self._meant(value))
        if not math.isfinite(value) or not self._fits(value):
            raise Wrong(VALUE)
        number: T = self.kind(value)
        return number

    def _fits(self, value: float) -> bool:
        return self._least <= value <= self._most and self.kind(value) == value

    def _meant(self, value: Any) -> Any:
        try:
            number = float(value) if isinstance(value, str) else math.nan
        except ValueError:
            return None
        return self.kind(number) if math.isfinite(number) and self._fits(number) else None


class Whole(Number[int]):
    """A whole number."""

    kind = int
    takes_kind = "a whole number"


class Seconds(Number[float]):
    """Seconds, or parts of one."""

    kind = float
    takes_kind = "seconds"


class Choice(Setting[str]):
    """One of a few words; the first is the default."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        super().__init__(words[0], **kwargs)
        self._words = words
        self.takes = " or ".join(map(written, words))

    def parse(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(TYPE)
        if value not in self._words:
            raise Wrong(VALUE, next(iter(get_close_matches(value.lower(), self._words)), None))
        return value


class Words(Setting[tuple[str, ...]]):
    """Some words."""

    takes = "a list of words"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__((), **kwargs)

    def parse(self, value: Any) -> tuple[str, ...]:
        return words(value)

    def line(self, instead: Any = None) -> str:
        return super().line(list(instead or self.default))


class WordsByKind(Setting[dict[str, tuple[str, ...]]]):
    """Some words for each of a few kinds."""

    def __init__(self, *kinds: str, **kwargs: Any) -> None:
        super().__init__({}, **kwargs)
        self._kinds = kinds
        self.takes = f"lists of words by {', '.join(map(written, kinds))}"

    def parse(self, value: Any) -> dict[str, tuple[str, ...]]:
        if not isinstance(value, Mapping):
            raise Wrong(TYPE)
        mended, taken, id = {}, {}, ""
        for kind, own in value.items():
            near = get_close_matches(str(kind).lower(), self._kinds, 1)
            if kind not in self._kinds:
                id = id or VALUE
            try:
                taken[str(kind)] = words(own)
                mended.update({name: list(words(own)) for name in near})
            except Wrong as wrong:
                id = wrong.id
                mended.update({name: list(wrong.instead or ["word"]) for name in near})
        if id:
            raise Wrong(id, mended or None)
        return taken


class Folder(Setting[Path]):
    """A folder, which need not exist yet."""

    takes = "the path of a folder"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Path(), **kwargs)

    def read(self) -> Path:
        """Return it. Raises ImproperlyConfigured where there is none: nothing may be kept
        just anywhere."""
        try:
            if (value := self.value) is not None:
                return self.parse(value)
        except Wrong:
            pass
        raise ImproperlyConfigured(f"{self.name} names no folder; `manage.py check` says how.")

    def parse(self, value: Any) -> Path:
        if not isinstance(value, (str, os.PathLike)):
            raise Wrong(TYPE)
        path = os.fspath(value)
        if not isinstance(path, str):
            raise Wrong(TYPE)
        if "\0" in path:
            raise Wrong(VALUE)
        return Path(path)


def words(value: Any) -> tuple[str, ...]:
    """Return a list of words as it is used. Raises `Wrong`: text is no list of its letters."""
    if isinstance(value, str):
        raise Wrong(TYPE, tuple(value.replace(",", " ").split()))
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise Wrong(TYPE)
    if not all(isinstance(word, str) and word for word in value):
        raise Wrong(VALUE, tuple(str(word) for word in value if word))
    return tuple(value)


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
