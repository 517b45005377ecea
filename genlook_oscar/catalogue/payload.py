"""A product as it is sent to Genlook. Reads files: for workers, not for requests."""

from typing import Any
from urllib.parse import urljoin, urlsplit

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .. import logs
from ..api import ImageUrl, InlineProduct, ProductImage, ProductUpsert
from ..conf import conf
from ..models import ProductLink
from .content import ProductContent, content_of
from .pictures import Unreadable, picture_file

logger = logs.logger(__name__)

VALID_FOR_DAYS = 30
"""How long Genlook keeps a registered product from its last use. Genlook's default is for
ever, and 15 days for one sent with a try-on. Chosen here: what nobody has tried on for a
month is let go by itself, also after the shop has deleted it; what is tried on stays."""


class Unfit(TextChoices):
    """Why a product cannot be sent: a stable code, and what the merchant can do."""

    PRODUCT_GONE = "product_gone", _("The product has been deleted.")
    NO_PICTURE = "no_picture", _("The product has no picture. Add one.")
    UNREADABLE_PICTURE = (
        "unreadable_picture",
        _("No picture of the product can be read. Upload it again."),
    )
    NO_SITE_URL = (
        "no_site_url",
        _(
            "Pictures are sent as addresses, and theirs have no host. Set GENLOOK_SITE_URL, "
            "such as https://shop.example, or send bytes: GENLOOK_PRODUCT_IMAGES = 'bytes'."
        ),
    )


class ProductUnfit(Exception):
    """A product that cannot be sent as it is: `code` is one of `Unfit`, `detail` a technical
    reason, `str()` the sentence for the merchant."""

    def __init__(self, code: Unfit, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        words = str(self.code.label)
        return f"{words} ({self.detail})" if self.detail else words


def inline_product(link: ProductLink) -> InlineProduct:
    """The whole product, to send with a try-on. Raises `ProductUnfit`."""
    content = _content(link)
    return InlineProduct(
        external_id=link.external_id,
        title=content.title,
        description=content.description,
        images=_images(content),
    )


def upsert(link: ProductLink) -> ProductUpsert:
    """The whole product, to register it. Raises `ProductUnfit`.

    The SKU goes along as `metadata`, by which people find the product in Genlook's list.
    """
    content = _content(link)
    return ProductUpsert(
        external_id=link.external_id,
        title=content.title,
        description=content.description,
        images=_images(content),
        valid_for_days=VALID_FOR_DAYS,
        metadata={"sku": link.sku},
    )


def _content(link: ProductLink) -> ProductContent:
    if link.product is None:
        raise ProductUnfit(Unfit.PRODUCT_GONE)
    content = content_of(link.product)
    if not content.images:
        raise ProductUnfit(Unfit.NO_PICTURE)
    return content


def _images(content: ProductContent) -> tuple[ProductImage, ...]:
    if conf.product_images == "urls":
        return tuple(ProductImage(ImageUrl(_absolute(image))) for image in content.images)
    files = []
    reason = ""
    for number, image in enumerate(content.images):
        try:
            files.append(ProductImage(picture_file(image, number)))
        except Unreadable as error:
            reason = str(error)
            logger.warning(
                "Picture %s of product %s is left out: %s", image.pk, image.product_id, error
            )
    if not files:
        raise ProductUnfit(Unfit.UNREADABLE_PICTURE, reason)
    return tuple(files)


def _absolute(image: Any) -> str:
    url = str(image.original.url)
    if urlsplit(url).scheme in ("http", "https"):
        return url
    if not conf.site_url:
        raise ProductUnfit(Unfit.NO_SITE_URL)
    return urljoin(conf.site_url + "/", url)
