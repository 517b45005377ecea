"""The catalogue's rounds: readiness is looked at, changes are noticed, products are
registered ahead of the first shopper and deleted ones forgotten.

All of it in small steps of the sweep, because a catalogue may be large and a worker must
be free for the next shopper.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from oscar.core.loading import get_model

from .. import causes, clock, logs, shops
from ..catalogue import rules
from ..catalogue.links import make_links
from ..catalogue.payload import Unfit
from ..catalogue.readiness import Kinds, look
from ..conf import conf
from ..models import BLOCKING, CatalogueRun, Configuration, ProductLink, Rule
from ..models.copy import held_rows, through
from ..models.mark import ours
from ..shops import MAIN
from . import wishes
from .messages import explanation
from .outcomes import code_of
from .products import RENEWED_BEFORE
from .queue import enqueue

logger = logs.logger(__name__)

AGAIN_AFTER = timedelta(days=1)
"""Each product is compared with what was last seen of it once a day, at least: signals miss
what is written past the models, such as an import."""
BATCH = 300
"""Products looked at, at most, in one round; 432,000 a day. Chosen here."""
TURN_SECONDS = 3.0
"""A round ends after this time, so that a worker is free again. Chosen here."""
ROUND = "round"
LOST_AFTER = timedelta(minutes=10)
"""A round that has not come by then is taken for lost. Chosen here."""
LINKS_PER_ROUND = 2_000
WISHED_PER_ROUND = 500


def round_due() -> bool:
    """Whether a round would find anything to look at. Two queries."""
    return _due().exists() or without_link().exists()


def look_over() -> None:
    """One round. Harmless when run twice."""
    try:
        _round()
    finally:
        CatalogueRun.objects.filter(pk=ROUND).update(touched_at=None)


def _round() -> None:
    # Readiness is the project's, and goes by the main shop's settings.
    with shops.of(MAIN):
        configuration = Configuration.load()
    end = clock.ticks() + TURN_SECONDS
    make_links(list(without_link().order_by("pk")[:LINKS_PER_ROUND]))
    kinds = Kinds(configuration.unfit_kinds)
    for link in _due().order_by(F("checked_at").asc(nulls_first=True), "pk")[:BATCH]:
        look_at(link, configuration, kinds)
        if clock.ticks() > end:
            break


def look_at(link: ProductLink, configuration: Configuration, kinds: Kinds) -> None:
    """Look at one product's readiness; what has changed is sent if the merchant wants so. A
    product that cannot even be looked at is logged, and does not stop those behind it."""
    try:
        found = look(link, configuration, kinds)
    except Exception:
        logger.exception("Product %s could not be looked at.", link.product_id)
        ProductLink.objects.filter(pk=link.pk).update(checked_at=clock.now())
        return
    if found.blocked:
        return
    for shop in conf.accounts:
        with shops.of(shop):
            settings = configuration if shop == MAIN else Configuration.load()
            if settings.send_changes == Configuration.Changes.AT_ONCE and _changed(link):
                wishes.wish(ProductLink.objects.filter(pk=link.pk), ProductLink.Wanted.REGISTER)


def _changed(link: ProductLink) -> bool:
    """Whether the account in charge holds another content than the product has now."""
    if conf.account == MAIN:
        return link.fingerprint not in ("", link.checked_content)
    same = ["", link.checked_content]
    return held_rows().filter(link=link.pk).exclude(fingerprint__in=same).exists()


def sweep(configuration: Configuration) -> None:
    """The sweep's part in the account in charge: hand the next steps to the workers."""
    if configuration.enabled:
        forget_deleted()
        warm_up(configuration)
    wishes.start()


def sweep_readiness() -> None:
    """The sweep's part for all shops together: their readiness is one. It is looked at before
    they are switched on, too: a merchant wants to know what she would offer."""
    run = CatalogueRun.load(ROUND)
    now = clock.now()
    # Workers that are busy or down find one round waiting for them, and not one a minute.
    waiting = run.touched_at and run.touched_at > now - LOST_AFTER
    if not waiting and round_due():
        run.note(touched_at=now)
        enqueue("look_over")


