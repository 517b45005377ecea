"""The kinds of settings: text, numbers, words and folders."""

import math
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured

from .setting import TYPE, VALUE, Setting, Wrong, written

T = TypeVar("T")


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


class KeysBySite(Setting[dict[int, str]]):
    """Secrets by the number of a site; one that is empty is a key that is not there yet."""

    takes = "keys of Genlook accounts by the number (id) of their site"
    secret = True
    hidden_fault = "names a site by no number, or has a key with characters that it cannot have"

    def __init__(self, pattern: str, **kwargs: Any) -> None:
        super().__init__({}, **kwargs)
        self._pattern = re.compile(pattern)

    def parse(self, value: Any) -> dict[int, str]:
        if not isinstance(value, Mapping):
            raise Wrong(TYPE)
        for site, key in value.items():
            if isinstance(site, bool) or not isinstance(site, int) or site < 1:
                raise Wrong(VALUE)
            if not isinstance(key, str) or not (key == "" or self._pattern.fullmatch(key)):
                raise Wrong(VALUE)
        return {site: key.strip() for site, key in value.items()}


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
        return Path(path(value))


class File(Setting[str]):
    """A file, which not every process may read; empty: none."""

    takes = "the path of a file"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("", **kwargs)

    def parse(self, value: Any) -> str:
        return path(value)


def path(value: Any) -> str:
    """Return a path as text. Raises `Wrong`."""
    if not isinstance(value, (str, os.PathLike)):
        raise Wrong(TYPE)
    named = os.fspath(value)
    if not isinstance(named, str):
        raise Wrong(TYPE)
    if "\0" in named:
        raise Wrong(VALUE)
    return named


def words(value: Any) -> tuple[str, ...]:
    """Return a list of words as it is used. Raises `Wrong`: text is no list of its letters."""
    if isinstance(value, str):
        raise Wrong(TYPE, tuple(value.replace(",", " ").split()))
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise Wrong(TYPE)
    if not all(isinstance(word, str) and word for word in value):
        raise Wrong(VALUE, tuple(str(word) for word in value if word))
    return tuple(value)
