"""Whether a product is fit to be sent, looked at ahead of the shopper. Reads files: for
workers and commands. What it finds stands in the link, where lists and `rules` read it."""

import re
from dataclasses import dataclass
from typing import Any

from oscar.core.loading import get_model

from .. import clock, pictures
from ..models import BLOCKING, Configuration, ProductLink, Ready, Report, TryOn
from .content import ProductContent, content_of
from .fingerprint import fingerprint_of
from .links import note_sku
from .pictures import MAX_SOURCE_PIXELS, Unreadable, read_picture, unreadable

SMALL_SIDE = 300
"""Pixels of the shorter side of the main picture below which a product is not offered.
Genlook names no limit and refuses what is too small after the click; chosen here. 800 and
more make good pictures."""

BAD_SHARE = 0.1
"""Of all pictures of a product, the part that must be reported before it is hidden. Few who see
a bad picture report it, so a tenth is much; chosen here."""


@dataclass(frozen=True)
class Readiness:
    """`reasons` are codes of `Ready`, the gravest first; none means ready."""

    reasons: tuple[str, ...]

    @property
    def code(self) -> str:
        """The gravest reason, or "ready"."""
        return self.reasons[0] if self.reasons else Ready.READY.value

    @property
    def blocked(self) -> bool:
        """Whether the product cannot be tried on."""
        return self.code in BLOCKING


class Kinds:
    """The product classes and categories of things that Genlook does not do, by their names.
    Two queries when made, none or one for each product: make one for many products."""

    def __init__(self, words: str) -> None:
        names = [re.escape(word.strip()) for word in words.split(",") if word.strip()]
        # "shoe" also finds "Shoes", and not "Shoehorn".
        self._named = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?:e?s)?(?!\w)", re.IGNORECASE)
        self._any = bool(names)
        rows = get_model("catalogue", "ProductClass").objects.values_list(
            "pk", "name", "requires_shipping"
        )
        # What is not shipped cannot be worn.
        self._classes = {pk for pk, name, shipped in rows if not shipped or self._says(name)}
        self._categories = set(self._unfit_categories()) if self._any else set()

    def unfit(self, product: Any) -> bool:
        """Whether a product's class, or a category that it is in or below, is such a kind."""
        owner = product.parent if product.is_child else product
        if owner.product_class_id in self._classes:
            return True
        if not self._categories:
            return False
        inside = owner.categories.through._default_manager.filter(product_id=owner.pk)
        return not self._categories.isdisjoint(inside.values_list("category_id", flat=True))

    def _says(self, name: str) -> bool:
        return self._any and bool(self._named.search(name))

    def _unfit_categories(self) -> Any:
        unfit = ""
        rows = get_model("catalogue", "Category").objects.order_by("path")
        for pk, path, name in rows.values_list("pk", "path", "name"):
            # In the order of the paths all that lies below a category follows it.
            if not (unfit and path.startswith(unfit)):
                unfit = path if self._says(name) else ""
            if unfit:
                yield pk


def look(
    link: ProductLink,
    configuration: Configuration,
    kinds: Kinds | None = None,
    *,
    anew: bool = False,
) -> Readiness:
    """Look at a link's product, write down what is found, and return it.

    Files are read only when title, description or pictures have changed since the last time,
    or with `anew`. About 6 queries. A link without product is left as it is.
    """
    if link.product is None:
        return Readiness(())
    note_sku(link)
    content = content_of(link.product)
    mark = fingerprint_of(content)
    seen = link.checked_content == mark and not anew and link.ready_code
    pictures = _pictures_again(link) if seen else _pictures(content)
    reasons = [
        *pictures,
        *_words(content),
        *_shared(link.product, content),
        *_kind(link.product, kinds or Kinds(configuration.unfit_kinds)),
    ]
    reports = Report.objects.filter(link_id=link.pk, counts=True).count()
    if _too_many(reports, link, configuration):
        reasons.append(Ready.BAD_REPORTS)
    found = Readiness(tuple(code.value for code in Ready if code in reasons))
    values: dict[str, Any] = {
        "ready_code": found.code,
        "ready_reasons": list(found.reasons),
        "checked_at": clock.now(),
        "checked_content": mark,
        "bad_reports": reports,
    }
    ProductLink.objects.filter(pk=link.pk).update(**values)
    for name, value in values.items():
        setattr(link, name, value)
    return found


