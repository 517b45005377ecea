"""A photo while it arrives: how much of it is kept, and where."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory

from genlook_oscar.shopper.uploads import HEAD, PhotoHandler, receive
from tests.conftest import picture

BOUNDARY = "what-divides-the-parts"


def part(name: str, content: bytes, file: str = "") -> bytes:
    named = f'; filename="{file}"' if file else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def received(*parts: bytes, piece: int = 1 << 20) -> tuple[Any, Any]:
    """Fields and files of a body that comes in pieces of so many bytes."""
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    handler: FileUploadHandler = PhotoHandler()
    handler.chunk_size = piece
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    meta = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
    return MultiPartParser(meta, io.BytesIO(body), [handler]).parse()


@pytest.mark.parametrize("piece", [64, 100, 4096, 1 << 20])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_arrives_as_it_was_sent(kind: str, piece: int) -> None:
    content = picture(kind=kind)
    fields, files = received(
        part("consent", b"1"), part("photo", content, "me.jpg"), part("last", b"2"), piece=piece
    )
    assert files["photo"].read() == content
    assert files["photo"].size == len(content)
    assert (fields["consent"], fields["last"]) == ("1", "2")


@pytest.mark.parametrize("piece", [64, 1 << 20])
def test_of_what_is_no_photo_only_the_beginning_is_kept(piece: int) -> None:
    fields, files = received(
        part("photo", b"%PDF-1.7" + bytes(500_000), "me.jpg"), part("last", b"2"), piece=piece
    )
    assert len(files["photo"].read()) == HEAD
    assert files["photo"].size == 500_008
    assert fields["last"] == "2"


def test_of_what_is_too_large_no_more_than_shows_it(settings: Any) -> None:
    settings.GENLOOK_MAX_PHOTO_BYTES = 10_000
    for piece in (999, 1 << 20):
        _, files = received(part("photo", b"\xff\xd8\xff" + bytes(50_000), "me.jpg"), piece=piece)
        assert len(files["photo"].read()) == 10_001


@pytest.mark.parametrize("content", [b"", b"\xff", b"\xff\xd8\xff" + bytes(20)])
def test_next_to_nothing(content: bytes) -> None:
    _, files = received(part("photo_file", content, "me.jpg"))
    assert files["photo_file"].read() == content


def test_one_photo_and_no_other_file() -> None:
    photo = picture()
    fields, files = received(
        part("virus", bytes(5000), "x.exe"),
        part("photo", photo, "me.jpg"),
        part("photo", picture("#000000"), "two.jpg"),
        part("photo_file", picture("#ffffff"), "three.jpg"),
        part("last", b"2"),
    )
    assert list(files) == ["photo"]
    assert [file.read() for file in files.getlist("photo")] == [photo]
    assert fields["last"] == "2"


def test_a_body_that_somebody_has_read_already_stays_as_it_is() -> None:
    request = RequestFactory().post("/", {"photo": io.BytesIO(picture())})
    before = request.FILES["photo"]
    receive(request)
    assert request.FILES["photo"] is before
