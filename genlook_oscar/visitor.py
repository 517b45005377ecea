"""Whoever looks at a page or clicks, as far as rights and limits must know her."""

import uuid
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from django.http import HttpRequest

from .conf import conf

SESSION_KEY = "genlook_shopper"
"""Where a guest's key stands in her session."""
PREFIX = {4: 24, 6: 56}
"""Bits of an address that tell a network: what one household or office has at least."""

PROXIED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")
"""Headers that proxies add."""


@dataclass(frozen=True)
class Visitor:
    """A customer by her account, a guest by the key in her session, and the network that she
    comes from, such as 203.0.113.0/24 ("" when it is not known). Never stored as it is."""

    user: Any = None
    key: uuid.UUID | None = None
    network: str = ""
    request: HttpRequest | None = field(default=None, repr=False, compare=False)

    @property
    def is_customer(self) -> bool:
        """Whether she is signed in."""
        return bool(self.user is not None and self.user.is_authenticated)

    @property
    def is_staff(self) -> bool:
        """Whether she works for the shop."""
        return bool(self.user is not None and self.user.is_active and self.user.is_staff)


def of_request(request: HttpRequest) -> Visitor:
    """Return who sent the request. No query beyond those of its user and session."""
    user = getattr(request, "user", None)
    return Visitor(user, guest_key(request), network_of(request), request)


def guest_key(request: HttpRequest) -> uuid.UUID | None:
    """Return the guest's key in the session, if there is one."""
    session = getattr(request, "session", None)
    value = session.get(SESSION_KEY) if session is not None else None
    try:
        return uuid.UUID(value) if value else None
    except (AttributeError, TypeError, ValueError):
        return None


def network_of(request: HttpRequest) -> str:
    """Return the network that a request came from, "" when that cannot be told.

    Behind a proxy the address is the last one in the header that GENLOOK_CLIENT_IP_HEADER
    names: that one the proxy wrote; what stands before it anybody can write. A request that
    came through a proxy nobody told us of has the proxy's address, which says nothing.
    """
    if conf.client_ip_header:
        told = request.headers.get(conf.client_ip_header, "").rsplit(",", 1)[-1]
    elif any(header in request.headers for header in PROXIED):
        return ""
    else:
        told = request.META.get("REMOTE_ADDR") or ""
    try:
        address = ip_address(told.strip().strip("[]"))
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ip_network((address, PREFIX[address.version]), strict=False))
