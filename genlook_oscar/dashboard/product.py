"""The try-on page of one product in Oscar's dashboard: how it stands, what Genlook gets."""

import io
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import View
from oscar.core.loading import get_class, get_model
from PIL import Image

from ..catalogue.content import content_of
from ..catalogue.eligibility import verdict
from ..catalogue.links import link_for
from ..catalogue.noticing import note_changed, note_links
from ..catalogue.pictures import Unreadable, picture_file
from ..catalogue.rules import deciding_rule
from ..engine import wishes
from ..engine.catalogue import explained
from ..models import BLOCKING, ProductLink, Ready
from ..pictures import SOMEONE_WAITS, Busy
from .permissions import sees_all
from .product_form import ProductForm

PartnerProductFilterMixin: Any = get_class(
    "dashboard.catalogue.mixins", "PartnerProductFilterMixin"
)
WISHES = {
    "register": (ProductLink.Wanted.REGISTER, gettext_lazy("To be registered.")),
    "refresh": (ProductLink.Wanted.REFRESH, gettext_lazy("To be sent again.")),
    "forget": (ProductLink.Wanted.FORGET, gettext_lazy("To be forgotten.")),
}


@dataclass(frozen=True)
class Preview:
    """One picture as it is sent: what there is to say of it, or why it is left out."""

    number: int
    image: Any
    size: str = ""
    problem: str = ""


class OwnProductMixin(PartnerProductFilterMixin):
    """Finds a product that this user may manage: a partner's users only their own."""

    request: HttpRequest

    def get_product(self, pk: Any) -> Any:
        """The product, or 404."""
        products = get_model("catalogue", "Product").objects.select_related("parent")
        if not sees_all(self.request.user):
            products = self.filter_queryset(products)
        return get_object_or_404(products, pk=pk)


@method_decorator(never_cache, name="dispatch")
class ProductView(OwnProductMixin, View):
    """State, settings and preview."""

    template_name = "genlook_oscar/dashboard/product.html"
    form_class = ProductForm

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        link = self._link(pk)
        return self._page(link, self.form_class(link))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        link = self._link(pk)
        action = request.POST.get("action", "")
        if action in WISHES:
            self._wish(link, action)
        elif action == "look":
            note_links(ProductLink.objects.filter(pk=link.pk))
            messages.success(request, _("The product will be looked at within minutes."))
        else:
            form = self.form_class(link, request.POST)
            if not form.is_valid():
                return self._page(link, form)
            self._save(link, form)
        return redirect(request.path)

    def _link(self, pk: int) -> ProductLink:
        product = self.get_product(pk)
        link = link_for(product)
        link.product = product
        return link

    def _save(self, link: ProductLink, form: ProductForm) -> None:
        values = form.changes()
        if not values:
            messages.info(self.request, _("Nothing was changed."))
            return
        # These fields and no others: workers write to the same row.
        ProductLink.objects.filter(pk=link.pk).update(**values)
        if "pictures" in values:
            note_changed(link.product_id)
        told = {
            "enabled": _("Can be tried on"),
            "external_id": "externalId",
            "pictures": _("Pictures"),
        }
        changed = [str(word) for name, word in told.items() if name in values]
        words = _("Changed: %(fields)s.") % {"fields": ", ".join(changed)}
        self._record(link, words)
        messages.success(self.request, words)

    def _wish(self, link: ProductLink, action: str) -> None:
        wanted, words = WISHES[action]
        wishes.wish_everywhere(ProductLink.objects.filter(pk=link.pk), wanted)
        wishes.start_everywhere()
        self._record(link, str(words))
        messages.success(self.request, _("A worker does it as soon as a request can be spared."))

    def _record(self, link: ProductLink, words: str) -> None:
        LogEntry.objects.log_actions(str(self.request.user.pk), [link], CHANGE, words)

    def _page(self, link: ProductLink, form: ProductForm) -> HttpResponse:
        product = link.product
        content = content_of(product)
        ready = dict(Ready.choices)
        context = {
            "product": product,
            "link": link,
            "form": form,
            "content": content,
            "pictures": [preview(image, number) for number, image in enumerate(content.images)],
            "verdict": verdict(product),
            "rule": deciding_rule(product),
            "ready": capfirst(str(link.get_ready_code_display())),
            "blocked": link.ready_code in BLOCKING,
            "reasons": [str(ready.get(code, code)) for code in link.ready_reasons],
            "error": explained(link.error_code),
            "variants": self._variants(product),
        }
        return render(self.request, self.template_name, context)

    def _variants(self, product: Any) -> list[Any]:
        if not product.is_parent:
            return []
        return list(product.children.select_related("genlook_link").order_by("pk"))


@method_decorator(never_cache, name="dispatch")
class PictureView(OwnProductMixin, View):
    """One picture, byte for byte as it is sent."""

    def get(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        images = content_of(self.get_product(pk)).images
        if number >= len(images):
            raise Http404
        try:
            file = picture_file(images[number], number, SOMEONE_WAITS)
        except (Unreadable, Busy):
            raise Http404 from None
        response = HttpResponse(file.content, content_type=file.content_type)
        response["X-Content-Type-Options"] = "nosniff"
        return response


def preview(image: Any, number: int) -> Preview:
    """What is sent of a picture. Reads its file."""
    try:
        file = picture_file(image, number, SOMEONE_WAITS)
    except Unreadable as error:
        return Preview(number, image, problem=str(error))
    except Busy:
        return Preview(
            number, image, problem=_("cannot be looked at just now; load the page again")
        )
    with Image.open(io.BytesIO(file.content)) as picture:
        width, height = picture.size
    size = _("%(width)d × %(height)d pixels, %(kilobytes)d kB")
    told = {"width": width, "height": height, "kilobytes": max(len(file.content) // 1000, 1)}
    return Preview(number, image, size=size % told)
