"""What one account owns: images, products, generations."""

from __future__ import annotations

import math
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from genlook_oscar.emulator.blobs import Blob

DAY = 86_400.0
FINAL = ("COMPLETED", "FAILED")


@dataclass(eq=False)
class Image:
    """An uploaded person photo."""

    image_id: str
    account: Account
    blob: Blob
    external_user_id: str | None
    keep_for_days: int
    created_at: float
    expires_at: float


@dataclass(frozen=True)
class Picture:
    """A product's picture: bytes that were sent, or a URL that is fetched when needed."""

    source_url: str
    blob: Blob | None = None


@dataclass(eq=False)
class Product:
    """A stored product; ``life`` is in seconds from the last use, None is for ever."""

    external_id: str
    account: Account
    number: int
    kind: str  # "explicit", "inline" or "one-shot"
    title: str | None
    description: str | None
    pictures: tuple[Picture, ...]
    valid_for_days: int | None
    created_at: float
    updated_at: float
    last_used_at: float | None = None
    expires_at: float = math.inf
    metadata: dict[str, Any] | None = None
    watched: bool = False

    def renew(self, now: float) -> None:
        """Start the life anew."""
        days = self.valid_for_days
        self.expires_at = math.inf if days is None else now + days * DAY


@dataclass(frozen=True)
class Failure:
    """Why a generation fails; without a code the failure is untyped."""

    error_code: str | None
    error_message: str


@dataclass(eq=False)
class Generation:
    """A generation with its own snapshot of the product and the person."""

    generation_id: str
    account: Account
    shape: str
    external_id: str
    title: str | None
    description: str | None
    pictures: tuple[Picture, ...]
    person: Blob | None
    external_user_id: str | None
    watermark: bool | None
    keep_for_days: int
    created_at: float
    starts_at: float
    ends_at: float
    failure: Failure | None = None
    fetched: Future[tuple[Blob, ...]] | None = None
    final: str | None = None
    updated_at: float = 0.0
    result: Blob | None = None
    images_gone: bool = False

    def status(self, now: float) -> str:
        """PENDING, PROCESSING, COMPLETED or FAILED."""
        if self.final is not None:
            return self.final
        return "PENDING" if now < self.starts_at else "PROCESSING"

    def drop_images(self) -> None:
        """Forget the person and the result."""
        self.images_gone = True
        self.person = self.result = None
        self.pictures = ()
        self.fetched = None


@dataclass(eq=False)
class Customer:
    """What carries one ``externalUserId``."""

    image_ids: set[str] = field(default_factory=set)
    generation_ids: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Account:
    """One account, known by its key."""

    number: int
    credits: int
    reserved: int = 0
    charged: int = 0
    rate_limited: int = 0
    window: deque[float] = field(default_factory=deque)
    images: dict[str, Image] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    generations: dict[str, Generation] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)

    def customer(self, external_user_id: str) -> Customer:
        """The customer's record, made when needed."""
        return self.customers.setdefault(external_user_id, Customer())

    def forget_image(self, image_id: str) -> None:
        """Delete an image, if it is there."""
        image = self.images.pop(image_id, None)
        if image is not None:
            self._untie(image.external_user_id, image_id)

    def forget_generation(self, generation_id: str) -> None:
        """Delete the row of a generation, if it is there."""
        generation = self.generations.pop(generation_id, None)
        if generation is not None:
            self._untie(generation.external_user_id, generation_id)

    def _untie(self, external_user_id: str | None, thing_id: str) -> None:
        customer = self.customers.get(external_user_id or "")
        if customer is not None:
            customer.image_ids.discard(thing_id)
            customer.generation_ids.discard(thing_id)
            if not customer.image_ids and not customer.generation_ids:
                del self.customers[external_user_id or ""]
