"""Bounds of an HTTP exchange: on its time as a whole, and on whom it may be with.

requests bounds each single read. A server that sends a byte now and then, in the headers or in
the body, keeps such a client for as long as it likes; here every read and write also ends with
the time of the exchange.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import LocationValueError

# Real seconds, always: moving the project's clock in a test does not make a network faster.
_end: ContextVar[float | None] = ContextVar("genlook_exchange_end", default=None)


_outside: ContextVar[bool] = ContextVar("genlook_exchange_outside", default=False)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@contextmanager
def only_public(wanted: bool = True) -> Iterator[None]:
    """Refuse, in the block, every connection whose other end is no public address, before
    anything is sent. A name may have another address now than a moment ago, so the end itself
    is looked at. Connections to a proxy are not concerned."""
    token = _outside.set(wanted)
    try:
        yield
    finally:
        _outside.reset(token)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not of this machine, a private or
    shared network, a link, or a reserved range; nor an IPv6 address that stands for one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            found = inside
    return found.is_global and not found.is_multicast


@contextmanager
def within(seconds: float) -> Iterator[float]:
    """Bound what is sent and received in the block; yields the end on `time.monotonic()`."""
    end = time.monotonic() + seconds
    token = _end.set(end)
    try:
        yield end
    finally:
        _end.reset(token)


def in_exchange() -> bool:
    """Whether this is called from inside `within`."""
    return _end.get() is not None


def _arm(sock: socket.socket, limit: float | None, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time for this exchange is over")
    sock.settimeout(left if limit is None else min(limit, left))


class _Incoming(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock: socket.socket, end: float) -> None:
        self._raw, self._sock, self._end = raw, sock, end
        self._limit = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _arm(self._sock, self._limit, self._end)
        return self._raw.readinto(buffer)

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    fp: Any

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        end = _end.get()
        if end is not None:
            self.fp = io.BufferedReader(_Incoming(self.fp.detach(), sock, end))


class _Connection(HTTPConnection):
    response_class = _Response
    reaches_the_host = True

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()
        if _outside.get() and self.reaches_the_host and not is_public(sock.getpeername()[0]):
            sock.close()
            raise LocationValueError("this address is not public")
        return sock

    def send(self, data: Any) -> None:
        end = _end.get()
        if end is not None and self.sock is not None:
            limit = self.timeout if isinstance(self.timeout, (int, float)) else None
            _arm(self.sock, limit, end)
        super().send(data)


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _ProxiedConnection(_Connection):
    reaches_the_host = False


class _ProxiedSecureConnection(_SecureConnection):
    reaches_the_host = False


class _ProxiedPool(_Pool):
    ConnectionCls = _ProxiedConnection


class _ProxiedSecurePool(_SecurePool):
    ConnectionCls = _ProxiedSecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}
_PROXIED_POOLS = {"http": _ProxiedPool, "https": _ProxiedSecurePool}


class DeadlineAdapter(HTTPAdapter):
    """requests' own adapter on connections that keep to `within`. Repeats nothing itself.

    Through a SOCKS proxy only the single reads are bounded.
    """

    poolmanager: PoolManager

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        if type(manager) is ProxyManager:
            manager.pool_classes_by_scheme = _PROXIED_POOLS
        return manager
