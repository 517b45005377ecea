"""What the storefront costs a shopper's connection, and what a strict policy forbids."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

import genlook_oscar

pytestmark = pytest.mark.anydb

HERE = Path(genlook_oscar.__file__).parent
STATIC = HERE / "static" / "genlook_oscar"
TEMPLATES = sorted(
    path
    for folder in ("genlook_oscar", "oscar")
    for path in (HERE / "templates" / folder).rglob("*.html")
)


def named_in(template: str, ending: str) -> set[str]:
    """The static files that a template of ours names."""
    text = (HERE / "templates" / "genlook_oscar" / template).read_text()
    return set(re.findall(rf"genlook_oscar/([\w-]+\.{ending})", text))


def zipped(*contents: bytes) -> int:
    """Bytes on the wire: each file is compressed by itself."""
    return sum(len(gzip.compress(content, 6)) for content in contents)


def static(*names: str) -> list[bytes]:
    return [(STATIC / name).read_bytes() for name in names]


def test_the_room_stays_light() -> None:
    """What comes when she reaches for the room, and what only when she reaches for more."""
    text = (HERE / "templates" / "genlook_oscar" / "room.html").read_text()
    preloaded = re.findall(r"modulepreload[^>]*genlook_oscar/([\w-]+\.js)", text)
    first = {*preloaded, "room.js"}
    later = named_in("room.html", "js") - first
    assert len(first) > 5
    assert later == {"camera.js", "crop.js", "notice.js", "result.js"}
    assert zipped(*static(*first)) <= 15 * 1024
    # The crop step apart, the whole room keeps to what its first load may have.
    assert zipped(*static(*first, *later - {"crop.js"})) <= 16 * 1024
    assert zipped(*static("crop.js")) <= 3.5 * 1024
    assert zipped(*static("room.css")) <= 5 * 1024
    assert zipped(*static("crop.css")) <= 1024


def test_the_pages_stay_light() -> None:
    assert named_in("tryon_detail.html", "js") == {"page.js", "follow.js"}
    assert zipped(*static("page.js", "follow.js", "page.css")) <= 6 * 1024


def test_the_product_page_pays_at_most_one_and_a_half_kilobytes() -> None:
    button = {
        "product_pk": 123456,
        "room_url": "/try-on/room/123456/",
        "new_url": "/try-on/new/123456/",
        "label": "See it on me",
        "first_on_page": True,
    }
    markup = render_to_string("genlook_oscar/button.html", button).encode()
    assert b"loader.js" in markup
    assert zipped(markup, *static("loader.js", "button.css")) <= 1.5 * 1024


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HERE)))
def test_templates_hold_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle\s*=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HERE)))
def test_templates_name_no_other_host(path: Path) -> None:
    assert not re.search(r"(https?:)?//(?!www\.w3\.org)[a-z]", path.read_text())


@pytest.mark.parametrize(
    "path", sorted([*STATIC.glob("*.js"), *STATIC.glob("*.css")]), ids=lambda path: path.name
)
def test_static_files_reach_for_no_other_host(path: Path) -> None:
    text = re.sub(r"(?m)^\s*//.*$", "", path.read_text())
    assert not re.search(r"https?://|@import|url\(", text.replace("new URL(", ""))


def test_the_page_puts_no_markup_together_from_strings() -> None:
    """Only the shop's own fragment is parsed; nothing that anybody typed ever is."""
    found = {
        path.name: re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text
        )
        for path in STATIC.glob("*.js")
        if (text := path.read_text())
    }
    assert {name: uses for name, uses in found.items() if uses} == {"room.js": ["innerHTML"]}
