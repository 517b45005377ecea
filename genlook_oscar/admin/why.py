"""“Why is there no button?”: the resolver's answer for any product and any customer."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model

from ..catalogue.eligibility import Verdict, verdict
from ..catalogue.reasons import moment
from ..models.allowance import Allowance
from ..visitor import Visitor


class WhyForm(forms.Form):
    """Which product and which customer the question is about."""

    product = forms.CharField(
        label=_("product"), help_text=_("Its number, its SKU, its UPC, or a part of its title.")
    )
    customer = forms.CharField(
        label=_("customer"), required=False, help_text=_("E-mail address. Empty: any guest.")
    )

    def clean_product(self) -> Any:
        """The first product that is called so."""
        asked = self.cleaned_data["product"].strip()
        products = get_model("catalogue", "Product").objects.order_by("pk")
        exact = Q(upc__iexact=asked) | Q(stockrecords__partner_sku__iexact=asked)
        if asked.isdecimal() and len(asked) < 10:
            exact |= Q(pk=int(asked))
        found = products.filter(exact).first() or products.filter(title__icontains=asked).first()
        if found is None:
            raise forms.ValidationError(_("No product is called so."), code="unknown")
        return found

    def clean_customer(self) -> Any:
        """The customer with this address, None for a guest."""
        address = self.cleaned_data["customer"].strip()
        if not address:
            return None
        user = get_user_model()._default_manager.filter(email__iexact=address).first()
        if user is None:
            raise forms.ValidationError(_("No customer has this address."), code="unknown")
        return user


def answer(form: WhyForm) -> dict[str, Any]:
    """What the page shows for a valid form. Two queries."""
    product, customer = form.cleaned_data["product"], form.cleaned_data["customer"]
    found = verdict(product, who=Visitor(customer))
    return {
        "product": product,
        "customer": customer,
        "verdict": found,
        "shoppers_see": _seen(found),
        "counters": [_counter(one) for one in found.allowances],
    }


def _seen(found: Verdict) -> str:
    return {
        "show": gettext("The button."),
        "hide": gettext("Nothing."),
        "explain": gettext("In place of the button: “%(words)s”") % {"words": found.words},
    }[found.display.value]


def _counter(one: Allowance) -> dict[str, Any]:
    if not one.is_credit:
        name = gettext("Try-ons of this shopper today")
    elif one.name.count("-") == 2:
        name = gettext("Credits of the shop today")
    else:
        name = gettext("Credits of the shop this month")
    return {"name": name, "used": one.used or 0, "limit": one.limit, "until": moment(one.until)}
