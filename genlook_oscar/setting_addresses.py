"""The kinds of settings that are addresses of the web."""

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .setting import TYPE, VALUE, Setting, Wrong

_PLAIN = re.compile(r"[!-~]+")


def _parts(value: Any) -> tuple[bool, SplitResult]:
    """The parts of an address, and whether it is one of the web. Raises `Wrong`."""
    if not isinstance(value, str):
        raise Wrong(TYPE)
    try:
        parts = urlsplit(value)
        sound = parts.port != 0 and parts.scheme in ("http", "https")
    except ValueError:
        raise Wrong(VALUE) from None
    return sound and bool(parts.hostname), parts


class Address(Setting[str]):
    """An address of the web, without a slash at its end; with a `path`, or without any."""

    def __init__(self, default: str, *, path: str = "", **kwargs: Any) -> None:
        super().__init__(default, **kwargs)
        self._path = path
        self.takes = "scheme, host and path" if path else "scheme and host, and no path"
        self.takes += f', such as "https://{"shop.example" if not path else "api.example"}{path}"'

    def parse(self, value: Any) -> str:
        text = value.rstrip("/") if isinstance(value, str) else value
        sound, parts = _parts(text)
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


class SecretAddress(Setting[str]):
    """An address of the web that opens a door to whoever knows it, with any path and query."""

    takes = "an address with http:// or https://, as the other side gives it"
    secret = True
    hidden_fault = "is no such address"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("", **kwargs)

    def parse(self, value: Any) -> str:
        sound, parts = _parts(value)
        # What requests would send as a login, or not send at all.
        if not sound or "@" in parts.netloc or parts.fragment or not _PLAIN.fullmatch(value):
            raise Wrong(VALUE)
        return value
