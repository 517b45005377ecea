"""Her photos: handed in, listed, shown, deleted."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from ..engine import photos as engine
from ..models import Configuration
from . import own
from .answers import see_other, wants_json
from .base import DeletableByForm, StorefrontView
from .data import photo_data, taken_photo_data
from .intake import look_at, take_photo
from .pictures import picture_answer


class PhotosView(StorefrontView):
    """POST takes in a photo, GET lists hers. JSON only."""

    takes_picture = True

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse({"items": [photo_data(photo) for photo in own.photos(request)]})

    def post(self, request: HttpRequest) -> JsonResponse:
        header = look_at(request.FILES.get("photo"))
        photo = take_photo(request, header, Configuration.load())
        return JsonResponse(taken_photo_data(photo), status=201)


class PhotoView(DeletableByForm):
    """DELETE erases a photo: here now, at Genlook by a task."""

    def delete(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        engine.delete(own.photo(request, pk))
        if wants_json(request):
            return HttpResponse(status=204)
        messages.success(request, _("Your photo has been deleted."))
        return see_other("genlook_oscar:tryons")


class PhotoImageView(StorefrontView):
    """The photo as we keep it."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        photo = own.photo(request, pk)
        return picture_answer(
            request, photo.file, name="photo", version=photo.pk.hex, expires_at=photo.expires_at
        )
