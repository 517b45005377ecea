"""Text from outside, made fit for a log line, an error message or a column."""

from __future__ import annotations

import re
from typing import Any

# Long enough for any sentence. Chosen here.
TEXT_LIMIT = 500

# What no database and no address takes: NUL, and halves of surrogate pairs.
_UNFIT = re.compile("[\x00\ud800-\udfff]")
# That, and what a terminal that shows a log would obey.
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_QUERY = re.compile(r"(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]*", re.IGNORECASE)


def tidy(text: Any) -> str:
    """Return `text` on one line of at most TEXT_LIMIT characters; anything but text becomes "".

    Addresses lose their query: what is signed there opens a picture. What cannot be
    read or kept is shown as U+FFFD.
    """
    if not isinstance(text, str):
        return ""
    line = _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    return _QUERY.sub(r"\1?...", line)[:TEXT_LIMIT]


def is_fit(text: str) -> bool:
    """Whether `text` can be kept and sent back exactly as it is."""
    return not _UNFIT.search(text)
