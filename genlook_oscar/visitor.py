"""Whoever looks at a page or clicks, as far as rights and limits must know her."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.http import HttpRequest

from .conf import conf
from .contained import contained

SESSION_KEY = "genlook_shopper"
"""Where a guest's key stands in her session."""
PREFIX = {4: 24, 6: 56}
"""Bits of an address that tell a network: what one household or office has at least."""

UNKNOWN = "unknown"
"""The network of all whose network cannot be told: together they have as much as one has."""
PROXIED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")
"""Headers that proxies add."""
vouchers: list[Callable[[Any], bool]] = []
"""Who besides staff and those with an order is no new customer: functions that are told the
user, such as one that knows of a verified address. A shop puts its own here when its app is
ready; each page of a product asks them about a signed-in customer without an order."""

FOR = re.compile(r"(?i)(?:^|;)\s*for=([^;]*)")


@dataclass(frozen=True)
class Visitor:
    """A customer by her account, a guest by the key in her session, and the network that she
    comes from, such as 203.0.113.0/24 or `UNKNOWN` ("" where there is no request). Never stored
    as it is. `proxied`: see `is_proxied`."""

    user: Any = None
    key: uuid.UUID | None = None
    network: str = ""
    proxied: bool = False
    request: HttpRequest | None = field(default=None, repr=False, compare=False)

    @property
    def is_customer(self) -> bool:
        """Whether she is signed in."""
        return bool(self.user is not None and self.user.is_authenticated)

    @property
    def is_staff(self) -> bool:
        """Whether she works for the shop."""
        return bool(self.user is not None and self.user.is_active and self.user.is_staff)


@contained(False)
def is_vouched_for(user: Any) -> bool:
    """Whether one of the shop's `vouchers` knows this customer. What they raise is a no."""
    return any(vouch(user) for vouch in vouchers)


def of_request(request: HttpRequest) -> Visitor:
    """Return who sent the request. No query beyond those of its user and session."""
    user = getattr(request, "user", None)
    return Visitor(user, guest_key(request), network_of(request), is_proxied(request), request)


def guest_key(request: HttpRequest) -> uuid.UUID | None:
    """Return the guest's key in the session, if there is one."""
    session = getattr(request, "session", None)
    value = session.get(SESSION_KEY) if session is not None else None
    try:
        return uuid.UUID(value) if value else None
    except (AttributeError, TypeError, ValueError):
        return None


def network_of(request: HttpRequest) -> str:
    """Return the network that a request came from, `UNKNOWN` when that cannot be told.

    Behind proxies the address stands in the header that GENLOOK_CLIENT_IP_HEADER names: the
    last one where there is one proxy, the last but one where GENLOOK_TRUSTED_PROXIES says that
    there are two. Those the proxies wrote; what stands before them anybody can write. Without
    the setting the address of the connection counts, whatever headers say.
    """
    if conf.client_ip_header:
        told = request.headers.get(conf.client_ip_header, "").split(",")
        if len(told) < conf.trusted_proxies:
            return UNKNOWN
        address = _address(told[-conf.trusted_proxies])
    else:
        address = _address(request.META.get("REMOTE_ADDR") or "")
    return str(ip_network((address, PREFIX[address.version]), False)) if address else UNKNOWN


def is_proxied(request: HttpRequest) -> bool:
    """Whether a request came through a proxy that nobody told us of: it says so, and comes from
    no address of the internet. A shopper can write the first, and not the second."""
    if conf.client_ip_header:
        return False
    address = _address(request.META.get("REMOTE_ADDR") or "")
    if address is None:
        return True
    return not address.is_global and any(header in request.headers for header in PROXIED)


def _address(told: str) -> IPv4Address | IPv6Address | None:
    """The address in one part of a header: alone, with a port, in brackets, with a zone, or as
    a parameter of `Forwarded` (RFC 7239)."""
    found = FOR.search(told)
    text = (found[1] if found else told).strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
