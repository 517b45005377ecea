"""The days to show."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from ..insight.period import DAY, Period, today

USUAL_DAYS = 30
LONGEST_DAYS = 366
"""A year and a day: the table below the plot has a row for each."""
EARLIEST = date(2000, 1, 1)
"""Before any try-on; far enough from the first year that time zones can be reckoned with."""


class DayField(forms.DateField):
    """A day, as browsers with a calendar of their own send it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
            validators=[MinValueValidator(EARLIEST)],
            **kwargs,
        )


class PeriodForm(forms.Form):
    """From and to. What is missing is filled in; `period` is what was asked for, and the
    usual days where that cannot be shown."""

    start = DayField(label=_("From"))
    end = DayField(label=_("To"))

    def __init__(self, data: Any = None) -> None:
        usual = Period.last(USUAL_DAYS)
        super().__init__(data or None, initial={"start": usual.start, "end": usual.end})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        latest = today()
        end = min(cleaned.get("end") or latest, latest)
        start = cleaned.get("start") or max(EARLIEST, end - (USUAL_DAYS - 1) * DAY)
        if start > end:
            raise forms.ValidationError(
                _("The first day must not come after the last, nor after today."), code="order"
            )
        period = Period(start, end)
        if period.length > LONGEST_DAYS:
            raise forms.ValidationError(
                _("Choose at most %(days)d days; these are %(chosen)d."),
                code="too_long",
                params={"days": LONGEST_DAYS, "chosen": period.length},
            )
        return cleaned | {"period": period}

    @property
    def period(self) -> Period:
        """The days to show."""
        if self.is_bound and self.is_valid():
            return self.cleaned_data["period"]
        return Period.last(USUAL_DAYS)
