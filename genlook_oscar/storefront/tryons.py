"""Try-ons: begun, followed, looked at, deleted, listed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ..engine import progress
from ..engine.tryons import cancel_or_delete
from ..models import Configuration, TryOn
from . import own
from .answers import body_of, form_problem, not_found, see_other, wants_json
from .base import DeletableByForm, StorefrontView
from .data import (
    accepted_data,
    download_name,
    error_data,
    has_picture,
    history_data,
    photo_data,
    photo_url,
    result_url,
    tryon_data,
    tryon_url,
)
from .forms import StartForm
from .intake import start
from .pictures import picture_answer
from .product import can_be_bought, is_viewable
from .words import disclaimer, status_words, waiting_words

PAGE_SIZE = 24


class TryOnsView(StorefrontView):
    """POST begins a try-on; GET is her history, as JSON or as a page."""

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
        if not wants_json(request):
            return see_other(address)
        told = progress.of(accepted.tryon, account=accepted.account)
        return JsonResponse(
            accepted_data(accepted.tryon, told, accepted.reused),
            status=200 if accepted.reused else 202,
            headers={"Location": address},
        )

    def get(self, request: HttpRequest) -> HttpResponseBase:
        page = self.page_number(request)
        start_at = (page - 1) * PAGE_SIZE
        found = list(own.tryons(request)[start_at : start_at + PAGE_SIZE + 1])
        items = [history_data(tryon) for tryon in found[:PAGE_SIZE]]
        newer = self.page_url(page - 1) if page > 1 else None
        older = self.page_url(page + 1) if len(found) > PAGE_SIZE else None
        if wants_json(request):
            return JsonResponse({"items": items, "next": older})
        for item, tryon in zip(items, found, strict=False):
            item.update(tryon=tryon, words=status_words(item["status"]))
        photos = own.photos(request) if page == 1 else []
        context = {
            "page_title": _("Your try-ons"),
            "items": items,
            "previous": newer,
            "next": older,
            "photos": [
                {
                    **photo_data(photo),
                    "created_at": photo.created_at,
                    "expires_at": photo.expires_at,
                    "delete_url": reverse("genlook_oscar:photo", args=[photo.pk]),
                }
                for photo in photos
            ],
        }
        return render(request, "genlook_oscar/tryon_list.html", context)

    def page_number(self, request: HttpRequest) -> int:
        """The page asked for, counted from 1; 1 for anything that is no page."""
        asked = request.GET.get("page", "")
        return max(int(asked), 1) if asked.isdecimal() and len(asked) < 6 else 1

    def page_url(self, number: int) -> str:
        """The address of a page of the history."""
        address = reverse("genlook_oscar:tryons")
        return f"{address}?page={number}" if number > 1 else address


class TryOnView(DeletableByForm):
    """One try-on for good: its state as JSON, or a page that works without script."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        tryon = own.tryon(request, pk)
        if wants_json(request):
            return JsonResponse(tryon_data(tryon, progress.of(tryon)))
        return render(request, "genlook_oscar/tryon_detail.html", self.context(request, tryon))

    def delete(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        cancel_or_delete(own.tryon(request, pk))
        if wants_json(request):
            return HttpResponse(status=204)
        messages.success(request, _("Your try-on has been deleted."))
        return see_other("genlook_oscar:tryons")

    def context(self, request: HttpRequest, tryon: TryOn) -> dict[str, Any]:
        """What the page shows."""
        product: Any = tryon.product
        offered = product is not None and is_viewable(product, request.user)
        error = error_data(tryon)
        shown_photo = has_picture(tryon.photo)
        told = None if tryon.is_final else progress.of(tryon)
        return {
            "page_title": tryon.product_title,
            "tryon": tryon,
            "data": tryon_data(tryon, told or progress.of(tryon)),
            "progress": told,
            "waiting": waiting_words(tryon, told) if told else [],
            "status_url": tryon_url(tryon),
            "photo_url": photo_url(tryon.photo) if tryon.photo and shown_photo else None,
            "result_url": result_url(tryon),
            "download_name": download_name(tryon),
            "disclaimer": disclaimer(Configuration.load()),
            "error": error,
            "product_title": tryon.product_title,
            "product_url": product.get_absolute_url() if offered else None,
            "retry_url": reverse("genlook_oscar:new", args=[product.pk]) if offered else None,
            "can_retry": bool(error and error["retryable"] and shown_photo and offered),
            "may_still_come": tryon.late_until is not None and not tryon.has_result(),
            "can_be_bought": offered and can_be_bought(request, product),
        }


class TryOnImageView(StorefrontView):
    """The result, for its owner."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        tryon = own.tryon(request, pk)
        if not tryon.has_result():
            raise not_found()
        return picture_answer(
            request,
            tryon.result,
            name=download_name(tryon).removesuffix(".jpg"),
            version=tryon.pk.hex,
            expires_at=tryon.expires_at,
        )
