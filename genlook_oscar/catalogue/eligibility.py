"""Whether there is a button for a product and a shopper, and why not if not."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model

from ..conf import conf
from ..models import Configuration, ProductLink
from . import rules


class Reason(TextChoices):
    """Why there is a button or none: a stable code, and the sentence that staff read."""

    SHOWN = "shown", _("The button is shown.")
    OFF = "off", _("Virtual try-on is switched off in its configuration.")
    NOT_CONFIGURED = (
        "not_configured",
        _("No API key is set. Write GENLOOK_API_KEY in the project's settings."),
    )
    SIGN_IN_FIRST = (
        "sign_in_first",
        _("Only signed-in customers may try on; the configuration says so."),
    )
    STAFF_ONLY = "staff_only", _("Only staff may try on for now; the configuration says so.")
    NOT_PUBLIC = "not_public", _("The product, or the one it is a variant of, is not public.")
    PRODUCT_OFF = (
        "product_off",
        _("Try-on is switched off for this product, for its parent, or for all its variants."),
    )
    CATEGORY_OFF = (
        "category_off",
        _("Try-on is switched off for the product's category or product class by a rule."),
    )
    NOT_READY = (
        "not_ready",
        _("The product is not ready to be tried on. Its product link says what is missing."),
    )
    NO_PICTURE = "no_picture", _("Neither the product nor its parent has a picture.")


@dataclass(frozen=True)
class Verdict:
    """The answer, and the configuration that it was found with."""

    reason: Reason
    configuration: Configuration = field(repr=False, compare=False)

    @property
    def shown(self) -> bool:
        """Whether there is a button."""
        return self.reason == Reason.SHOWN

    @property
    def explanation(self) -> str:
        """The reason as a sentence for staff."""
        return str(self.reason.label)


def verdict(
    product: Any,
    configuration: Configuration | None = None,
    *,
    user: Any = None,
    itself: bool = False,
) -> Verdict:
    """Decide for an Oscar product and a user (None and anonymous are guests).

    A parent has a button when it or one of its public variants can be tried on; with
    `itself`, only when the parent's own pictures can be sent, which is what a click on the
    parent asks for.

    One query, which reads the configuration as well when none is given; none at all when
    the given configuration decides.
    """
    if configuration is None:
        row = Configuration.objects.filter(pk=1).annotate(**_facts(product)).first()
        configuration = row or Configuration()
        facts = {name: getattr(row, name, None) for name in _facts(product)}
        reason = of_shop(configuration, user) or _of_product(product, facts, user, itself)
    else:
        reason = of_shop(configuration, user) or _of_product(
            product, _read_facts(product), user, itself
        )
    return Verdict(reason, configuration)


def of_shop(configuration: Configuration, user: Any) -> Reason | None:
    """Why this user may try on nothing at all, or None. No query."""
    if not configuration.enabled:
        return Reason.OFF
    if not conf.api_key:
        return Reason.NOT_CONFIGURED
    if configuration.audience == Configuration.Audience.STAFF and not _is_staff(user):
        return Reason.STAFF_ONLY
    customer = user is not None and user.is_authenticated
    if configuration.audience == Configuration.Audience.CUSTOMERS and not customer:
        return Reason.SIGN_IN_FIRST
    return None


def _of_product(product: Any, facts: dict[str, Any], user: Any, itself: bool) -> Reason:
    public = product.is_public and facts.get("genlook_parent_public") is not False
    # Oscar shows staff what is not public yet; they may try it on before anybody else.
    if not public and not _is_staff(user):
        return Reason.NOT_PUBLIC
    all_variants_off = facts.get("genlook_variants") and not facts["genlook_variant_on"]
    refusal = rules.refusal(facts)
    if all_variants_off or refusal == Reason.PRODUCT_OFF:
        return Reason.PRODUCT_OFF
    # One variant that can be tried on is enough for a button on its parent's page.
    through = "genlook_variant_on_own" if refusal == Reason.CATEGORY_OFF else "genlook_variant_open"
    if facts.get(through) and not itself:
        return Reason.SHOWN
    if refusal:
        return Reason(refusal)
    return Reason.SHOWN if facts["genlook_pictured"] else Reason.NO_PICTURE


def _is_staff(user: Any) -> bool:
    return bool(user is not None and user.is_active and user.is_staff)


def _read_facts(product: Any) -> dict[str, Any]:
    rows = get_model("catalogue", "Product")._base_manager.filter(pk=product.pk)
    return dict(rows.values(**_facts(product)).get())


def _facts(product: Any) -> dict[str, Any]:
    """What must be known of a product, as expressions that fit into any query."""
    parent_id = product.parent_id if product.is_child else None
    family = Q(product_id__in=[product.pk, parent_id] if parent_id else [product.pk])
    Product = get_model("catalogue", "Product")
    images = get_model("catalogue", "ProductImage").objects.exclude(original="").order_by()
    facts = rules.facts(product.pk, parent_id)
    facts["genlook_pictured"] = Exists(images.filter(family))
    if parent_id:
        parent = Product._base_manager.filter(pk=parent_id)
        facts["genlook_parent_public"] = Subquery(parent.values("is_public"))
    if product.is_parent:
        variants = Product._base_manager.filter(parent_id=product.pk, is_public=True)
        links = ProductLink.objects.order_by().filter(product_id=OuterRef("pk"))
        pictured = rules.open_variants(product.pk).filter(
            Exists(images.filter(product_id=OuterRef("pk")))
        )
        facts["genlook_variants"] = Exists(variants)
        facts["genlook_variant_on"] = Exists(variants.exclude(Exists(links.filter(enabled=False))))
        facts["genlook_variant_open"] = Exists(pictured)
        facts["genlook_variant_on_own"] = Exists(
            pictured.filter(Exists(links.filter(enabled=True)))
        )
    return facts
