"""The files of private storage: deleting them, and finding those that no row names."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.core.files.storage import Storage
from django.db.models import Model

from .. import logs
from ..models import Photo, TryOn

logger = logs.logger(__name__)

FOLDERS: dict[str, tuple[type[Model], str]] = {
    "photos": (Photo, "file"),
    "results": (TryOn, "result"),
}
OUR_FILE = re.compile(
    r"((?:photos|results)/([0-9a-f]{2})/\2[0-9a-f]{30})(?:\.jpg|\.original|\.download\.jpg)"
)
ORIGINAL, DOWNLOAD = ".original", ".download.jpg"
"""What lies beside a result: the file as Genlook sent it, and the one that is handed out. The
row names the result alone; their names follow from its own, so that they go where it goes."""
BATCH = 500


def beside(name: str, ending: str) -> str:
    """The name of what lies beside a result of this name."""
    return name.removesuffix(".jpg") + ending


def delete(name: str) -> bool:
    """Delete a file of private storage and what lies beside it; False, and a line in the
    log, when any of that fails. A file that is gone already counts as deleted."""
    names = [name]
    if name.startswith("results/"):
        # The row's own last: while that is left, the deletion is due again.
        names = [beside(name, ORIGINAL), beside(name, DOWNLOAD), name]
    return all(_delete_one(each) for each in names)


def _delete_one(name: str) -> bool:
    try:
        _storage().delete(name)
    except Exception:
        logger.exception("A picture could not be deleted from private storage.")
        return False
    return True


def delete_strays(before: datetime) -> int:
    """Delete the pictures that no row names and that were written before a moment; return
    how many. They are left by a process that dies, or a transaction that is rolled back,
    between writing a file and its row.

    Call it with now less the configuration's days: so the promise to delete by then is
    kept for them too, and a storage that two copies of a shop share by mistake loses
    nothing that either should still have. Other files than ours are never touched.
    """
    deleted = 0
    for folder, (model, field) in FOLDERS.items():
        names = _old_files(folder, before)
        while batch := list(islice(names, BATCH)):
            owners = {name: _owner(name) for name in batch}
            rows = model._default_manager.filter(**{f"{field}__in": set(owners.values())})
            named = set(rows.values_list(field, flat=True))
            deleted += sum(
                _delete_one(name) for name, owner in owners.items() if owner not in named
            )
    return deleted


def _owner(name: str) -> str:
    """The name that a row has of this file, or of the one that it lies beside."""
    known = OUR_FILE.fullmatch(name)
    return f"{known[1]}.jpg" if known else name


def _old_files(folder: str, before: datetime) -> Iterator[str]:
    storage = _storage()
    for part in _listed(storage, folder)[0]:
        for file in _listed(storage, f"{folder}/{part}")[1]:
            name = f"{folder}/{part}/{file}"
            if OUR_FILE.fullmatch(name) and _written_before(storage, name, before):
                yield name


def _listed(storage: Storage, path: str) -> tuple[list[str], list[str]]:
    try:
        return storage.listdir(path)
    except (FileNotFoundError, NotImplementedError):
        return [], []


def _written_before(storage: Storage, name: str, before: datetime) -> bool:
    try:
        return storage.get_modified_time(name) < before
    except (FileNotFoundError, NotImplementedError):
        return False


def _storage() -> Storage:
    return Photo._meta.get_field("file").storage
