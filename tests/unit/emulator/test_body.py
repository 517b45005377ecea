from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from genlook_oscar.emulator.body import parse_data, parse_form
from genlook_oscar.emulator.failures import ApiError

from .conftest import SHIRT, Api, paths


def multipart(**kwargs: Any) -> tuple[str, bytes]:
    """Content type and body as `requests` builds them."""
    prepared = requests.Request("POST", "http://localhost/", **kwargs).prepare()
    assert isinstance(prepared.body, bytes)
    return str(prepared.headers["Content-Type"]), prepared.body


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([b"\r", b"\n", b"--", b"\x00", b"\xff"])).map(b"".join),
    )
)
def test_bytes_come_through_as_they_were_sent(content: bytes) -> None:
    form = parse_form(*multipart(files={"file": ("a.jpg", content)}, data={"crop": "false"}))
    assert form.files == {"file": content}
    assert form.fields == {"crop": "false"}


def test_large_files_come_through_as_they_were_sent() -> None:
    content = bytes(range(256)) * 4096
    assert parse_form(*multipart(files={"file": ("a.jpg", content)})).files["file"] == content


def test_the_data_part_may_be_a_field_or_a_part_with_a_type() -> None:
    data = {"products": [{"title": "Grüße 👗"}]}
    text = json.dumps(data, ensure_ascii=False)
    files = {"a": ("a.jpg", SHIRT, "image/jpeg")}
    assert parse_data(*multipart(data={"data": text}, files=files)) == (data, {"a": SHIRT})
    for part in (
        (None, text, "application/json"),
        ("data.json", text, "application/json"),
        (None, text.encode()),
    ):
        assert parse_data(*multipart(files={"data": part, **files})) == (data, {"a": SHIRT})


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b""),
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"\xff"),
        ("application/json", b"[" * 100_000),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nabc"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="data"'),
        ("", b"{"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(ApiError) as refusal:
        parse_data(content_type, body)
    assert refusal.value.code == "VALIDATION_FAILED"


@given(st.binary(max_size=200))
def test_no_body_whatever_breaks_the_parser(body: bytes) -> None:
    for content_type in ("multipart/form-data; boundary=b", "application/json"):
        with contextlib.suppress(ApiError):
            parse_data(content_type, b"--b\r\n" + body)


def test_a_form_without_data_is_refused_by_the_endpoints(api: Api) -> None:
    for path in ("/try-on", "/products"):
        assert paths(api.post(path, files={"a": SHIRT})) == ["data"]
