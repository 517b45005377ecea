"""The API key, kept where no log, repr or pickle can show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from .errors import ConfigurationProblem


class _Hidden(str):
    """Goes into a header as it is, and into the repr of a dictionary of headers not at all."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class ApiKey:
    """The secret that every request carries. It is held by closures, not by an attribute."""

    __slots__ = ("_problem", "_replace", "headers")

    headers: Callable[[], dict[str, str]]
    _replace: Callable[[str], str]

    def __init__(self, key: str) -> None:
        """Take `key`, without the white space that copying it may have left around it."""
        secret = _Hidden(key.strip())
        usable = secret.isascii() and secret.isprintable() and " " not in secret
        self._problem = "" if usable and secret else "INVALID" if secret else "MISSING"
        self.headers = lambda: {"x-api-key": secret}
        self._replace = lambda text: text.replace(secret, "***")

    def check(self) -> None:
        """Raise ConfigurationProblem when there is no key, or none that fits into a header.

        Apart from the constructor, so that the raising frames hold no plain key.
        """
        if self._problem == "MISSING":
            raise ConfigurationProblem("There is no API key.", code="MISSING_API_KEY")
        if self._problem:
            raise ConfigurationProblem(
                "The API key holds characters that no key has.", code="INVALID_API_KEY"
            )

    def __repr__(self) -> str:
        return "<ApiKey>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled")

    def redact(self, value: Any) -> Any:
        """Return a JSON value without the key in any of its texts."""
        if isinstance(value, str):
            return self._replace(value)
        if isinstance(value, list):
            return [self.redact(item) for item in value]
        if isinstance(value, dict):
            return {self._replace(name): self.redact(item) for name, item in value.items()}
        return value
