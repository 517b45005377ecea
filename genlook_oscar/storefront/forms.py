"""What a shopper may send."""

from typing import Any

from django import forms

MAX_ID = 2**63 - 1


class StartForm(forms.Form):
    """A click: the product, one of her photos, and a key of her browser's for this click."""

    product = forms.IntegerField(min_value=1, max_value=MAX_ID)
    photo = forms.UUIDField()
    idempotency_key = forms.CharField(required=False, max_length=64)


class NewTryOnForm(forms.Form):
    """The page without script: a photo of hers or a new file, a variant, her agreement."""

    product = forms.TypedChoiceField(coerce=int)
    photo = forms.CharField(required=False)
    photo_file = forms.FileField(required=False, allow_empty_file=True)
    consent = forms.BooleanField(required=False)
    consent_version = forms.CharField(required=False)

    def __init__(self, *args: Any, products: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["product"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(pk, pk) for pk in products]
