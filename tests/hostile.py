"""Requests as somebody writes them who means harm, or whose program is broken: for any endpoint,
from what is known to break parsers, and from what the views and forms of ours read."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import forms
from hypothesis import strategies as st

from tests.conftest import picture
from tests.endpoints import Endpoint

PACKAGE = Path(__file__).resolve().parents[1] / "genlook_oscar"
READ = re.compile(r"""(?:GET|POST|FILES|fields|COOKIES)(?:\.get|\.getlist)?[(\[]["'](\w+)["']""")

NASTY = (
    "",
    " ",
    "0",
    "1",
    "-1",
    "٣",
    "²",
    "9" * 20,
    "9" * 5000,
    "1e400",
    "NaN",
    "0x10",
    "true",
    "None",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\U0001f600",
    "\u202e\ufeff",
    "%00%ff",
    "../../../etc/passwd",
    "' OR 1=1 --",
    "{{7*7}}{% x %}",
    "line\r\nX-More: 1",
    "2026-02-30",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-11-30T25:61:61+99:99",
    "00000000-0000-0000-0000-000000000000",
    "[]",
    "{}",
    "x" * 10_000,
)
NAMES = (
    *("q", "o", "p", "e", "page", "next", "language", "mail", "from", "to", "export", "ordering"),
    *("_method", "_popup", "_to_field", "_changelist_filters", "_facets", "action", "index"),
    *("_selected_action", "select_across", "csrfmiddlewaretoken", "multiple", "id", "is_export"),
)
METHODS = ("HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "BREW", "get")
TYPES = (
    *("", "\x00", "text/plain", "image/jpeg", "application/xml", "multipart/form-data", "a/b;;=;"),
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 300,
    "multipart/form-data; boundary=\xff",
    "multipart/mixed; boundary=x",
)
HEADERS: dict[str, tuple[str, ...]] = {
    "ACCEPT": (
        *("*/*", "text/html", "application/json", "", ";;;", "a/b;q=1e999", "text/html;q=nan"),
        "\xff/\xfe",
        "text/html," * 500,
    ),
    "ACCEPT_LANGUAGE": ("", "de", "ar,he;q=0.5", "zz-ZZ;q=9", "x" * 600, "\xff", "en-" * 200),
    "ACCEPT_ENCODING": ("gzip", "br;q=\xff", ""),
    "AUTHORIZATION": (
        "",
        "Bearer",
        "Bearer \xff",
        "bearer x",
        "Basic \xe9",
        "Digest " + "x" * 9000,
    ),
    "HOST": ("", "a:b:c", "[::1", "\xff", "x" * 300, "testserver:99999999", "evil.example"),
    "IF_MODIFIED_SINCE": ("0", "Thu, 99 Foo 99999 99:99:99 GMT", "\xff", "9" * 400),
    "IF_NONE_MATCH": ("*", '"', 'W/"\xff"', '"x",' * 500),
    "ORIGIN": ("null", "http://[", "\xff", "https://evil.example"),
    "RANGE": ("bytes=0-", "bytes=-1", "bytes=9-1", "bytes=" + "9" * 400 + "-", "x=1"),
    "REFERER": ("", "http://[::1", "https://evil.example/\xff", "\x00"),
    "USER_AGENT": ("", "curl/8", "\xff", "Mozilla/5.0 " + "x" * 9000),
    "X_CSRFTOKEN": ("", "x" * 64, "\xff"),
    "X_FORWARDED_FOR": (
        "",
        ",,,",
        "203.0.113.9, 9.9.9.9",
        "::1%eth0",
        "[::1]:80",
        "\xff",
        "x," * 900,
    ),
    "FORWARDED": ('for="[2001:db8::1]:80"', "for=;for=\xff", "for=unknown", ";=;"),
    "VIA": ("1.1 x", "\xff"),
    "X_REAL_IP": ("203.0.113.9", "999.999.999.999", "\x00"),
    "X_REQUESTED_WITH": ("XMLHttpRequest", "\xff"),
    "X_REQUEST_ID": ("a" * 9000, "\r\nx", "\xff\x00", "ok-1"),
}
FIELDS = ("product", "photo", "consent", "reason")
OPTIONAL = ("idempotency_key", "consent_version", "_method", "language")
COOKIES = (
    "sessionid",
    "csrftoken",
    "messages",
    "genlook_language",
    "genlook_tryon",
    "django_language",
)
KINDS = ("json", "json", "json", "form", "form", "multipart", "multipart", "raw", "none")
ADDRESSES = ("127.0.0.1", "", "::1%eth0", "::ffff:203.0.113.9", "999.1.1.1", "/run/socket", "\xff")


@dataclass(frozen=True)
class Hostile:
    """One request, as a server hands it to Django."""

    who: str
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    environ: dict[str, str] = field(default_factory=dict)
    cookies: str = ""
    checks_csrf: bool = False

    def send(self, client: Any) -> Any:
        """Send it by a test client, whose cookies go along."""
        client.handler.enforce_csrf_checks = self.checks_csrf
        own = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        length = {"CONTENT_LENGTH": str(len(self.body))}
        more = {
            **length,
            **self.environ,
            "HTTP_COOKIE": "; ".join(filter(None, (own, self.cookies))),
            "QUERY_STRING": self.query,
            # A stream that ends where it ends, as a socket does, whatever the length says.
            "wsgi.input": io.BytesIO(self.body),
        }
        return client.generic(self.method, self.path, b"", **more)


def names_read() -> list[str]:
    """The names that our views and forms read, from their sources and their classes."""
    found = set(NAMES)
    for path in PACKAGE.rglob("*.py"):
        found |= set(READ.findall(path.read_text()))
    waiting: list[Any] = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.startswith("genlook_oscar"):
            found |= set(getattr(form, "base_fields", ()))
    return sorted(found)


def filters_of(endpoint: Endpoint) -> list[str]:
    """The query parameters that Django's admin makes of a list's filters."""
    admin = getattr(endpoint.view, "model_admin", None)
    listed = getattr(admin, "list_filter", ())
    fields = [one[0] if isinstance(one, tuple) else one for one in listed]
    found = [getattr(one, "parameter_name", one) for one in fields]
    found += [getattr(admin, "date_hierarchy", None)] * 3
    ends = ("", "__exact", "__gte", "__lt", "__isnull", "__isempty", "__year", "__month", "__day")
    return [f"{name}{end}" for name in found if isinstance(name, str) for end in ends]


def requests(endpoint: Endpoint, known: dict[str, list[Any]], people: list[str]) -> Any:
    """A strategy of requests to an endpoint by one of the `people`, whose path may carry values
    that are `known`, by the names of parameters."""
    names = [*NAMES_READ, *filters_of(endpoint) * 3]
    every = [str(value) for values in known.values() for value in values]
    value = st.one_of(
        st.sampled_from(NASTY), st.sampled_from(every), st.text(max_size=20), st.integers().map(str)
    )
    raw = st.one_of(value.map(_bytes), st.binary(max_size=20))
    odd_pairs = st.lists(st.tuples(st.sampled_from(names), raw), max_size=4)
    # What a view would take, with one thing in it spoilt: most of what breaks lies behind that.
    fields = [(name, st.sampled_from(known[name]).map(_bytes)) for name in FIELDS]
    usual = st.tuples(*(st.tuples(st.just(name), one) for name, one in fields)).map(list)
    spoilt = st.tuples(st.sampled_from([*FIELDS, *OPTIONAL]), raw)
    nearly = st.builds(lambda pairs, bad: [*dict([*pairs, bad]).items()], usual, spoilt)
    pairs = st.one_of(odd_pairs, nearly, nearly, nearly)
    scalar = st.one_of(
        value, st.integers(), st.floats(), st.none(), st.booleans(), st.just(10**400)
    )
    tree = st.one_of(
        scalar, st.lists(scalar, max_size=2), st.dictionaries(value, scalar, max_size=1)
    )
    odd_objects = st.dictionaries(st.sampled_from(names), tree, max_size=4)
    texts = usual.map(lambda pairs: {name: one.decode() for name, one in pairs})
    bad = st.dictionaries(st.sampled_from([*FIELDS, *OPTIONAL]), tree, max_size=1)
    objects = st.one_of(odd_objects, st.builds(lambda right, wrong: right | wrong, texts, bad))

    @st.composite
    def draw_one(draw: Any) -> Hostile:
        def seldom(odd: Any, usual: Any) -> Any:
            """The odd one in a request of eight: one with everything odd goes nowhere."""
            return draw(odd) if draw(st.integers(0, 7)) == 0 else usual

        parts = {}
        for name, _ in endpoint.parameters:
            usual = _bytes(draw(st.sampled_from(known.get(name) or every)))
            parts[name] = seldom(raw, usual)
        methods = [name.upper() for name in endpoint.methods if name != "post"]
        methods += ["POST"] * 3 if "post" in endpoint.methods else []
        kind = draw(st.sampled_from(KINDS))
        body, content_type = draw(_bodies(kind, pairs, objects, raw))
        environ = {"CONTENT_TYPE": seldom(st.sampled_from(TYPES), content_type)}
        for name in draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=2, unique=True)):
            environ[f"HTTP_{name}"] = draw(st.sampled_from(HEADERS[name]))
        # No server passes these on; where one does, Django's own views do not bear them.
        lengths = ["-1", "x", " ", "9" * 30, "1"] if endpoint.is_storefront else ["1"]
        if length := seldom(st.sampled_from(lengths), ""):
            environ["CONTENT_LENGTH"] = length
        environ["REMOTE_ADDR"] = seldom(st.sampled_from(ADDRESSES), "127.0.0.1")
        odd = seldom(st.tuples(st.sampled_from(COOKIES), raw), ())
        return Hostile(
            who=draw(st.sampled_from(people)),
            method=seldom(st.sampled_from(METHODS), draw(st.sampled_from(methods))),
            path=endpoint.path(**parts),
            query=urlencode(draw(odd_pairs)),
            body=body,
            environ=environ,
            cookies=f"{odd[0]}={_latin(odd[1])}" if odd else "",
            checks_csrf=seldom(st.just(True), False),
        )

    return draw_one()


def one_by_one(endpoint: Endpoint, known: dict[str, list[Any]], who: str) -> Iterator[Hostile]:
    """Bodies that a view would take, with each thing in them spoilt in each way, as JSON and as a
    form: what chance seldom finds."""
    parts = {name: known[name][0] for name, _ in endpoint.parameters}
    usual = {name: str(known[name][0]) for name in FIELDS}
    spoilt = [*FIELDS, *OPTIONAL]
    path = endpoint.path(**parts)
    for name, bad in product(spoilt if "post" in endpoint.methods else (), NASTY):
        fields = usual | {name: bad}
        form = urlencode({key: _bytes(value) for key, value in fields.items()})
        for body, kind in ((json.dumps(fields), "json"), (form, "x-www-form-urlencoded")):
            environ = {"CONTENT_TYPE": f"application/{kind}"}
            yield Hostile(who, "POST", path, "", body.encode(), environ)


@st.composite
def _bodies(draw: Any, kind: str, pairs: Any, objects: Any, raw: Any) -> tuple[bytes, str]:
    if kind == "form":
        return urlencode(draw(pairs)).encode(), "application/x-www-form-urlencoded"
    if kind == "json":
        written = json.dumps(draw(objects)).encode()
        broken = st.sampled_from(
            [b"[" * 9000, b"\xff", b"nul", b'{"product": 1e999', b"\xef\xbb\xbf{}"]
        )
        return draw(st.one_of(st.just(written), st.just(written), broken)), "application/json"
    if kind == "multipart":
        return draw(_multiparts(pairs)), "multipart/form-data; boundary=edge"
    return (draw(raw), "application/octet-stream") if kind == "raw" else (b"", "")


@st.composite
def _multiparts(draw: Any, pairs: Any) -> bytes:
    """Parts of a form with files among them, whole or spoilt."""
    parts = []
    for name, value in draw(pairs):
        parts.append(
            b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (name.encode(), value)
        )
    if draw(st.booleans()):
        content = draw(st.sampled_from(FILES))
        name = draw(st.sampled_from([b"photo", b"photo_file"]))
        called = draw(st.sampled_from([b"me.jpg", b"", b"../\x00.jpg", b"\xff" * 300, b'"\\']))
        more = draw(
            st.sampled_from(
                [b"", b"\r\nContent-Transfer-Encoding: base64", b"\r\nX: " + b"x" * 2000]
            )
        )
        disposition = b'Content-Disposition: form-data; name="%s"; filename="%s"'
        parts.append(disposition % (name, called) + more + b"\r\n\r\n" + content)
        parts.append(b'Content-Disposition: form-data; name="consent"\r\n\r\n1')
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    spoilt = draw(st.sampled_from(["", "", "", "cut", "edge", "header"]))
    if spoilt == "cut":
        return body[: len(body) // 2]
    if spoilt == "edge":
        return body.replace(b"--edge--", b"--other--")
    return body.replace(b"Content-Disposition", b"\x00:\xff") if spoilt == "header" else body


def _bytes(value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


def _latin(value: bytes) -> str:
    # What cannot stand in a header never comes from a server.
    return value.replace(b"\r", b"").replace(b"\n", b"").decode("latin-1")


FILES = (
    picture(size=(300, 400)),
    picture(kind="GIF"),
    b"",
    b"\xff\xd8\xff" + b"\x00" * 50,
    b"%PDF-1.7",
)
NAMES_READ = names_read()
