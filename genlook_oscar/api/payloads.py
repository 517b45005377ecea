"""Requests in Genlook's words, in the shape of its version 1.4.0."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .multipart import Payload, document_payload
from .types import (
    ImageFile,
    InlineProduct,
    Output,
    Person,
    PersonById,
    PersonByUrl,
    Product,
    ProductImage,
    ProductReference,
    ProductUpsert,
    TryOnRequest,
    Unset,
)

Files = dict[str, ImageFile]


def try_on(request: TryOnRequest) -> Payload:
    """Return the body of a try-on."""
    files: Files = {}
    document: dict[str, Any] = {
        "products": [_product(request.product, files)],
        "person": {"image": {"source": _person(request.person, files)}},
    }
    if request.external_user_id:
        document["externalUserId"] = request.external_user_id
    if output := _output(request.output):
        document["output"] = output
    return document_payload(document, files)


def product(upsert: ProductUpsert) -> Payload:
    """Return the body that creates or updates a product."""
    files: Files = {}
    document: dict[str, Any] = {"externalId": upsert.external_id}
    if upsert.title is not None:
        document["title"] = upsert.title
    if upsert.description is not None:
        document["description"] = upsert.description
    if upsert.images is not None:
        document["images"] = _images(upsert.images, files)
    if not isinstance(upsert.valid_for_days, Unset):
        document["validForDays"] = upsert.valid_for_days
    if upsert.metadata is not None:
        document["metadata"] = dict(upsert.metadata)
    return document_payload(document, files)


def _product(item: Product, files: Files) -> dict[str, Any]:
    if isinstance(item, ProductReference):
        return {"externalId": item.external_id}
    document: dict[str, Any] = {}
    if isinstance(item, InlineProduct):
        document["externalId"] = item.external_id
    # Both are optional, and an empty one says less than none.
    if item.title:
        document["title"] = item.title
    if item.description:
        document["description"] = item.description
    document["images"] = _images(item.images, files)
    return document


def _images(images: Iterable[ProductImage], files: Files) -> list[dict[str, Any]]:
    entries = []
    for number, image in enumerate(images):
        entry: dict[str, Any] = {"source": _source(image.source, f"product_{number}", files)}
        if image.classifications is not None:
            entry["classifications"] = dict(image.classifications)
        entries.append(entry)
    return entries


def _source(source: Any, file_key: str, files: Files) -> dict[str, str]:
    if isinstance(source, ImageFile):
        files[file_key] = source
        return {"fileKey": file_key}
    return {"url": source.url}


def _person(person: Person, files: Files) -> dict[str, str]:
    if isinstance(person, PersonById):
        return {"id": person.image_id}
    if isinstance(person, PersonByUrl):
        return {"url": person.url}
    return _source(person.file, "person", files)


def _output(output: Output | None) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if output is not None and output.watermark is not None:
        document["watermark"] = output.watermark
    if output is not None and output.keep_for_days is not None:
        document["keepForDays"] = output.keep_for_days
    return document
