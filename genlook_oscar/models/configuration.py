from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import shops
from ..conf import conf
from ..shops import MAIN
from ..transactions import atomic
from .limits import Limits
from .mark import of_shop
from .price import Price
from .share import Share
from .words import Words, languages_now, page_address

MAX_RETENTION_DAYS = 7
"""Genlook keeps pictures for at most 7 days, which is also its documented default."""

UNFIT_KINDS = (
    "gift card, voucher, book, poster, perfume, cosmetics, candle, bedding, furniture, toy, shoe"
)
"""Genlook does tops, bottoms, full body, outerwear, eyewear, hats and accessories. Chosen
here, for a start: what shops of such things often sell beside them."""


class ConfigurationQuerySet(models.QuerySet["Configuration"]):
    def update(self, **values: Any) -> int:
        if "sharing" not in values:
            return super().update(**values)
        with atomic():
            changed = super().update(**values)
            end_links()
        return changed


def end_links() -> None:
    """End all links to shared pictures, for good, where sharing is off. Whoever switches it off
    does so in one transaction with this."""
    on = dict(Configuration.objects.values_list("pk", "sharing"))
    for shop in conf.shops:
        with shops.of(shop):
            if not on.get(Configuration.number(), on.get(1)):
                Share.objects.filter(of_shop("tryon__shop")).delete()


