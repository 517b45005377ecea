"""The merchant's own words in each language: one form for each, the same in both admins."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from .models import Configuration, Record, Words
from .models.words import TEXTS, language_name, shop_languages

LINES = tuple(name for name in TEXTS if name != "consent_text")


class WordsForm(forms.ModelForm):
    """The words in one language, which is chosen by there being a form for it."""

    class Meta:
        model = Words
        fields = ("language", *TEXTS)
        widgets = {
            "language": forms.HiddenInput,
            "consent_text": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 4}),
            **{name: forms.TextInput(attrs={"class": "vTextField"}) for name in LINES},
        }

    @property
    def code(self) -> str:
        """The language that this form is for."""
        return str(self.initial.get("language", ""))

    @property
    def title(self) -> str:
        """The same in words, and whether there are words of the merchant's in it."""
        name = language_name(self.code)
        return _("%(language)s (words of your own)") % {"language": name} if self.is_said else name

    @property
    def is_said(self) -> bool:
        """Whether there are words of the merchant's in this language."""
        return any(getattr(self.instance, name) for name in TEXTS)

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - {"language"})

    def clean_language(self) -> str:
        """The language that the form was shown for."""
        if self.cleaned_data["language"] != self.code:
            raise forms.ValidationError(
                _("These words have changed meanwhile. Load the page again."), code="stale"
            )
        return self.code


class BaseWordsFormSet(forms.BaseInlineFormSet):
    """A form for each of the shop's languages, and for each that has words."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        prefix = kwargs.get("prefix") or self.get_default_prefix()
        if data is not None and f"{prefix}-TOTAL_FORMS" not in data:
            # A page from before there were languages says nothing of them.
            data = {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
        super().__init__(data, files, **kwargs)
        known = {row.language for row in self.get_queryset()}
        whose = self.instance.words_of
        missing = [code for code in shop_languages() if code not in known]
        # Those of a shop that has no settings of its own are another's until it is saved.
        spoken = {row.language: row for row in Words.objects.filter(configuration=whose)}
        self.initial_extra = [
            {"language": code, **{name: getattr(spoken.get(code), name, "") for name in TEXTS}}
            for code in missing
        ]
        self.extra = len(missing)

    def save_new(self, form: Any, commit: bool = True) -> Words:
        row: Words = super().save_new(form, commit=False)
        copied = Words.objects.filter(configuration=self.instance.pk, language=row.language)
        row.pk = copied.values_list("pk", flat=True).first()
        row.save()
        return row

    def save_on_record(self, user: Any) -> list[Words]:
        """Store what has changed, each change under the name of `user`."""
        rows = Words.objects.filter(configuration=self.instance.pk)
        before = {row.language: row for row in rows}
        changed: list[Words] = self.save()
        for row in changed:
            blank = Words(id=row.pk, configuration_id=row.configuration_id, language=row.language)
            Record.changed(user, row, before.get(row.language, blank))
        return changed


WordsFormSet = forms.inlineformset_factory(
    Configuration, Words, form=WordsForm, formset=BaseWordsFormSet, can_delete=False
)
