"""What a merchant decides about one product."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..catalogue.content import MAX_PICTURES, pictures_of, pictures_to_choose
from ..catalogue.naming import validate_external_id
from ..models import ProductLink

PLACES = [
    ("", pgettext_lazy("place of a picture", "Not sent")),
    ("1", pgettext_lazy("place of a picture", "First")),
    ("2", pgettext_lazy("place of a picture", "Second")),
    ("3", pgettext_lazy("place of a picture", "Third")),
    ("4", pgettext_lazy("place of a picture", "Fourth")),
]
SWITCH = [("", _("As the rules say")), ("on", _("On")), ("off", _("Off"))]
VALUES = {"": None, "on": True, "off": False}
WORDS = {value: key for key, value in VALUES.items()}


class ProductForm(forms.Form):
    """The product's own switch, its name at Genlook, and the pictures that are sent."""

    switch = forms.ChoiceField(
        label=_("Can be tried on"),
        choices=SWITCH,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("On and off beat the rules for its category and product class."),
    )
    external_id = forms.CharField(
        label=_("Name at Genlook (externalId)"),
        max_length=128,
        validators=[validate_external_id],
        help_text=_(
            "Under another name the product is new to Genlook: it is sent again as a whole with "
            "the next try-on."
        ),
    )

    def __init__(self, link: ProductLink, *args: Any, **kwargs: Any) -> None:
        self.link = link
        self.images = pictures_to_choose(link.product)
        sent = [image.pk for image in pictures_of(link.product)]
        kwargs["initial"] = {
            "switch": WORDS[link.enabled],
            "external_id": link.external_id,
            **{f"picture_{pk}": str(place) for place, pk in enumerate(sent, start=1)},
        }
        super().__init__(*args, **kwargs)
        for image in self.images:
            self.fields[f"picture_{image.pk}"] = forms.ChoiceField(
                label=_("Place"), choices=PLACES[: MAX_PICTURES + 1], required=False
            )

    @property
    def picture_fields(self) -> list[tuple[Any, Any]]:
        """Each picture that could be sent, with its field."""
        return [(image, self[f"picture_{image.pk}"]) for image in self.images]

    def clean_external_id(self) -> str:
        """A name that no other product has, whether or not it is still in the shop: two
        products under one name would show each other's pictures."""
        name: str = self.cleaned_data["external_id"]
        if ProductLink.objects.filter(external_id=name).exclude(pk=self.link.pk).exists():
            raise forms.ValidationError(
                _("Another product has this name, or had it. Choose a name of its own."),
                code="taken",
            )
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        places = [cleaned.get(f"picture_{image.pk}") for image in self.images]
        taken = [place for place in places if place]
        if len(taken) != len(set(taken)):
            raise forms.ValidationError(
                _("Two pictures have the same place. Give each a place of its own."), code="twice"
            )
        if self.images and not taken:
            raise forms.ValidationError(
                _("Choose at least one picture. To offer no try-on, switch the product off."),
                code="none",
            )
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The link's fields that change, with their new values."""
        values: dict[str, Any] = {}
        if "switch" in self.changed_data:
            values["enabled"] = VALUES[self.cleaned_data["switch"]]
        if "external_id" in self.changed_data:
            values["external_id"] = self.cleaned_data["external_id"]
            values |= {"fingerprint": "", "known_until": None, "error_code": ""}
        if any(name.startswith("picture_") for name in self.changed_data):
            values["pictures"] = self._choice()
        return values

    def _choice(self) -> list[int]:
        placed = [
            (self.cleaned_data[f"picture_{image.pk}"], image)
            for image in self.images
            if self.cleaned_data[f"picture_{image.pk}"]
        ]
        chosen = [image.pk for _place, image in sorted(placed, key=lambda pair: pair[0])]
        own = [image for image in self.images if image.product_id == self.link.product_id]
        shops = [image.pk for image in own or self.images][:MAX_PICTURES]
        # What is as in the shop follows the shop: a new picture is sent without a visit here.
        return [] if chosen == shops else chosen