def note_unfit(link: ProductLink, code: str) -> None:
    """Write down what came to light when the product was to be sent."""
    if code in (Ready.NO_PICTURE, Ready.UNREADABLE_PICTURE):
        ProductLink.objects.filter(pk=link.pk).update(
            ready_code=code, ready_reasons=[str(code)], checked_at=clock.now()
        )


def note_reports_set_aside(link: ProductLink) -> None:
    """Write down that no report counts any more, and all else as it was found."""
    rest = [code for code in link.ready_reasons if code != Ready.BAD_REPORTS]
    values = {"ready_reasons": rest, "bad_reports": 0, "hidden_told_at": None}
    if link.ready_code == Ready.BAD_REPORTS:
        values["ready_code"] = rest[0] if rest else Ready.READY.value
    ProductLink.objects.filter(pk=link.pk).update(**values)


def note_refused(link: ProductLink) -> None:
    """Write down that Genlook refused the product. It holds until the product is looked at
    again, for a day at most: a refusal may have been a mistake, and then it ends by itself."""
    ProductLink.objects.filter(pk=link.pk).update(
        ready_code=Ready.REFUSED,
        ready_reasons=[Ready.REFUSED.value],
        checked_at=clock.now(),
        checked_content="",
    )


def note_taken(link: ProductLink) -> None:
    """Write down that Genlook took the product: what it once refused is looked at anew."""
    ProductLink.objects.filter(pk=link.pk, ready_code=Ready.REFUSED).update(
        ready_code="", ready_reasons=[], checked_at=None, checked_content=""
    )


def _too_many(reports: int, link: ProductLink, configuration: Configuration) -> bool:
    if not 0 < configuration.bad_reports_limit <= reports:
        return False
    made = TryOn.objects.filter(link_id=link.pk, status__in=["completed", "expired"]).count()
    return reports >= BAD_SHARE * made


def _pictures(content: ProductContent) -> list[Ready]:
    if not content.images:
        return [Ready.NO_PICTURE]
    for image in content.images:
        try:
            side = _short_side(image)
        except Unreadable:
            continue
        return [Ready.SMALL_PICTURE] if side < SMALL_SIDE else []
    return [Ready.UNREADABLE_PICTURE]


def _pictures_again(link: ProductLink) -> list[Ready]:
    about = (Ready.NO_PICTURE, Ready.UNREADABLE_PICTURE, Ready.SMALL_PICTURE)
    return [code for code in about if code in link.ready_reasons]


def _short_side(image: Any) -> int:
    """Pixels of the shorter side of the first picture that can be read to its end."""
    content = read_picture(image)
    try:
        proof = pictures.prove(content, max_pixels=MAX_SOURCE_PIXELS)
    except pictures.Refused as refused:
        raise unreadable(refused, content) from None
    return min(proof.width, proof.height)


def _words(content: ProductContent) -> list[Ready]:
    missing = []
    if not content.title.strip():
        missing.append(Ready.NO_TITLE)
    if not content.description.strip():
        missing.append(Ready.NO_DESCRIPTION)
    return missing


def _shared(product: Any, content: ProductContent) -> list[Ready]:
    if not product.is_child or not content.images:
        return []
    own = any(image.product_id == product.pk for image in content.images)
    return [] if own else [Ready.SHARED_PICTURE]


def _kind(product: Any, kinds: Kinds) -> list[Ready]:
    return [Ready.WRONG_KIND] if kinds.unfit(product) else []
