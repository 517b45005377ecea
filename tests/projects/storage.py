"""A storage without `path`, `get_created_time` and random access, as object storages are."""

import io
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage


class Bucket(Storage):
    """Keeps objects by their names, under names of its own."""

    def __init__(self, folder: str = "media") -> None:
        self.root = Path(settings.HERE) / f"{folder}.bucket"

    def _object(self, name: str) -> Path:
        return self.root / name.replace("/", "%")

    def _open(self, name: str, mode: str = "rb") -> File:
        return File(io.BytesIO(self._object(name).read_bytes()), name=name)

    def _save(self, name: str, content: File) -> str:
        self.root.mkdir(parents=True, exist_ok=True)
        self._object(name).write_bytes(b"".join(content.chunks()))
        return name

    def delete(self, name: str) -> None:
        self._object(name).unlink(missing_ok=True)

    def exists(self, name: str) -> bool:
        return self._object(name).exists()

    def size(self, name: str) -> int:
        return self._object(name).stat().st_size

    def url(self, name: str) -> str:
        return f"/media/{name}"
