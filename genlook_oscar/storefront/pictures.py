"""A private picture, sent to its owner."""

from datetime import datetime

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from .. import clock
from .answers import not_found

KEEP_SECONDS = 3600
"""How long the owner's own browser may keep a picture; never beyond the picture's time."""
KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def picture_answer(
    request: HttpRequest,
    file: FieldFile,
    *,
    name: str,
    version: str,
    expires_at: datetime,
    keep: int = KEEP_SECONDS,
) -> HttpResponseBase:
    """Return the picture, or 304 when the browser holds this `version`.

    `name` is the file's name on download, without its ending; a browser may show the
    picture for `keep` seconds without asking again. Raises `Problem` (404) when the file is
    gone.
    """
    etag = f'"{version}"'
    unchanged: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    response = unchanged or _whole(file, name)
    rest = int((expires_at - clock.now()).total_seconds())
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"private, max-age={max(0, min(rest, keep))}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _whole(file: FieldFile, name: str) -> FileResponse:
    try:
        handle = file.storage.open(file.name or "", "rb")
    except OSError:
        raise not_found() from None
    start = handle.read(4)
    handle.seek(0)
    kind = next((kind for magic, kind in KINDS.items() if start.startswith(magic)), None)
    if kind is None:
        handle.close()
        raise not_found()
    return FileResponse(handle, content_type=kind, filename=f"{name}.{ENDINGS[kind]}")
