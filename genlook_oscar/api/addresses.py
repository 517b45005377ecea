"""Addresses: what may stand in one."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from .errors import ConfigurationProblem, Rejected


def path_segment(identifier: str) -> str:
    """Return an id as one segment of a path, slashes and all.

    Raises Rejected for what would address something else: HTTP clients resolve "." and ".."
    however they are written, and an empty id is the whole collection.
    """
    try:
        segment = quote(identifier, safe="")
    except UnicodeEncodeError:
        segment = ""
    if segment in ("", ".", ".."):
        raise Rejected("This id cannot be asked for.", code="INVALID_ID")
    return segment


def usable_base_url(base_url: str) -> str:
    """Return `base_url` without a slash at its end; raises ConfigurationProblem."""
    problem = ConfigurationProblem(
        "The address of the Genlook service must be http:// or https://, with a host, without "
        "a user, a query or a fragment.",
        code="INVALID_BASE_URL",
    )
    try:
        parts = urlsplit(base_url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.password or parts.query or parts.fragment:
        raise problem
    return base_url.strip().rstrip("/")
