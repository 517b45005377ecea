"""What follows a picture: to the basket, to others' eyes, to the next try-on, or a complaint."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import visitor
from ..catalogue.eligibility import Reason, of_shop
from ..engine import mails, reports
from ..models import Configuration, Report
from . import own
from .answers import Problem, body_of, form_problem, not_found, see_other, wants_json
from .base import DeletableByForm, StorefrontView
from .data import download_name, download_url, has_picture, original_url, result_url, tryon_url
from .intake import refusal
from .product import can_be_bought, is_viewable
from .sharing import share_url
from .suggestions import suggestions
from .words import ai_label, disclaimer


def result_context(
    request: HttpRequest, tryon: Any, configuration: Configuration
) -> dict[str, Any]:
    """What a template needs to offer what follows the picture of a try-on from `own.tryon`."""
    product: Any = tryon.product
    offered = product is not None and is_viewable(product, request.user)
    again = offered and has_picture(tryon.photo) and not of_shop(configuration, request.user)
    found = suggestions(request, product) if again else ([], [])
    return {
        "tryon": tryon,
        "status_url": tryon_url(tryon),
        "result_url": result_url(tryon),
        "download_url": download_url(tryon),
        "original_url": original_url(tryon),
        "download_name": download_name(tryon),
        "disclaimer": disclaimer(configuration),
        "ai_label": ai_label(configuration),
        "product_title": tryon.product_title,
        "product_url": product.get_absolute_url() if offered else None,
        "sharing": configuration.sharing,
        "share_url": share_url(request, getattr(tryon, "share", None)),
        "reasons": Report.Reason.choices,
        "reported": getattr(tryon, "report", None),
        "can_be_bought": offered and can_be_bought(request, product),
        "variants": found[0],
        "others": found[1],
    }


class MoreView(StorefrontView):
    """All that follows a picture as a fragment of HTML, for the fitting room."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        tryon = own.tryon(request, pk)
        if not tryon.has_result():
            raise not_found()
        context = result_context(request, tryon, Configuration.load())
        return render(request, "genlook_oscar/room/more.html", context)


class ReportForm(forms.Form):
    """What is wrong with a picture."""

    reason = forms.ChoiceField(choices=Report.Reason.choices)


class ReportView(StorefrontView):
    """POST says what is not right with her picture; said again, it replaces the first."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        form = ReportForm(body_of(request))
        if not form.is_valid():
            raise form_problem(form)
        tryon = own.tryon(request, pk)
        if not tryon.has_result():
            raise not_found()
        who = visitor.of_request(request)
        report = reports.report(tryon, form.cleaned_data["reason"], who)
        if wants_json(request):
            return JsonResponse({"reason": report.reason}, status=201)
        messages.success(request, _("Thank you. The shop looks at what you reported."))
        return see_other(tryon_url(tryon))


class ReadyMailView(DeletableByForm):
    """POST asks for an e-mail when the picture is ready; DELETE takes the wish back."""

    def post(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("_method"):
            return super().post(request, pk=pk)
        tryon = own.tryon(request, pk)
        if not Configuration.load().ready_mail:
            raise Problem("mail_off", _("This shop does not offer an e-mail."), 403)
        if not mails.can_reach(request.user):
            raise refusal(Reason.SIGN_IN_FIRST)
        mails.ask_for(tryon, get_language() or "")
        if wants_json(request):
            return JsonResponse({"mail_asked": True}, status=201)
        return see_other(tryon_url(tryon))

    def delete(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponseBase:
        tryon = own.tryon(request, pk)
        mails.take_back(tryon)
        if wants_json(request):
            return HttpResponse(status=204)
        return see_other(tryon_url(tryon))
