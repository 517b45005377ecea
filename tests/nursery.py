"""A process that has loaded Django once; the processes of tests are forked from it.

Python with Oscar and Wagtail costs two to three seconds of processor time to start, a fork
a few milliseconds. `python -m tests.nursery FD` reads requests from the socket FD, each a
line of JSON with the descriptors for standard input, output, error and the exit status
beside it, and answers with the process id. Each child leads a process group of its own.
When the socket ends, as it does when pytest dies however, all of them are killed.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

import django

from tests.stepping import SharedOffset

DESCRIPTORS = 4
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)


class Nursery:
    """Forks what it is asked for, tells who ends, and leaves nobody behind."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.ends: dict[int, int] = {}
        """Where the exit status of each child is written."""
        self.groups: set[int] = set()

    def serve(self) -> None:
        """Until the socket ends. Returns in each child as well, by its `SystemExit`."""
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if woken in ready:
                    os.read(woken, 4096)
                    self._reap()
                if self.control not in ready:
                    continue
                data, descriptors, _, _ = socket.recv_fds(self.control, 65536, DESCRIPTORS)
                if not data:
                    break
                while not data.endswith(b"\n"):
                    data += self.control.recv(65536)
                self._fork(json.loads(data), descriptors, [wake, woken])
        for group in self.groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _fork(self, request: dict[str, Any], descriptors: list[int], own: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setpgid(0, 0)
            for number in range(3):
                os.dup2(descriptors[number], number)
            for descriptor in (*descriptors, *self.ends.values(), *own):
                os.close(descriptor)
            self.control.close()
            _live(request)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)  # here as well, so that the group is there when we answer
        for descriptor in descriptors[:3]:
            os.close(descriptor)
        self.ends[pid] = descriptors[3]
        self.groups.add(pid)
        self.control.sendall(f"{pid}\n".encode())

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                if end := self.ends.pop(pid, None):
                    os.write(end, f"{os.waitstatus_to_exitcode(status)}\n".encode())
                    os.close(end)
        for group in [group for group in self.groups if group not in self.ends]:
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                self.groups.remove(group)


def _live(request: dict[str, Any]) -> None:
    """Be the child: take its environment, do its work and end."""
    code: object = 1
    try:
        random.seed()
        _take(request["environment"])
        module, name = request["call"].split(":")
        getattr(importlib.import_module(module), name)(*request["arguments"])
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _take(environment: dict[str, str]) -> None:
    """Live with this environment from now on, as if Django had been set up in it."""
    from django.conf import settings
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        assert connection.connection is None, "a connection cannot be shared"
        del connections[connection.alias]
    os.environ.clear()
    os.environ.update(environment)
    for name in [name for name in sys.modules if name.startswith("tests.settings")]:
        del sys.modules[name]
    fresh = importlib.import_module(environment["DJANGO_SETTINGS_MODULE"])
    assert fresh.INSTALLED_APPS == settings.INSTALLED_APPS, "this needs a process of its own"
    settings.SETTINGS_MODULE = fresh.__name__
    told = set(filter(str.isupper, dir(fresh)))
    for name in told:
        setattr(settings, name, getattr(fresh, name))
    # What only the nursery's own environment had said must not live on.
    for name in settings._explicit_settings - told:
        delattr(settings, name)
    # The wrappers are made anew from what the settings say now.
    vars(connections).pop("settings", None)
    connections._settings = None  # type: ignore[attr-defined]
    _take_cluster()
    if path := environment.get("GENLOOK_TEST_CLOCK"):
        from genlook_oscar import clock

        clock._offset = SharedOffset(Path(path))  # type: ignore[assignment]


def _take_cluster() -> None:
    """django-q2 reads its settings once, at import, into attributes of a class that its
    modules hold: these are read anew."""
    from django_q import conf

    known = conf.Conf
    fresh = importlib.reload(conf).Conf
    for name, value in vars(fresh).items():
        if not name.startswith("__"):
            setattr(known, name, value)
    conf.Conf = known


def command(*arguments: str) -> None:
    """A management command, as a process of its own runs it after its checks."""
    from django.core.management import call_command

    call_command(*arguments)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    if sys.platform == "linux":
        # Workers whose first process was killed come to us, and become no zombies.
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    django.setup()
    for name in ("django_q.cluster", "django_q.management.commands.qcluster", "tests.actor"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    Nursery(control).serve()


if __name__ == "__main__":
    main()
