"""Fields of JSON bodies, under their present and their former names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from genlook_oscar.emulator import choices
from genlook_oscar.emulator.failures import ApiError, Problems

KEEP_FOR_DAYS = (1, 3, 7)  # Genlook's documentation
ANONYMOUS_PREFIX = "_anon_"  # Genlook's documentation: reserved for ids made by the server


class Unset:
    """A field that was not sent, where null means something else."""


UNSET = Unset()


@dataclass(frozen=True)
class Source:
    """Where a picture comes from: exactly one is set."""

    id: str | None = None
    url: str | None = None
    file_key: str | None = None


@dataclass(frozen=True)
class ProductFields:
    """A product as sent; None is "not sent"."""

    external_id: str | None
    title: str | None
    description: str | None
    images: tuple[Source, ...] | None
    valid_for_days: int | Unset | None = UNSET
    metadata: dict[str, Any] | Unset | None = UNSET

    @property
    def only_reference(self) -> bool:
        """Whether nothing but the ``externalId`` was sent."""
        return self.title is None and self.description is None and self.images is None


@dataclass(frozen=True)
class TryOnFields:
    """A request for a generation as sent."""

    product: ProductFields
    person: Source
    external_user_id: str | None
    watermark: bool | None
    keep_for_days: int | None


def try_on_fields(data: dict[str, Any]) -> TryOnFields:
    """Read the body of ``POST /try-on``; raises ``ApiError`` for what is wrong in it."""
    problems = Problems()
    product: ProductFields | None = None
    if "products" in data:
        items = data["products"]
        if not isinstance(items, list) or len(items) != 1:
            problems.add("products", "Exactly one product is needed.")
        else:
            product = _product(items[0], "products.0.", problems)
    elif "product" in data:
        product = _product(data["product"], "product.", problems)
    else:
        problems.add("products", "Exactly one product is needed.")
    person = _person(data, problems)
    output = data.get("output")
    if output is not None and not isinstance(output, dict):
        problems.add("output", "An object is expected.")
    output = output if isinstance(output, dict) else {}
    user_name = "externalUserId" if "externalUserId" in data else "customerId"
    user = identifier(data, user_name, user_name, problems)
    if "watermark" in output:
        watermark = _optional(output, "watermark", bool, "output.watermark", problems)
    else:
        watermark = _optional(data, "useWatermark", bool, "useWatermark", problems)
    if "keepForDays" in output:
        keep = keep_for_days(output["keepForDays"], "output.keepForDays", problems)
    else:
        keep = keep_for_days(data.get("retentionDays"), "retentionDays", problems)
    problems.raise_if_any()
    if person is None:
        raise ApiError("CUSTOMER_IMAGE_REQUIRED")
    assert product is not None
    return TryOnFields(product, person, user, watermark, keep)


def product_fields(data: dict[str, Any]) -> ProductFields:
    """Read the body of ``POST /products``; raises ``ApiError``."""
    problems = Problems()
    product = _product(data, "", problems)
    days: Any = data.get("validForDays", UNSET)
    if days is not UNSET and days is not None and not _is_int(days, 1, 365):
        problems.add("validForDays", "A whole number from 1 to 365, or null.")
    metadata: Any = data.get("metadata", UNSET)
    if metadata is not UNSET and metadata is not None and not isinstance(metadata, dict):
        problems.add("metadata", "An object is expected.")
    problems.raise_if_any()
    assert product is not None
    if product.external_id is None:
        raise ApiError("EXTERNAL_ID_REQUIRED")
    return ProductFields(
        product.external_id, product.title, product.description, product.images, days, metadata
    )


def identifier(data: dict[str, Any], name: str, path: str, problems: Problems) -> str | None:
    """An optional id: a string that is neither empty nor too long."""
    value: str | None = _optional(data, name, str, path, problems)
    if value is not None and not 0 < len(value) <= choices.MAX_ID_LENGTH:
        problems.add(path, f"From 1 to {choices.MAX_ID_LENGTH} characters are expected.")
        return None
    return value


def keep_for_days(value: Any, path: str, problems: Problems) -> int | None:
    """An optional number of days: 1, 3 or 7."""
    if value is None:
        return None
    if not _is_int(value, 1, 7) or value not in KEEP_FOR_DAYS:
        problems.add(path, "One of 1, 3, 7 is expected.")
        return None
    return int(value)


def _product(data: Any, prefix: str, problems: Problems) -> ProductFields | None:
    if not isinstance(data, dict):
        problems.add(prefix.rstrip("."), "An object is expected.")
        return None
    external_id = identifier(data, "externalId", f"{prefix}externalId", problems)
    title = _optional(data, "title", str, f"{prefix}title", problems)
    description = _optional(data, "description", str, f"{prefix}description", problems)
    images: tuple[Source, ...] | None = None
    if data.get("images") is not None:
        images = _images(data["images"], f"{prefix}images", problems)
    elif data.get("imageUrls") is not None:
        urls = data["imageUrls"]
        wrapped = [{"url": url} for url in urls] if isinstance(urls, list) else urls
        images = _images(wrapped, f"{prefix}imageUrls", problems)
    product = ProductFields(external_id, title, description, images)
    anonymous = external_id is not None and external_id.startswith(ANONYMOUS_PREFIX)
    if anonymous and (prefix == "" or not product.only_reference):
        problems.add(f"{prefix}externalId", f"The prefix {ANONYMOUS_PREFIX} is reserved.")
    return product


def _images(items: Any, path: str, problems: Problems) -> tuple[Source, ...]:
    if not isinstance(items, list):
        problems.add(path, "A list is expected.")
        return ()
    sources = []
    for number, item in enumerate(items):
        at = f"{path}.{number}"
        if not isinstance(item, dict):
            problems.add(at, "An object is expected.")
            continue
        nested = item.get("source")
        if isinstance(nested, dict):
            source = _source(nested, f"{at}.source", ("url", "fileKey"), problems)
        elif nested is not None:
            problems.add(f"{at}.source", "An object is expected.")
            continue
        else:
            source = _source(item, at, ("url", "fileKey"), problems)
        if source is None:
            problems.raise_if_any()
            raise ApiError("INVALID_IMAGE_INPUT")
        if not isinstance(item.get("classifications", {}), (dict, type(None))):
            problems.add(f"{at}.classifications", "An object is expected.")
        sources.append(source)
    return tuple(sources)


def _person(data: dict[str, Any], problems: Problems) -> Source | None:
    """The person's source; None when the request names no person at all."""
    names = ("id", "url", "fileKey")
    if data.get("person") is not None:
        person, path = data["person"], "person"
        for name in ("image", "source"):
            path = f"{path}.{name}"
            person = person.get(name) if isinstance(person, dict) else None
    elif data.get("customer") is not None:
        person, path = data["customer"], "customer"
        if isinstance(person, dict) and person.get("source") is not None:
            person, path = person["source"], "customer.source"
    else:
        return None
    if not isinstance(person, dict):
        problems.add(path, "An object is expected.")
        return Source()
    source = _source(person, path, names, problems)
    if source is None:
        problems.add(path, f"Exactly one of {', '.join(names)} is needed.")
        return Source()
    return source


def _source(
    data: dict[str, Any], path: str, names: tuple[str, ...], problems: Problems
) -> Source | None:
    """The source; None when none of ``names`` is there."""
    given = [name for name in names if data.get(name) is not None]
    if not given:
        return None
    if len(given) > 1:
        problems.add(path, f"Exactly one of {', '.join(names)} is needed.")
    name = given[0]
    value = data[name]
    if not isinstance(value, str) or not value:
        problems.add(f"{path}.{name}", "A text that is not empty is expected.")
        return Source()
    if name == "url":
        if not _is_url(value):
            problems.add(f"{path}.url", "An http or https URL is expected.")
        return Source(url=value)
    return Source(id=value) if name == "id" else Source(file_key=value)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _is_int(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _optional(data: dict[str, Any], name: str, kind: type, path: str, problems: Problems) -> Any:
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        words = {str: "A text", bool: "true or false"}
        problems.add(path, f"{words[kind]} is expected.")
        return None
    return value
