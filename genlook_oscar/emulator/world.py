"""All state of one emulated service."""

from __future__ import annotations

import random
import secrets
import threading
import weakref
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from genlook_oscar.emulator import choices
from genlook_oscar.emulator.agenda import Agenda
from genlook_oscar.emulator.blobs import Blob, BlobStore
from genlook_oscar.emulator.clock import Clock
from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.faults import Faults
from genlook_oscar.emulator.intake import Intake
from genlook_oscar.emulator.records import Account, Generation
from genlook_oscar.emulator.settings import Settings, changed

LOGGED_REQUESTS = 10_000
MAX_ACCOUNTS = 100


class World:
    """Accounts, clock, settings, faults and the log.

    ``lock`` guards all records. It is held for bookkeeping only, never while a picture
    is decoded or drawn or while anything travels over a network.
    """

    def __init__(self, settings: Settings) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.store = BlobStore()
        self.intake = Intake(self.store)
        self.faults = Faults()
        self._initial = settings
        self._begin()

    def _begin(self) -> None:
        self.settings = self._initial
        self.secret = secrets.token_bytes(16)
        self.agenda = Agenda()
        self.accounts: dict[str, Account] = {}
        self.generations: dict[str, Generation] = {}
        self.one_shot_owners: dict[str, Account] = {}
        self.requests: deque[dict[str, Any]] = deque(maxlen=LOGGED_REQUESTS)
        self.counts: Counter[str] = Counter()
        self.random = random.Random(self.settings.seed)
        # Results by what they were drawn from: the same is drawn once while it is held.
        self.drawn: weakref.WeakValueDictionary[tuple[str, ...], Blob] = (
            weakref.WeakValueDictionary()
        )
        self.faults.clear(drop=True)
        self.faults.random = self.random

    def reset(self) -> None:
        """Back to the state at the start; the clock keeps its time."""
        with self.lock:
            self.intake.forget()
            self._begin()

    def change(self, changes: Mapping[str, Any], key: str | None = None) -> Settings:
        """Change settings; ``credits`` also becomes the balance of every account. With ``key``
        it becomes that of its account alone, and nothing else can be changed."""
        with self.lock:
            if key is not None:
                self.account_of(key).credits = changed(self.settings, changes).credits
                return self.settings
            self.settings = changed(self.settings, changes)
            if "credits" in changes:
                for account in self.accounts.values():
                    account.credits = self.settings.credits
            if "seed" in changes:
                self.random.seed(self.settings.seed)
            return self.settings

    def now(self) -> float:
        """The emulator's time, after doing what is due. Call it with the lock held."""
        now = self.clock.now()
        self.agenda.run(now)
        return now

    def known_account(self, key: str | None) -> Account | None:
        """The account of an API key that may be one, made at its first request."""
        with suppress(ApiError):
            return self.account_of(key)
        return None

    def account_of(self, key: str | None) -> Account:
        """The account of an API key; raises ``ApiError`` 401."""
        if not key:
            raise ApiError("MISSING_API_KEY")
        if not key.startswith("gk_") or key.startswith("gk_invalid"):
            raise ApiError("INVALID_API_KEY")
        account = self.accounts.get(key)
        if account is None:
            if len(self.accounts) >= MAX_ACCOUNTS:
                raise ApiError("INVALID_API_KEY", "The emulator holds no more accounts.")
            account = Account(len(self.accounts) + 1, self.settings.credits)
            self.accounts[key] = account
        return account

    def admit(self, account: Account, now: float) -> None:
        """Count a request of the account; raises ``ApiError`` RATE_LIMITED."""
        limit = self.settings.requests_per_minute
        window = account.window
        horizon = now - choices.RATE_WINDOW_SECONDS
        while window and window[0] <= horizon:
            window.popleft()
        if limit is None:
            return
        if len(window) < limit:
            window.append(now)
            return
        account.rate_limited += 1
        if choices.REFUSED_REQUESTS_COUNT:
            window.append(now)
        headers = {}
        if self.settings.retry_after:
            wait = window[len(window) - limit] - horizon if limit else 60.0
            headers["Retry-After"] = str(max(1, int(wait) + 1))
        raise ApiError("RATE_LIMITED", headers=headers)

    def close(self) -> None:
        """Remove all that is stored."""
        self.clock.stop()
        self.store.close()


def new_generation_id() -> str:
    """An id that looks like a cuid."""
    return f"cm{secrets.token_hex(12)}"
