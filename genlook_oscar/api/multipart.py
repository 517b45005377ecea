"""Bodies of requests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from .types import ImageFile


@dataclass(frozen=True)
class Payload:
    """A whole body and the Content-Type that goes with it."""

    content: bytes = field(repr=False)
    content_type: str


def json_payload(document: Mapping[str, Any]) -> Payload:
    """Return `document` as a JSON body."""
    return Payload(_json(document), "application/json")


def form_payload(fields: Mapping[str, str], files: Mapping[str, ImageFile]) -> Payload:
    """Return a multipart form with a text part per field and a file part per file."""
    parts = [_text_part(name, value) for name, value in fields.items()]
    parts += [_file_part(name, file) for name, file in files.items()]
    content, content_type = encode_multipart_formdata(parts)
    return Payload(content, content_type)


def document_payload(document: Mapping[str, Any], files: Mapping[str, ImageFile]) -> Payload:
    """Return `document` as JSON, or, when bytes travel with it, as a form.

    The form has the JSON in a text part `data` and a file part for each `fileKey`.
    """
    if not files:
        return json_payload(document)
    return form_payload({"data": _json(document).decode("ascii")}, files)


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, allow_nan=False).encode("ascii")


def _text_part(name: str, value: str) -> RequestField:
    part = RequestField(name, value.encode())
    part.make_multipart()
    return part


def _file_part(name: str, file: ImageFile) -> RequestField:
    part = RequestField(name, file.content, filename=file.filename)
    part.make_multipart(content_type=file.content_type)
    return part


class Body:
    """A body that knows whether the last of its bytes was handed to the connection.

    A server that has not got the whole body cannot have carried the request out. requests'
    exceptions do not tell: a reset in the TLS handshake and one after the body look the same.
    """

    def __init__(self, content: bytes) -> None:
        self._stream = BytesIO(content)
        self._length = len(content)

    @property
    def handed_over(self) -> bool:
        return self._stream.tell() >= self._length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        # requests takes an object for a stream only if it can be iterated.
        while block := self.read(65536):
            yield block

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)
