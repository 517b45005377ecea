"""Beginning a try-on on a page of its own, which works without script."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from ..models import Configuration, Photo
from ..shopper.quality import WARNINGS
from . import elsewhere
from .answers import Problem, see_other
from .base import StorefrontView
from .data import tryon_url
from .forms import NewTryOnForm
from .intake import agrees, look_at, start, take_photo
from .room import enter, register, room_context

FIELDS = {"photo_not_found": "photo_file", "consent_needed": "consent"}
"""Where on the form a problem is told, by code; at its top where no field is named."""


class NewTryOnView(StorefrontView):
    """GET shows the form; POST takes the photo, begins the try-on and leads to its page."""

    takes_picture = True
    template = "genlook_oscar/tryon_new.html"

    def get(self, request: HttpRequest, product_pk: int) -> HttpResponseBase:
        context = room_context(request, *enter(request, product_pk))
        register(context)
        return self.page(request, context, self.form(context))

    def post(self, request: HttpRequest, product_pk: int) -> HttpResponseBase:
        product, answer = enter(request, product_pk)
        form = self.form(room_context(request, product, answer), request)
        form.is_valid()
        photo = self.photo(request, form, answer.configuration)
        if photo and not form.errors:
            try:
                accepted = start(request, request.POST, form.cleaned_data["product"], photo)
            except Problem as problem:
                form.add_error(FIELDS.get(problem.code), str(problem.message))
            else:
                response = see_other(tryon_url(accepted.tryon))
                elsewhere.remember(response, accepted.tryon)
                return response
        # Built again: the photo that was just taken in is one of theirs now, so that another
        # mistake in the form does not cost them the upload.
        context = room_context(request, product, answer)
        context["agreed"] = agrees(request.POST, answer.configuration)
        return self.page(request, context, form, photo)

    def form(self, context: dict[str, Any], request: HttpRequest | None = None) -> NewTryOnForm:
        """The form for a product or its variants, bound to the request's fields if given."""
        products = [variant.pk for variant in context["variants"]] or [context["product"].pk]
        data = (request.POST, request.FILES) if request else ()
        return NewTryOnForm(*data, products=products)

    def photo(
        self, request: HttpRequest, form: NewTryOnForm, configuration: Configuration
    ) -> UUID | None:
        """The photo to use: the file that came, taken in now, else the one she chose. None
        when there is none, which the form then says. What speaks against a new one is said
        once: it is among hers when she sends the form again."""
        uploaded = request.FILES.get("photo_file")
        if uploaded is not None:
            try:
                taken = take_photo(request, look_at(uploaded), configuration)
            except Problem as problem:
                form.add_error(FIELDS.get(problem.code, "photo_file"), str(problem.message))
                if problem.status == 503:
                    form.add_error("photo_file", _("Please choose it again below."))
                return None
            for code in taken.warnings:
                form.add_error("photo_file", str(WARNINGS[code]))
            if taken.warnings:
                anyway = _("To use it all the same, send the form again.")
                form.add_error("photo_file", anyway)
            return taken.pk
        try:
            return UUID(request.POST.get("photo", ""))
        except ValueError:
            form.add_error("photo_file", _("Choose a photo first."))
            return None

    def page(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        form: NewTryOnForm,
        photo: UUID | None = None,
    ) -> HttpResponseBase:
        """The form with what she has chosen so far."""
        photos: list[Photo] = context["photos"]
        chosen = photo or (photos[0].pk if photos else None)
        product = str(form["product"].value() or "")
        known = {str(variant.pk) for variant in context["variants"]}
        if product not in known and context["variants"]:
            product = str(context["variants"][0].pk)
        context |= {
            "page_title": _("Try on: %(title)s") % {"title": context["product_title"]},
            "form": form,
            "chosen_photo": chosen,
            "chosen_product": product,
        }
        return render(request, self.template, context)
