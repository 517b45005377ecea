"""Where photos and results lie: never under a folder that a web server serves."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.functional import LazyObject

from ..conf import conf

ALIAS = "genlook"


class _Private(LazyObject):
    def _setup(self) -> None:
        if ALIAS in settings.STORAGES:
            self._wrapped = storages[ALIAS]
        else:
            self._wrapped = FileSystemStorage(
                location=conf.private_root, file_permissions_mode=0o600, base_url=None
            )


def private_storage() -> Storage:
    """Return the storage `STORAGES["genlook"]`, else a folder, `GENLOOK_PRIVATE_ROOT`.

    It is set up at first use, so that a project without the setting can still start
    and be told by a system check.
    """
    return _Private()  # type: ignore[return-value]