def forget_deleted() -> None:
    """Genlook need not keep what the shop has deleted."""
    gone = held_rows().filter(
        ours(),
        known_until__gt=clock.now(),
        wanted="",
        error_code="",
        **{through("product"): None},
    )
    # Theirs alone is forgotten, so no row of another account is made.
    values = {"wanted": ProductLink.Wanted.FORGET, "wanted_at": clock.now()}
    gone.exclude(fingerprint="").order_by().update(**values)


def warm_up(configuration: Configuration) -> int:
    """Have those products registered, or renewed before they lapse, that the merchant wants
    known to Genlook ahead of the first shopper. Returns how many."""
    wanted = warm(configuration)
    if wanted is None:
        return 0
    soon = clock.now() + RENEWED_BEFORE
    lapsing = Q(fingerprint="") | Q(known_until=None) | Q(known_until__lte=soon) | ~ours()
    if conf.account == MAIN:
        found = wanted.filter(lapsing, wanted="", error_code="").values_list("pk", flat=True)
    else:
        # What is not held yet has no row here.
        settled = held_rows().filter(~lapsing | ~Q(wanted="", error_code=""), link=OuterRef("pk"))
        found = wanted.filter(~Exists(settled)).values_list("pk", flat=True)
    pks = list(found.order_by("pk")[:WISHED_PER_ROUND])
    if not pks:
        return 0
    return wishes.wish(ProductLink.objects.filter(pk__in=pks), ProductLink.Wanted.REGISTER)


def warm(configuration: Configuration) -> QuerySet[ProductLink] | None:
    """The links that the warm-up is for, None when it is off."""
    if configuration.warm_up == Configuration.WarmUp.OFF:
        return None
    links = offered(ProductLink.objects.all())
    if configuration.warm_up == Configuration.WarmUp.MOST_VIEWED:
        viewed = get_model("analytics", "ProductRecord").objects.filter(num_views__gt=0)
        top = list(
            viewed.order_by("-num_views", "product_id").values_list("product_id", flat=True)[
                : configuration.warm_up_count
            ]
        )
        # Views count for the page, and a page shows a product with all its variants.
        links = links.filter(Q(product_id__in=top) | Q(product__parent_id__in=top))
    return links


def offered(links: QuerySet[ProductLink]) -> QuerySet[ProductLink]:
    """Those whose product is public and can be tried on, by switch, rules and readiness: what
    `rules.refusal` says of one product, for lists of thousands."""
    public = Q(product__is_public=True) & (
        Q(product__parent=None) | Q(product__parent__is_public=True)
    )
    above = "product__parent__genlook_link__enabled"
    not_off = Q(Q(enabled=True) | Q(enabled=None), Q(**{above: True}) | Q(**{above: None}))
    found = links.filter(public, not_off).exclude(ready_code__in=["", BLOCKING[0], *rules.HARD])
    allowed = ~Q(ready_code__in=rules.OVERRULED)
    if Rule.objects.exists():
        known = rules.facts(OuterRef("product_id"), OuterRef("product__parent_id"))
        names = ("genlook_category_on", "genlook_class_on")
        found = found.alias(**{name: known[name] for name in names})
        allowed &= rules.allowed()
    return found.filter(Q(enabled=True) | Q(**{above: True}) | allowed)


def explained(error_code: str) -> str:
    """What a link's `error_code` means, and what the merchant can do; empty for none."""
    if error_code in Unfit.values:
        return str(Unfit(error_code).label)
    if error_code in causes.ALARMS:
        return causes.explained(error_code)
    return explanation(code_of(error_code, "")) if error_code else ""


def without_link() -> QuerySet[Any]:
    """Products that have no link yet."""
    found: QuerySet[Any] = get_model("catalogue", "Product").objects.filter(genlook_link=None)
    return found


def _due() -> QuerySet[ProductLink]:
    old = Q(checked_at=None) | Q(checked_at__lt=clock.now() - AGAIN_AFTER)
    return ProductLink.objects.filter(old).exclude(product=None)
