"""A picture shown to others: the link that its owner makes, and the page behind it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ..catalogue.eligibility import verdict
from ..models import Configuration, Share
from ..shopper import sharing
from ..shopper.files import DOWNLOAD
from . import own
from .answers import Problem, not_found, see_other, wants_json
from .base import DeletableByForm, StorefrontView
from .data import download_name, moment, tryon_url
from .pictures import picture_answer
from .product import is_public
from .words import ai_label, button_label, disclaimer


def share_url(request: HttpRequest, share: Share | None) -> str | None:
    """The whole address behind which others see the picture; None when it is not shared."""
    if share is None:
        return None
    return request.build_absolute_uri(reverse("genlook_oscar:shared", args=[share.token]))


class ShareView(DeletableByForm):
    """POST makes the link to her picture, or gives the one there is; DELETE ends it."""

    def post(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("_method"):
            return super().post(request, pk=pk)
        tryon = own.tryon(request, pk)
        if not Configuration.load().sharing:
            raise Problem("sharing_off", _("This shop does not offer sharing."), 403)
        share = sharing.share(tryon)
        if share is None:
            raise not_found()
        if wants_json(request):
            body = {"url": share_url(request, share), "expires_at": moment(tryon.expires_at)}
            return JsonResponse(body, status=201)
        return see_other(f"{tryon_url(tryon)}#share")

    def delete(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponseBase:
        tryon = own.tryon(request, pk)
        sharing.take_back(tryon)
        if wants_json(request):
            return HttpResponse(status=204)
        messages.success(request, _("The link does not work any more."))
        return see_other(tryon_url(tryon))


class OpenToAll(StorefrontView):
    """What whoever has the token may see, while the shop allows sharing."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # The token stands in the address: no other site learns it from a link or a picture.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, noarchive"
        return response

    def find(self, token: str) -> tuple[Any, Configuration]:
        """The shared try-on and the configuration. Raises `Problem` (404)."""
        configuration = Configuration.load()
        tryon = sharing.shared(token) if configuration.sharing else None
        if tryon is None:
            raise not_found()
        return tryon, configuration


class SharedView(OpenToAll):
    """The page with the picture. It names the product and nobody."""

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        tryon, configuration = self.find(token)
        product = tryon.product
        shown = product is not None and is_public(product)
        offered = shown and verdict(product, configuration, user=request.user).shown
        context = {
            "page_title": tryon.product_title,
            "image_url": reverse("genlook_oscar:shared_image", args=[token]),
            "expires_at": tryon.expires_at,
            "product_title": tryon.product_title,
            "product_url": product.get_absolute_url() if shown else None,
            "new_url": reverse("genlook_oscar:new", args=[product.pk]) if offered else None,
            "button_label": button_label(configuration),
            "disclaimer": disclaimer(configuration),
            "ai_label": ai_label(configuration),
        }
        return render(request, "genlook_oscar/shared.html", context)


class SharedImageView(OpenToAll):
    """The shared picture. Asked for anew each time, so that the link ends when it ends."""

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        tryon, _configuration = self.find(token)
        return picture_answer(
            request,
            tryon.result,
            name=download_name(tryon).removesuffix(".jpg"),
            version=token,
            expires_at=tryon.expires_at,
            keep=0,
            endings=(DOWNLOAD, ""),
        )
