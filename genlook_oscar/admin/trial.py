"""A product seen on the sample person, before a shopper sees it on themselves."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from ..engine import progress, trial
from ..engine.messages import explanation
from ..engine.tryons import Refused
from ..models import Configuration, ProductLink
from ..money import price_words
from ..shopper.refusals import PhotoRefused
from .base import picture_answer
from .product_actions import MANAGE

AGAIN_AFTER = 4
"""Seconds after which the page looks again while a picture is being made."""


class TrialView:
    """Mixed into the admin of product links: the page of a product's test."""

    admin_site: Any
    opts: Any
    log_change: Any
    message_user: Any

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.trial_view)
        image = self.admin_site.admin_view(self.trial_image)
        return [
            path("<int:pk>/test/", page, name="genlook_oscar_productlink_test"),
            path("<int:pk>/test/picture/", image, name="genlook_oscar_productlink_test_picture"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def trial_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a test costs, the button that begins it, and what came of the last one."""
        link = _link(request, pk)
        address = reverse("admin:genlook_oscar_productlink_test", args=[pk])
        if request.method == "POST":
            try:
                trial.begin(link.product, request.user)
            except (Refused, PhotoRefused) as refused:
                self.message_user(request, str(refused.message), messages.ERROR)
            else:
                self.log_change(request, link, gettext("Test try-on on the sample person."))
            return HttpResponseRedirect(address)
        product: Any = link.product
        tryon = trial.latest(product)
        if tryon and not tryon.is_final:
            # Whoever asks for one whose time is over ends it.
            progress.of(tryon)
            tryon.refresh_from_db()
        offer = trial.offer(product, request.user)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Test try-on: %(title)s") % {"title": product.get_title()},
            "link": link,
            "offer": offer,
            "cost": _cost(offer),
            "tryon": tryon,
            "has_picture": tryon is not None and tryon.has_result(),
            "under_way": tryon is not None and not tryon.is_final,
            "error": explanation(tryon.error_code) if tryon and tryon.error_code else "",
            "again_after": AGAIN_AFTER,
        }
        return TemplateResponse(request, "admin/genlook_oscar/productlink/trial.html", context)

    def trial_image(self, request: HttpRequest, pk: int) -> FileResponse:
        """The picture of the last test. It shows no shopper, so no look is recorded."""
        tryon = trial.latest(_link(request, pk).product)
        return picture_answer(tryon.result if tryon and tryon.has_result() else None)


def _link(request: HttpRequest, pk: int) -> ProductLink:
    if not request.user.has_perm(MANAGE):
        raise PermissionDenied
    return get_object_or_404(ProductLink.objects.exclude(product=None), pk=pk)


def _cost(offer: trial.Offer) -> str:
    """What it costs, said before."""
    if offer.free:
        return gettext("The same test costs nothing: this very picture exists already.")
    price = price_words(Configuration.load())
    if price:
        words = gettext("It costs 1 credit (%(price)s), which counts in the shop's budget.")
        return words % {"price": price}
    return gettext("It costs 1 credit, which counts in the shop's budget.")
