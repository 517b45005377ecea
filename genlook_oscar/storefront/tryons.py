"""Try-ons: begun, followed, looked at, deleted, listed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from ..engine import mails, progress
from ..engine.messages import another_photo_helps
from ..engine.tryons import cancel_or_delete
from ..models import Configuration, TryOn
from ..shopper.files import DOWNLOAD, ORIGINAL
from . import elsewhere, own
from .answers import Problem, body_of, form_problem, not_found, see_other, wants_json
from .base import DeletableByForm, StorefrontView
from .data import (
    accepted_data,
    download_name,
    download_url,
    error_data,
    has_picture,
    photo_url,
    result_url,
    tryon_data,
    tryon_url,
)
from .forms import StartForm
from .history import History
from .intake import start
from .pictures import picture_answer
from .product import is_viewable
from .result import result_context
from .words import disclaimer, waiting_words


class TryOnsView(History):
    """POST begins a try-on; GET is her history, as JSON or as a page; DELETE erases it."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        fields = body_of(request)
        form = StartForm(fields)
        if not form.is_valid():
            raise form_problem(form)
        chosen = form.cleaned_data
        accepted = start(
            request, fields, chosen["product"], chosen["photo"], chosen["idempotency_key"]
        )
        address = tryon_url(accepted.tryon)
        response: HttpResponse
        if wants_json(request):
            told = progress.of(accepted.tryon, account=accepted.account)
            response = JsonResponse(
                accepted_data(accepted.tryon, told, accepted.reused),
                status=200 if accepted.reused else 202,
                headers={"Location": address},
            )
        else:
            response = see_other(address)
        elsewhere.remember(response, accepted.tryon)
        return response


class TryOnView(DeletableByForm):
    """One try-on for good: its state as JSON, or a page that works without script."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        as_json = wants_json(request)
        try:
            tryon = own.state(request, pk) if as_json else own.tryon(request, pk)
        except Problem:
            # The link of an e-mail, on a device where she is not signed in.
            if "mail" in request.GET and not request.user.is_authenticated:
                address = reverse("genlook_oscar:tryon", args=[pk])
                return redirect_to_login(address, resolve_url("customer:login"))
            raise
        if as_json:
            return JsonResponse(tryon_data(tryon, progress.of(tryon)))
        page = render(request, "genlook_oscar/tryon_detail.html", self.context(request, tryon))
        elsewhere.forget(request, page, tryon)
        return page

    def delete(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        cancel_or_delete(own.tryon(request, pk))
        if wants_json(request):
            return HttpResponse(status=204)
        messages.success(request, _("Your try-on has been deleted."))
        return see_other("genlook_oscar:tryons")

    def context(self, request: HttpRequest, tryon: TryOn) -> dict[str, Any]:
        """What the page shows."""
        # First of all: whoever asks for one whose time is over ends it.
        told = progress.of(tryon)
        configuration = Configuration.load()
        product: Any = tryon.product
        offered = product is not None and is_viewable(product, request.user)
        another = offered and another_photo_helps(tryon)
        error = error_data(tryon)
        shown_photo = has_picture(tryon.photo)
        context = {
            "page_title": tryon.product_title,
            "tryon": tryon,
            "data": tryon_data(tryon, told),
            "progress": None if tryon.is_final else told,
            "waiting": [] if tryon.is_final else waiting_words(tryon, told),
            "status_url": tryon_url(tryon),
            "photo_url": photo_url(tryon.photo) if tryon.photo and shown_photo else None,
            "result_url": result_url(tryon),
            "download_url": download_url(tryon),
            "download_name": download_name(tryon),
            "disclaimer": disclaimer(configuration),
            "error": error,
            "product_title": tryon.product_title,
            "product_url": product.get_absolute_url() if offered else None,
            "retry_url": reverse("genlook_oscar:new", args=[product.pk]) if another else None,
            "can_retry": bool(error and error["retryable"] and shown_photo and offered),
            "may_still_come": tryon.may_still_come,
            "offers_mail": configuration.ready_mail and mails.can_reach(request.user),
        }
        if tryon.has_result():
            context |= result_context(request, tryon, configuration)
        return context


class TryOnImageView(StorefrontView):
    """The result, for its owner."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        tryon = own.tryon(request, pk)
        if not tryon.has_result():
            raise not_found()
        mails.note_seen(tryon)
        return picture_answer(
            request,
            tryon.result,
            name=download_name(tryon).removesuffix(".jpg"),
            version=tryon.pk.hex,
            expires_at=tryon.expires_at,
        )


class TryOnDownloadView(StorefrontView):
    """The result as it is handed out, for its owner: with the words in its pixels that AI made
    it. Pictures from before there were such have none."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        tryon = own.tryon(request, pk)
        if not tryon.has_result():
            raise not_found()
        mails.note_seen(tryon)
        return picture_answer(
            request,
            tryon.result,
            name=download_name(tryon).removesuffix(".jpg"),
            version=f"{tryon.pk.hex}-download",
            expires_at=tryon.expires_at,
            endings=(DOWNLOAD, ""),
        )


class TryOnOriginalView(StorefrontView):
    """The file as Genlook sent it, for its owner: whatever marks it carries are whole."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        tryon = own.tryon(request, pk)
        if not (tryon.has_result() and tryon.original):
            raise not_found()
        return picture_answer(
            request,
            tryon.result,
            name=f"{download_name(tryon).removesuffix('.jpg')}-original",
            version=f"{tryon.pk.hex}-original",
            expires_at=tryon.expires_at,
            endings=(ORIGINAL,),
        )
