"""Where photos and results lie: never under a folder that a web server serves."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.functional import LazyObject, empty

from ..conf import conf

ALIAS = "genlook"


class PrivateFolder(FileSystemStorage):
    """A folder whose files have no address, readable by the shop's own user only."""

    def __init__(self) -> None:
        super().__init__(
            location=conf.private_root,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )

    def url(self, name: str | None) -> str:
        """Raises: what is here is served by views that look at who asks."""
        raise ValueError("Private pictures have no public address.")


def is_writable(folder: Path) -> bool:
    """Whether this process may write to a folder, or make it where it does not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def private_is_writable() -> bool:
    """Whether this process may write to private storage; True for one that is no folder."""
    try:
        storage = _private()
    except Exception:
        # Not set, or not to be set up: the system checks say so.
        return False
    return not isinstance(storage, FileSystemStorage) or is_writable(Path(storage.location))


def _private() -> Storage:
    return storages[ALIAS] if ALIAS in settings.STORAGES else PrivateFolder()


class _Private(LazyObject):
    # A model's field asks what this is while the models are loaded: a project that has no place
    # for pictures must come as far as the system check that tells it so.
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return Storage if self._wrapped is empty else self._wrapped.__class__

    def _setup(self) -> None:
        self._wrapped = _private()


def private_storage() -> Storage:
    """Return the storage `STORAGES["genlook"]`, else a folder, `GENLOOK_PRIVATE_ROOT`.

    It is set up at first use, so that a project without the setting can still start
    and be told by a system check.
    """
    return _Private()  # type: ignore[return-value]
