"""All that a shopper has tried on and the photos she gave: looked through, and erased."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ..engine.erasing import erase_everything
from ..shopper import identity
from . import own
from .answers import see_other, wants_json
from .base import DeletableByForm, StorefrontView
from .data import history_data, photo_data
from .words import status_words

PAGE_SIZE = 24
PAGE = "genlook_oscar/page.html"
ACCOUNT = "genlook_oscar/account.html"
"""What the page stands in: the shop's own, and for customers the one with Oscar's menu."""


class History(StorefrontView):
    """GET shows her try-ons, newest first, and her photos; DELETE erases all of both."""

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
            "page_title": _("My try-ons"),
            "base_template": ACCOUNT if request.user.is_authenticated else PAGE,
            "active_tab": "tryons",
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

    def delete(self, request: HttpRequest) -> HttpResponseBase:
        for shopper in identity.all_of(request):
            erase_everything(shopper)
        return HttpResponse(status=204)


class DeleteAllView(DeletableByForm):
    """For pages without script: asks whether she means it, then erases everything."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        context = {
            "page_title": _("Delete all my pictures"),
            "base_template": ACCOUNT if request.user.is_authenticated else PAGE,
            "active_tab": "tryons",
            "anything": own.tryons(request).exists() or own.photos(request).exists(),
        }
        return render(request, "genlook_oscar/delete_all.html", context)

    def delete(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        for shopper in identity.all_of(request):
            erase_everything(shopper)
        if wants_json(request):
            return HttpResponse(status=204)
        messages.success(request, _("All your pictures and photos have been deleted."))
        return see_other("genlook_oscar:tryons")
