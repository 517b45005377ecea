"""The switches, from Python."""

from __future__ import annotations

from typing import Any

import requests


class Control:
    """Moves the switches of a running emulator by HTTP. ``root_url`` has no path."""

    def __init__(self, root_url: str) -> None:
        self._root = root_url.rstrip("/") + "/_emulator/"

    def reset(self) -> None:
        """Forget everything and go back to the settings of the start."""
        self._call("POST", "reset")

    def settings(self, api_key: str | None = None, **changes: Any) -> None:
        """Change settings; see docs/emulator.md for their names. With a key, `credits` of its
        account alone."""
        self._call("POST", "settings", changes, api_key=api_key)

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock forward."""
        self._call("POST", "clock", {"advance": seconds})

    def forget(self, *, products: bool = False, images: bool = False) -> None:
        """Have all products or all uploaded images lost, as if their life were over."""
        self._call("POST", "forget", {"products": products, "images": images})

    def fault(self, kind: str, **options: Any) -> int:
        """Switch a fault on and return its number; see docs/emulator.md."""
        number = self._call("POST", "faults", {"kind": kind, **options})["id"]
        return int(number)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._call("DELETE", "faults")

    def state(self, api_key: str | None = None) -> dict[str, Any]:
        """Credits, images, products, generations, counts; of all accounts or of one."""
        return self._call("GET", "state", api_key=api_key)

    def requests(self) -> list[dict[str, Any]]:
        """The requests met so far (the latest 10,000), oldest first."""
        log: list[dict[str, Any]] = self._call("GET", "requests")["requests"]
        return log

    def _call(
        self, method: str, name: str, data: Any = None, api_key: str | None = None
    ) -> dict[str, Any]:
        headers = {"x-api-key": api_key} if api_key else {}
        answer = requests.request(method, self._root + name, json=data, headers=headers, timeout=30)
        body: dict[str, Any] = answer.json()
        if not answer.ok:
            raise ValueError(f"{body.get('message')} {body.get('details', '')}")
        return body
