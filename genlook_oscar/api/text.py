"""Text from outside, made fit for a log line, an error message or a column."""

from __future__ import annotations

import re
from typing import Any

# Long enough for any sentence. Chosen here.
TEXT_LIMIT = 500

_QUERY = re.compile(r"(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]*", re.IGNORECASE)


def tidy(text: Any) -> str:
    """Return `text` on one line of at most TEXT_LIMIT characters; anything but text becomes "".

    Addresses lose their query: what is signed there opens a picture.
    """
    if not isinstance(text, str):
        return ""
    return _QUERY.sub(r"\1?...", " ".join(text.split()))[:TEXT_LIMIT]
