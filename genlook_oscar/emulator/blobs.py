"""Picture bytes, on disk and not in memory, gone when nobody holds them any more."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
import threading
import weakref
from pathlib import Path


class Blob:
    """Bytes that were stored; the file goes when the last holder lets go."""

    def __init__(self, path: Path, content_type: str, digest: str) -> None:
        self._path = path
        self.content_type = content_type
        self.digest = digest
        weakref.finalize(self, _remove, path)

    def read(self) -> bytes:
        """The bytes."""
        return self._path.read_bytes()


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def digest_of(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


class BlobStore:
    """Stores bytes once, however many hold them."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(
            prefix="genlook-emulator-", ignore_cleanup_errors=True
        )
        self._numbers = itertools.count()
        self._known: weakref.WeakValueDictionary[str, Blob] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def put(self, content: bytes, content_type: str) -> Blob:
        """Store ``content``, or find it if it is stored already."""
        digest = digest_of(content)
        with self._lock:
            blob = self._known.get(digest)
            if blob is not None:
                return blob
            # A number of its own, so that a dying blob of the same content cannot
            # take the new file with it.
            path = Path(self._folder.name) / f"{next(self._numbers)}.bin"
            path.write_bytes(content)
            blob = self._known[digest] = Blob(path, content_type, digest)
            return blob

    def close(self) -> None:
        """Remove the folder with all that is left."""
        self._folder.cleanup()
