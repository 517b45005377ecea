"""The shop behind a real server, in a process and threads of its own, and who comes to it."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

EDGE = "edge"


def serve() -> None:
    """Serve on a free port of this machine, which is told on standard output.

    Whoever comes from 127.A.B.C is taken for 11.A.B.C: a stranger of the internet, of whom this
    machine has none, and whose network one can choose.
    """
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    shop = get_wsgi_application()

    def from_outside(environ: dict[str, Any], start_response: Any) -> Any:
        environ["REMOTE_ADDR"] = environ["REMOTE_ADDR"].replace("127.", "11.", 1)
        return shop(environ, start_response)

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(from_outside)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()


class Browser:
    """Whoever comes, from an address of this machine's: keeps cookies, sends the CSRF token."""

    def __init__(self, port: int, address: str, **headers: str) -> None:
        self.port = port
        self.address = address
        self.headers = headers
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, bytes]:
        """The status and the body of the answer to one request."""
        source = (self.address, 0)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, 60, source_address=source)
        headers = {"Accept": "application/json", **self.headers}
        if kind:
            headers["Content-Type"] = kind
        if self.cookies:
            headers["Cookie"] = "; ".join(map("=".join, self.cookies.items()))
            headers["X-CSRFToken"] = self.cookies.get("csrftoken", "")
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, told = value.partition(";")[0].partition("=")
                    self.cookies[key] = told
            return answer.status, answer.read()
        finally:
            connection.close()

    def submit(self, path: str, **fields: str) -> int:
        """Send a form."""
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(fields).encode(), kind)[0]

    def photo(self, picture: bytes) -> str:
        """Hand in a photo; its id, or the code of the refusal."""
        parts = [b'name="consent"\r\n\r\n1', b'name="photo"; filename="me.jpg"\r\n\r\n' + picture]
        head = f"--{EDGE}\r\nContent-Disposition: form-data; ".encode()
        body = b"\r\n".join(head + part for part in parts) + f"\r\n--{EDGE}--\r\n".encode()
        kind = f"multipart/form-data; boundary={EDGE}"
        status, said = self.ask("POST", "/try-on/photos/", body, kind)
        told = json.loads(said)
        return str(told["id"] if status == 201 else told["code"])

    def click(self, product: int, photo: str) -> str:
        """Ask for a try-on; its status, or the code of the refusal."""
        wish = {"product": product, "photo": photo, "idempotency_key": uuid4().hex}
        status, said = self.ask("POST", "/try-on/", json.dumps(wish).encode(), "application/json")
        told = json.loads(said)
        return "accepted" if status == 202 else str(told["code"])
