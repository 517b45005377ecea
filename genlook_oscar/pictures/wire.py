"""How the two sides speak: a few fields as JSON, and after them the bytes that they announce."""

import io
import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

from .header import Part

PIECE = 1 << 18


def send(to: socket.socket, fields: dict[str, Any], parts: Sequence[Part] = ()) -> None:
    told = json.dumps(fields).encode()
    to.sendall(struct.pack(">II", len(told), sum(map(len, parts))) + told)
    for part in parts:
        to.sendall(part)


def receive(source: socket.socket) -> tuple[dict[str, Any], io.BytesIO]:
    """Raises `EOFError` where the other side is gone before the end."""
    told, more = struct.unpack(">II", _read(source, 8).getvalue())
    fields: dict[str, Any] = json.loads(_read(source, told).getvalue())
    return fields, _read(source, more)


def _read(source: socket.socket, length: int) -> io.BytesIO:
    whole = io.BytesIO()
    while length:
        piece = source.recv(min(length, PIECE))
        if not piece:
            raise EOFError
        length -= whole.write(piece)
    return whole
