"""What goes into the Genlook API and what comes out of it, in Python's words.

Genlook's own field names appear only where these are written to or read from JSON
(`payloads`, `answers`). Whatever is a picture, or opens one, stays out of every repr.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias


class Unset(Enum):
    """The value of a field that is left out, where None means something else."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True)
class ImageFile:
    """A picture by its bytes: JPEG, PNG, WebP or HEIC, at most 10 MB for a person's photo."""

    content: bytes = field(repr=False)
    filename: str
    content_type: str


@dataclass(frozen=True)
class ImageUrl:
    """A picture by a public, direct address, which Genlook downloads after the call."""

    url: str = field(repr=False)


@dataclass(frozen=True)
class ProductImage:
    """One picture of a product. Genlook takes the first of a product's pictures as the main one.

    The keys of `classifications` are not documented; they are sent as given.
    """

    source: ImageFile | ImageUrl
    classifications: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ProductReference:
    """A product that Genlook knows already."""

    external_id: str


@dataclass(frozen=True)
class InlineProduct:
    """A product that Genlook shall create or update on the way, kept 15 days from last use."""

    external_id: str
    title: str
    description: str
    images: Sequence[ProductImage]


@dataclass(frozen=True)
class OneShotProduct:
    """A product without an id of ours; Genlook makes one, kept 7 days from last use."""

    title: str
    description: str
    images: Sequence[ProductImage]


@dataclass(frozen=True)
class PersonById:
    """A photo uploaded before. `image_id` is opaque and may hold slashes."""

    image_id: str = field(repr=False)


@dataclass(frozen=True)
class PersonByUrl:
    """A photo by its address, downloaded and cropped to 4:5 by Genlook at every call."""

    url: str = field(repr=False)


@dataclass(frozen=True)
class PersonFile:
    """A photo by its bytes, cropped to 4:5 by Genlook."""

    file: ImageFile


Product: TypeAlias = ProductReference | InlineProduct | OneShotProduct
Person: TypeAlias = PersonById | PersonByUrl | PersonFile


@dataclass(frozen=True)
class Output:
    """How the result is made; None leaves a choice to the account's own setting.

    `watermark` puts the account's logo on the result. `keep_for_days` is 1, 3 or 7.
    """

    watermark: bool | None = None
    keep_for_days: int | None = None


@dataclass(frozen=True)
class TryOnRequest:
    """One product on one person.

    `external_user_id` is an opaque id of the shopper, with no personal data in it; only what
    was sent with it can be erased with it.
    """

    product: Product
    person: Person
    external_user_id: str | None = None
    output: Output | None = None


@dataclass(frozen=True)
class ProductUpsert:
    """A product to create, or the changes to one.

    None leaves `title`, `description`, `images` or `metadata` as Genlook has it; `images`
    replaces the whole list. `valid_for_days` is 1 to 365 days between uses, None for ever,
    UNSET to leave it.
    """

    external_id: str
    title: str | None = None
    description: str | None = None
    images: Sequence[ProductImage] | None = None
    valid_for_days: int | Unset | None = UNSET
    metadata: Mapping[str, Any] | None = None


class GenerationStatus(str, Enum):
    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"

    def __str__(self) -> str:
        return self.value

    @property
    def is_final(self) -> bool:
        """Whether the generation has ended, well or badly."""
        return self in (GenerationStatus.COMPLETED, GenerationStatus.FAILED)


@dataclass(frozen=True)
class Generation:
    """Genlook's job for a try-on.

    A status this code does not know counts as PROCESSING; `reported_status` keeps the word.
    `result_image_url` is temporary. `error_code` is None for a failure without a type.
    """

    generation_id: str
    status: GenerationStatus
    reported_status: str = ""
    product_external_id: str | None = None
    result_image_url: str | None = field(default=None, repr=False)
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class UploadedImage:
    """A stored photo. `image_url` is a temporary address of it, None when not given."""

    image_id: str = field(repr=False)
    image_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class StoredImage:
    """A product's picture as Genlook keeps it: an identifier, not always an address."""

    source_url: str
    order: int


@dataclass(frozen=True)
class StoredProduct:
    """A product as Genlook has it. `valid_for_days` and `expires_at` are None for "for ever"."""

    external_id: str
    title: str = ""
    description: str = ""
    images: tuple[StoredImage, ...] = ()
    metadata: Any = None
    valid_for_days: int | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class ProductPage:
    """One page of the product list; `next_cursor` is None on the last one."""

    items: tuple[StoredProduct, ...]
    next_cursor: str | None
    has_more: bool | None = None
    count: int | None = None


@dataclass(frozen=True)
class Download:
    """A result picture. `content_type` is what its host says, lower case, without parameters."""

    content: bytes = field(repr=False)
    content_type: str
