"""The flow that Genlook documents, done well: what a shop has without this package.

The photo is uploaded once, the try-on sent by reference, an unknown product registered and
the try-on sent again, the generation asked for every 2 s, and the picture downloaded. It runs
as a django-q2 task, which holds a worker until the picture is there. After a 429 it waits
2 s and asks again. It keeps its state in the same table, so that both are read alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse, JsonResponse

from genlook_oscar import clock
from genlook_oscar.api import (
    Client,
    GenerationStatus,
    ImageFile,
    PersonById,
    ProductReference,
    ProductUnknown,
    RateLimited,
    RetryPolicy,
    TryOnRequest,
)
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.catalogue.payload import upsert
from genlook_oscar.conf import conf
from genlook_oscar.models import Photo, TryOn
from genlook_oscar.models.tryon import result_path
from genlook_oscar.shopper import identity

POLL_SECONDS = 2.0
MAX_BYTES = 25 * 1024 * 1024

Answer = TypeVar("Answer")


def click(shopper: Any, product: Any, photo: Photo) -> TryOn:
    """Ask for a try-on: one row, one task."""
    from django_q.tasks import async_task

    tryon = TryOn.objects.create(
        shopper=shopper,
        photo=photo,
        product=product,
        link=link_for(product),
        product_title=product.title,
        deadline_at=clock.now() + timedelta(hours=1),
    )
    async_task("bench.documented.make", str(tryon.pk), q_options={"save": False})
    return tryon


def make(pk: str) -> None:
    """The task: from the photo to the picture."""
    tryon = TryOn.objects.select_related("photo", "shopper", "link__product").get(pk=pk)
    with Client(conf.api_key, conf.base_url, retry=RetryPolicy.none()) as client:
        image_id = _image_id(client, tryon)
        request = TryOnRequest(
            product=ProductReference(external_id=tryon.link.external_id),  # type: ignore[union-attr]
            person=PersonById(image_id=image_id),
            external_user_id=tryon.shopper.external_user_id,
        )
        try:
            generation = _patiently(lambda: client.create_try_on(request))
        except ProductUnknown:
            payload = upsert(tryon.link)  # type: ignore[arg-type]
            _patiently(lambda: client.upsert_product(payload))
            generation = _patiently(lambda: client.create_try_on(request))
        TryOn.objects.filter(pk=pk).update(
            status=TryOn.Status.GENERATING,
            generation_id=generation.generation_id,
            accepted_at=clock.now(),
        )
        generation_id = generation.generation_id
        while generation.status is not GenerationStatus.COMPLETED:
            clock.sleep(POLL_SECONDS)
            generation = _patiently(lambda: client.generation(generation_id))
            if generation.status is GenerationStatus.FAILED:
                TryOn.objects.filter(pk=pk).update(status=TryOn.Status.FAILED)
                return
        picture = client.download(generation.result_image_url or "", max_bytes=MAX_BYTES)
    name = tryon.result.storage.save(result_path(tryon, ""), ContentFile(picture.content))
    TryOn.objects.filter(pk=pk).update(
        status=TryOn.Status.COMPLETED, result=name, finished_at=clock.now()
    )


def _image_id(client: Client, tryon: TryOn) -> str:
    photo = tryon.photo
    assert photo
    if photo.image_id:
        return photo.image_id
    with photo.file.open("rb") as file:
        image = ImageFile(content=file.read(), filename="me.jpg", content_type="image/jpeg")
    uploaded = _patiently(lambda: client.upload_image(image))
    Photo.objects.filter(pk=photo.pk).update(image_id=uploaded.image_id)
    return uploaded.image_id


def _patiently(call: Callable[[], Answer]) -> Answer:
    while True:
        try:
            return call()
        except RateLimited:
            clock.sleep(POLL_SECONDS)


def click_view(request: HttpRequest) -> HttpResponse:
    """The least that a shop's answer to the click can do: whose photo is it, one row, one task."""
    from oscar.core.loading import get_model

    fields = json.loads(request.body)
    mine = Photo.objects.filter(identity.shopper_filter(request)).select_related("shopper")
    photo = mine.get(pk=fields["photo"])
    product = get_model("catalogue", "Product").objects.get(pk=fields["product"])
    tryon = click(photo.shopper, product, photo)
    return JsonResponse({"id": str(tryon.pk), "status": tryon.status}, status=202)


def status_view(request: HttpRequest, pk: Any) -> HttpResponse:
    """The least that a status call can do: is it hers, and how far is it."""
    tryon = TryOn.objects.filter(identity.shopper_filter(request)).get(pk=pk)
    return JsonResponse({"id": str(tryon.pk), "status": tryon.status})
