"""A shopper with a browser's cookies: real pages, real forms, real sessions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from .probe import Probe
from .stand import picture
from .table import percentile

PASSWORD = "a password for one measurement"


class Visitor:
    """Somebody who has entered the fitting room of `product` and given her photo; a customer
    if there is an `email`, else a guest."""

    def __init__(self, address: str, product: int, number: int, email: str = "") -> None:
        browser = requests.Session()
        root = f"http://{address}"
        if email:
            self._sign_in(browser, root, email)
        room = browser.get(f"{root}/try-on/room/{product}/", timeout=30)
        room.raise_for_status()
        found = re.search(r'data-csrf="([^"]+)"', room.text)
        assert found
        token = found.group(1)
        taken = browser.post(
            f"{root}/try-on/photos/",
            data={"consent": "1"},
            files={"photo": ("me.jpg", picture(number), "image/jpeg")},
            headers={"X-CSRFToken": token, "Accept": "application/json"},
            timeout=30,
        )
        taken.raise_for_status()
        self.photo = taken.json()["id"]
        self.product = product
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        self.probe = Probe(address, {"Cookie": cookies, "X-CSRFToken": token})

    def _sign_in(self, browser: requests.Session, root: str, email: str) -> None:
        page = browser.get(f"{root}/accounts/login/", timeout=30)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found
        fields = {
            "csrfmiddlewaretoken": found.group(1),
            "login-username": email,
            "login-password": PASSWORD,
            "login_submit": "Log in",
        }
        answer = browser.post(f"{root}/accounts/login/", data=fields, timeout=30)
        answer.raise_for_status()
        assert "login-password" not in answer.text

    def click(self, path: str, key: str, headers: Mapping[str, str] = {}) -> tuple[float, Any, str]:
        """Click on the button; milliseconds, the answer, the try-on's id."""
        fields = {"product": self.product, "photo": self.photo, "idempotency_key": key}
        taken, answer, content = self.probe.ask(
            path, {"Content-Type": "application/json", **headers}, json.dumps(fields).encode()
        )
        assert answer.status == 202, answer.status
        return taken, answer, json.loads(content)["id"]


def customer(number: int) -> str:
    """Make a customer; returns the address to sign in with."""
    from django.contrib.auth import get_user_model

    email = f"shopper{number}@example.com"
    get_user_model().objects.create_user(f"shopper{number}", email, PASSWORD)
    return email


def at_once(works: Sequence[Callable[[], list[float]]]) -> list[float]:
    """Do all of these at the same time; what all of them measured."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [taken for part in pool.map(lambda work: work(), works) for taken in part]


def queries(answer: Any) -> tuple[int, int]:
    """All queries of an answer, and those on this package's tables."""
    return int(answer.headers["X-Queries"]), int(answer.headers["X-Queries-Ours"])


def shares(values: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}
