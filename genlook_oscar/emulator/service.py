"""The emulator inside a process of yours."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from genlook_oscar.emulator.control import Control
from genlook_oscar.emulator.routes import BASE_PATH
from genlook_oscar.emulator.server import Server
from genlook_oscar.emulator.settings import Settings, changed
from genlook_oscar.emulator.world import World


class Emulator:
    """A Genlook service on a real socket with state of its own.

    ``port`` 0 takes a free one. ``settings`` are those of docs/emulator.md; raises
    ``ApiError`` for a bad one. ``stop`` and ``start`` again is an outage: the port and
    the state stay. Leaving the context, or ``close``, ends it for good.
    """

    def __init__(self, port: int = 0, host: str = "127.0.0.1", **settings: Any) -> None:
        self._host = host
        self._port = port
        self._world = World(changed(Settings(), settings))
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Emulator:
        """Listen; raises ``OSError`` when the port is taken."""
        if self._server is None:
            self._world.clock.resume()
            self._server = Server((self._host, self._port), self._world)
            self._port = self._server.server_address[1]
            self._thread = threading.Thread(
                target=self._server.serve_forever, args=(0.05,), daemon=True
            )
            self._thread.start()
        return self

    def stop(self) -> None:
        """Close the socket and all connections; the state stays."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._world.clock.stop()
        self._server.cut_connections()
        self._thread.join(5)
        self._server = self._thread = None

    def close(self) -> None:
        """Stop and remove all that is stored."""
        self.stop()
        self._world.close()

    @property
    def root_url(self) -> str:
        """``http://host:port``."""
        return f"http://{self._host}:{self._port}"

    @property
    def base_url(self) -> str:
        """What GENLOOK_BASE_URL is set to."""
        return self.root_url + BASE_PATH

    @property
    def control(self) -> Control:
        """The switches, by HTTP."""
        return Control(self.root_url)

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
