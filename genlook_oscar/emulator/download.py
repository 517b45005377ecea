"""Fetching of pictures by URL, as Genlook does it: bounded in time and size."""

from __future__ import annotations

import time

import requests

from genlook_oscar.emulator.intake import MAX_FILE_BYTES

_CHUNK = 64 * 1024


class FetchFailed(Exception):
    """The URL gave no bytes in time."""


def fetch(url: str, seconds: float) -> bytes:
    """The bytes at an http or https URL within ``seconds``; raises ``FetchFailed``."""
    deadline = time.monotonic() + seconds
    try:
        with requests.get(url, stream=True, timeout=seconds) as answer:
            answer.raise_for_status()
            content = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                content += chunk
                if len(content) > MAX_FILE_BYTES or time.monotonic() > deadline:
                    raise FetchFailed("too large or too slow")
            return bytes(content)
    except (requests.RequestException, OSError, ValueError) as error:
        raise FetchFailed(type(error).__name__) from None
