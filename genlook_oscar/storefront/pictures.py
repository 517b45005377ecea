"""A private picture, sent to its owner."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files import File
from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from .. import clock
from ..engine import keeping
from ..models import TryOn
from ..pictures import sniff
from ..shopper.files import beside
from .answers import Problem, not_found

KEEP_SECONDS = 3600
"""How long the owner's own browser may keep a picture; never beyond the picture's time."""
KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "AVIF": "image/avif"}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/avif": "avif"}


def picture_answer(
    request: HttpRequest,
    file: FieldFile,
    *,
    name: str,
    version: str,
    expires_at: datetime,
    keep: int = KEEP_SECONDS,
    endings: Sequence[str] = ("",),
) -> HttpResponseBase:
    """Return the picture, or 304 when the browser holds this `version`.

    `name` is the file's name on download, without its ending; a browser may show the
    picture for `keep` seconds without asking again. Of what lies beside the file, the first of
    these `endings` that is there is sent; empty is the file itself. Raises `Problem` (404)
    when none is left.
    """
    etag = f'"{version}"'
    unchanged: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    stored = [beside(file.name or "", ending) if ending else file.name or "" for ending in endings]
    try:
        response = unchanged or _whole(file.storage, stored, name)
    except Problem:
        if isinstance(file.instance, TryOn):
            keeping.lost(file.instance)
        raise
    rest = int((expires_at - clock.now()).total_seconds())
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"private, max-age={max(0, min(rest, keep))}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _whole(storage: Storage, stored: Sequence[str], name: str) -> FileResponse:
    handle = next((opened for one in stored if (opened := _opened(storage, one))), None)
    if handle is None:
        raise not_found()
    kind = KINDS.get(sniff(handle.read(256)) or "")
    handle.seek(0)
    if kind is None:
        handle.close()
        raise not_found()
    return FileResponse(handle, content_type=kind, filename=f"{name}.{ENDINGS[kind]}")


def _opened(storage: Storage, name: str) -> File | None:
    try:
        return storage.open(name, "rb")
    except OSError:
        return None
