"""Why a picture is not decoded."""

from typing import Any


class Refused(Exception):
    """A file that gives no picture. `code` is one of

    - "not_an_image": none of the formats that are taken, whatever its name says;
    - "unsupported": HEIF or AVIF, and the library for it is not installed here;
    - "damaged": broken, or cut off;
    - "too_many_pixels": more than are decoded; `values["limit"]` is the most, in megapixels
      as text;
    - "too_complex": made of more parts than any camera writes, or stopped at the bound of
      memory or time.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Busy(Exception):
    """No place to decode came free in time; nothing is said of the file."""


def too_many_pixels(limit: int) -> Refused:
    """The refusal of a picture of more than `limit` pixels."""
    return Refused("too_many_pixels", limit=f"{limit / 1_000_000:g}")
