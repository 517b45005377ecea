"""Bodies of requests: JSON, or multipart with a ``data`` part and file parts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from genlook_oscar.emulator.failures import ApiError


@dataclass(frozen=True)
class Form:
    """A multipart body: text fields by name, and bytes of file parts by name."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def parse_form(content_type: str, body: bytes) -> Form:
    """Parse a ``multipart/form-data`` body; raises ``ApiError`` VALIDATION_FAILED."""
    head = b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart() or message.get_content_type() != "multipart/form-data":
        raise _not_valid("", "The body is not a readable multipart form.")
    form = Form()
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        # A file part has a filename, by which clients tell it from a text part; the
        # ``data`` part is text with or without one.
        if name == "data" or part.get_filename() is None:
            form.fields[name] = content.decode("utf-8", "replace")
        else:
            form.files[name] = content
    return form


def parse_data(content_type: str, body: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The JSON object of a request and its files by key; raises ``ApiError``."""
    if content_type.partition(";")[0].strip().lower() == "multipart/form-data":
        form = parse_form(content_type, body)
        if "data" not in form.fields:
            raise _not_valid("data", "The form needs a data part that holds the JSON.")
        return _object(form.fields["data"]), form.files
    try:
        return _object(body.decode("utf-8")), {}
    except UnicodeDecodeError:
        raise _not_valid("", "The body is not JSON.") from None


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise _not_valid("", "The body is not JSON.") from None
    if not isinstance(data, dict):
        raise _not_valid("", "The body is not a JSON object.")
    return data


def _not_valid(path: str, message: str) -> ApiError:
    return ApiError("VALIDATION_FAILED", details=[{"path": path, "message": message}])
