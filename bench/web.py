"""The shop's web server: gunicorn with two processes; beside it one for photos, behind nginx."""

from __future__ import annotations

import getpass
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from .processes import ROOT, Tree, running, until

READY_SECONDS = 60


PHOTOS_NICE = 5
NGINX = """
user {user};
pid {scratch}/nginx.pid;
error_log {scratch}/nginx.log;
daemon off;
events {{}}
http {{
    access_log off;
    client_body_temp_path {scratch}/nginx-body;
    proxy_temp_path {scratch}/nginx-proxy;
    fastcgi_temp_path {scratch}/nginx-fastcgi;
    uwsgi_temp_path {scratch}/nginx-uwsgi;
    scgi_temp_path {scratch}/nginx-scgi;
    proxy_set_header Host $http_host;
    server {{
        listen {address};
        location / {{
            proxy_pass http://{shop};
        }}
{photos}
    }}
}}
"""


class WebServer:
    """One that runs; `address` is `host:port`."""

    def __init__(self, address: str, *trees: Tree) -> None:
        self.address = address
        self._trees = trees

    def workers(self) -> list[int]:
        """Its processes that answer, in order."""
        return sorted(
            pid
            for tree in self._trees
            for pid, fields in tree.members().items()
            if int(fields[1]) == tree.process.pid
        )


@contextmanager
def web_server(threads: int = 0, *more: str, **environment: str) -> Iterator[WebServer]:
    """Run it with so many threads in each process (0: each answers one request at a time), and
    `more` arguments of gunicorn's."""
    address = _free()
    arguments = ("--workers", "2", *threaded(threads), *more)
    with _gunicorn(address, *arguments, environment=environment) as tree:
        yield WebServer(address, tree)


@contextmanager
def with_photos_apart(threads: int, scratch: str) -> Iterator[WebServer]:
    """Run it behind nginx, and another for photos as docs/pictures.md has it."""
    if shutil.which("nginx") is None:
        raise SystemExit("this needs nginx: apt-get install nginx-light")
    shop, photos, address = _free(), _free(), _free()
    page = (ROOT / "docs" / "pictures.md").read_text()
    lines = re.search(r"```nginx\n(.*?)```", page, re.DOTALL)
    command = re.search(r"gunicorn (--workers.*) --bind (\S+) ", page)
    assert lines, "docs/pictures.md does not say how"
    assert command
    written = lines.group(1).replace(command.group(2), photos)
    configuration = Path(scratch) / "nginx.conf"
    configuration.write_text(
        NGINX.format(
            user=getpass.getuser(), scratch=scratch, address=address, shop=shop, photos=written
        )
    )
    with ExitStack() as stack:
        arguments = ("--workers", "2", *threaded(threads))
        trees = [stack.enter_context(_gunicorn(shop, *arguments))]
        arguments = tuple(command.group(1).split())
        trees.append(stack.enter_context(_gunicorn(photos, *arguments, nice=PHOTOS_NICE)))
        nginx = subprocess.Popen(["nginx", "-c", configuration], start_new_session=True)
        stack.callback(nginx.wait)
        stack.callback(nginx.terminate)
        until(lambda: _listens(address), READY_SECONDS, "nginx does not answer")
        yield WebServer(address, *trees)


def threaded(threads: int) -> tuple[str, ...]:
    return ("--threads", str(threads)) if threads else ()


@contextmanager
def _gunicorn(address: str, *arguments: str, **options: Any) -> Iterator[Tree]:
    application = "django.core.wsgi:get_wsgi_application()"
    settings = (*arguments, "--bind", address, "--log-level", "warning", application)
    with running("gunicorn", *settings, **options) as tree:
        until(lambda: _listens(address), READY_SECONDS, "the web server does not answer")
        yield tree


def _free() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def _listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0