class Configuration(Limits, Price):
    """The merchant's settings, edited in the admin: one row, and one for each shop that has
    settings of its own; the others go by the first."""

    class Audience(models.TextChoices):
        EVERYONE = "everyone", _("Everyone, guests included")
        CUSTOMERS = "customers", _("Signed-in customers only")
        STAFF = "staff", _("Staff only (to look at it before shoppers do)")

    class Watermark(models.TextChoices):
        ACCOUNT = "account", _("As set in the Genlook account")
        ON = "on", _("On: put the account's logo on each picture")
        OFF = "off", _("Off: no logo")

    class AiMark(models.TextChoices):
        BOTTOM_RIGHT = "bottom_right", _("At the bottom, on the right")
        BOTTOM_LEFT = "bottom_left", _("At the bottom, on the left")
        TOP_RIGHT = "top_right", _("At the top, on the right")
        TOP_LEFT = "top_left", _("At the top, on the left")
        OFF = "off", _("No mark (read the note first)")

    class KeepForDays(models.IntegerChoices):
        ACCOUNT = 0, _("As set in the Genlook account (7 days unless changed there)")
        ONE = 1, _("1 day")
        THREE = 3, _("3 days")
        SEVEN = 7, _("7 days")

    class Changes(models.TextChoices):
        NEXT = "next", _("With the next try-on")
        AT_ONCE = "at_once", _("At once")

    class WarmUp(models.TextChoices):
        OFF = "off", _("When a shopper reaches for the button")
        PUBLISHED = "published", _("As soon as they are public")
        MOST_VIEWED = "most_viewed", _("The most viewed ones, ahead of the first shopper")

    enabled = models.BooleanField(
        _("virtual try-on is on"),
        default=False,
        help_text=_("Off removes the button from every product page at once. Nothing is lost."),
    )
    audience = models.CharField(
        _("who may try on"),
        max_length=16,
        choices=Audience.choices,
        default=Audience.EVERYONE,
        help_text=_("Others do not see the button."),
    )
    watermark = models.CharField(
        _("watermark"),
        max_length=16,
        choices=Watermark.choices,
        default=Watermark.ACCOUNT,
        help_text=_("Your logo on the pictures. The logo itself is set in the Genlook account."),
    )
    ai_mark = models.CharField(
        _("AI-made mark"),
        max_length=16,
        choices=AiMark.choices,
        default=AiMark.BOTTOM_RIGHT,
        help_text=_(
            "Where downloaded and shared pictures say that AI made them, from the next picture "
            "on. The EU's AI Act, article 50, wants people to be told. Without the mark only the "
            "file's metadata tell whoever gets such a picture, and telling them is up to you. "
            "Who changed this, and when, is on record."
        ),
    )
    keep_for_days = models.PositiveSmallIntegerField(
        _("keep pictures for"),
        choices=KeepForDays.choices,
        default=KeepForDays.ACCOUNT,
        help_text=_(
            "After this time photos and results are deleted, here and at Genlook. "
            "The text that shoppers agree to names this time, so a change asks them again."
        ),
    )
    crop = models.BooleanField(
        _("crop photos to the person"),
        default=True,
        help_text=_(
            "Genlook cuts each photo to a 4:5 portrait around the person. "
            "Off keeps the whole photo, which suits studio pictures."
        ),
    )
    privacy_url = models.CharField(
        _("link to your privacy page"),
        max_length=500,
        blank=True,
        validators=[page_address],
        help_text=_("An address such as /privacy/ or https://…; shown beside the agreement."),
    )
    sharing = models.BooleanField(
        _("shoppers may share their pictures"),
        default=False,
        help_text=_(
            "A shopper can then make a link to a picture of theirs that others may open. It ends "
            "when they take it back and when the picture is deleted. Off ends all links at once; "
            "on again, there are only new ones."
        ),
    )
    ready_mail = models.BooleanField(
        _("offer an e-mail when the picture is ready"),
        default=False,
        help_text=_(
            "While a signed-in customer waits, they can ask for an e-mail with the way to their "
            "picture. It is sent only if they have not seen the picture by then."
        ),
    )
    send_changes = models.CharField(
        _("send changed products"),
        max_length=16,
        choices=Changes.choices,
        default=Changes.NEXT,
        help_text=_(
            "Genlook's copy of a product is never older than the try-on that needs it. At once "
            "costs a request for each change and saves the next shopper a second or two."
        ),
    )
    warm_up = models.CharField(
        _("register products"),
        max_length=16,
        choices=WarmUp.choices,
        default=WarmUp.OFF,
        help_text=_("Ahead of the first shopper, out of requests that no shopper needs."),
    )
    warm_up_count = models.PositiveIntegerField(
        _("how many of the most viewed"),
        default=100,
        help_text=_("They are kept registered while they stay among the most viewed."),
    )
    bad_reports_limit = models.PositiveIntegerField(
        _("bad reports that hide a product"),
        default=5,
        help_text=_(
            "When so many shoppers have reported bad pictures of a product, it has no button "
            "until you switch it on. 0: never."
        ),
    )
    unfit_kinds = models.TextField(
        _("kinds of item that cannot be tried on"),
        blank=True,
        default=UNFIT_KINDS,
        help_text=_(
            "Words, with commas between them. A product has no button when its product class "
            "or a category above it is named so, unless you switch the product on."
        ),
    )
    experiment_percent = models.PositiveSmallIntegerField(
        _("percent of shoppers without a button"),
        default=0,
        validators=[MaxValueValidator(50)],
        help_text=_(
            "Above 0, so many shoppers see no button anywhere, and the figures compare what they "
            "order with what the others order. 10 is usual; a change begins the comparison anew. "
            "Guests get a session when they look at a product. 0: no experiment."
        ),
    )
    updated_at = models.DateTimeField(_("last change"), auto_now=True)

    objects = ConfigurationQuerySet.as_manager()

    class Meta:
        verbose_name = _("configuration")
        verbose_name_plural = _("configuration")

    def __str__(self) -> str:
        if self.pk in (None, 1):
            return str(_("Virtual try-on"))
        return str(_("Virtual try-on, site %(number)d") % {"number": self.pk - 1})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = self.pk or self.number()
        named = kwargs.get("update_fields")
        if named is not None and "sharing" not in named:
            return super().save(*args, **kwargs)
        with atomic():
            super().save(*args, **kwargs)
            Words.copy(self.__dict__.pop("_words_of", None), self.pk)
            end_links()

    @classmethod
    def mine(cls) -> "models.QuerySet[Configuration]":
        """The row in charge now, as a query; none while nobody has saved any."""
        return cls.objects.filter(pk=cls.number())

    @classmethod
    def number(cls) -> int:
        """The primary key of the row in charge: 1, or 1 more than the site's that it is of."""
        return 1 + conf.shop

    @classmethod
    def load(cls) -> "Configuration":
        """Return the one row, or the defaults (unsaved) while nobody has saved any."""
        found = cls.mine().first()
        if found is None and conf.shop != MAIN:
            found = cls.objects.filter(pk=1).first()
            # Saved, it becomes the shop's own; until then it speaks with the main one's words.
            if found:
                found.__dict__["_words_of"] = found.pk
                found.pk = cls.number()
        return found or cls(pk=cls.number())

    def words(self) -> Words:
        """The merchant's own words in the language active now, all empty where there are none.
        One query for each language."""
        known: dict[str, Words] = self.__dict__.setdefault("_words", {})
        codes = languages_now()
        if codes[0] not in known:
            rows = Words.objects.filter(configuration=self.words_of, language__in=codes)
            self.keep_words(rows.order_by("-language").first() if self.pk else None)
        return known[codes[0]]

    @property
    def words_of(self) -> int | None:
        """The primary key of the row whose words these settings speak with."""
        whose: int | None = self.__dict__.get("_words_of", self.pk)
        return whose

    def keep_words(self, words: Words | None) -> None:
        """Have `words` without a query; None where there are none in this language."""
        known = self.__dict__.setdefault("_words", {})
        known[languages_now()[0]] = words or Words()

    @property
    def retention_days(self) -> int:
        """Days after which photos and results are deleted here, 1 to 7."""
        return self.keep_for_days or MAX_RETENTION_DAYS

    @property
    def watermark_flag(self) -> bool | None:
        """What the API is told: True, False, or None for the account's default."""
        return {self.Watermark.ON: True, self.Watermark.OFF: False}.get(
            self.Watermark(self.watermark)
        )

    @property
    def keep_for_days_flag(self) -> int | None:
        """What the API is told: 1, 3, 7, or None for the account's default."""
        return self.keep_for_days or None
