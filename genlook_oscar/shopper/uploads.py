"""A photo while it arrives: kept in memory, and next to nothing of what is none."""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from ..conf import conf
from ..pictures import kinds, sniff

FIELDS = ("photo", "photo_file")
HEAD = 256
"""Bytes by which a format is told (`pictures.sniff`)."""


class PhotoHandler(FileUploadHandler):
    """Keeps the one photo of a request as long as it may become one: of a file that begins as
    none the first bytes, of one that is too large a byte more than is taken, which is what
    they are refused by. The rest is read past, so that a browser reads the answer.

    Never on a disk, where a web server that is killed would leave it. All of it has to be in
    memory to be looked at anyway.
    """

    chunk_size = 1024 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._kept: io.BytesIO | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._kept is not None or self.field_name not in FIELDS:
            raise SkipFile
        self._kept = io.BytesIO()
        self._most = HEAD

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._kept is not None
        room = self._most - self._kept.tell()
        self._kept.write(raw_data[:room] if room < len(raw_data) else raw_data)
        if self._most == HEAD == self._kept.tell() and sniff(self._kept.getvalue()) in kinds():
            self._most = conf.max_photo_bytes + 1
            self._kept.write(raw_data[room : room + self._most - HEAD])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        assert self._kept is not None
        self._kept.seek(0)
        return InMemoryUploadedFile(
            self._kept,
            self.field_name,
            str(self.file_name),
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )


def receive(request: HttpRequest) -> None:
    """Have the photo of a request received by `PhotoHandler`, unless middleware of the project's
    has had the body read already."""
    if not hasattr(request, "_files"):
        request.upload_handlers = [PhotoHandler(request)]
