"""Where photos and results lie: never under a folder that a web server serves."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.functional import LazyObject

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


class _Private(LazyObject):
    def _setup(self) -> None:
        self._wrapped = storages[ALIAS] if ALIAS in settings.STORAGES else PrivateFolder()


def private_storage() -> Storage:
    """Return the storage `STORAGES["genlook"]`, else a folder, `GENLOOK_PRIVATE_ROOT`.

    It is set up at first use, so that a project without the setting can still start
    and be told by a system check.
    """
    return _Private()  # type: ignore[return-value]
