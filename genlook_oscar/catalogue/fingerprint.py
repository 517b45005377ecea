"""Whether Genlook holds what the shop shows: a hash of what would be sent."""

import hashlib
import json
from typing import Any

from ..conf import conf
from .content import ProductContent, content_of

RULES = 1
"""Raise this when what is sent changes for the same product, so that all are sent anew."""


def fingerprint(product: Any) -> str:
    """Hash of a product's title, description and pictures, as 64 hex digits.

    Cheap enough for a request: no file is read, at most 3 queries (4 with multi-option
    attributes). A picture counts by its name in storage; a file overwritten under the same
    name is not noticed, which Django's own storages never do.
    """
    return fingerprint_of(content_of(product))


def fingerprint_of(content: ProductContent) -> str:
    """The same of what has been read already. No query."""
    names = [image.original.name for image in content.images]
    travel = [conf.product_images, conf.site_url if conf.product_images == "urls" else ""]
    told = [RULES, travel, content.title, content.description, names]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
