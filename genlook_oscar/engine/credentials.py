"""Content credentials (C2PA): the shop's own signature on a picture that it made anew.

With the extra `c2pa` and a certificate of the shop's. What Genlook sent is named as the picture's
parent, together with whatever credentials it carries.
"""

import io
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from .. import __version__
from ..conf import conf


class NotSigned(Exception):
    """A picture could not be signed. The text names no path and quotes no file."""


def wanted() -> bool:
    """Whether the shop has named a certificate and a key."""
    return bool(conf.c2pa_certificate and conf.c2pa_key)


def fault() -> str:
    """What keeps the shop from signing, as a sentence; empty where nothing does, or where it
    does not want to."""
    if bool(conf.c2pa_certificate) != bool(conf.c2pa_key):
        return "of certificate and key, only one is set."
    if not wanted():
        return ""
    picture = io.BytesIO()
    Image.new("RGB", (16, 16)).save(picture, "JPEG")
    try:
        signed(picture.getvalue(), picture.getvalue(), "image/jpeg", "")
    except NotSigned as error:
        return f"{error}."
    return ""


def signed(picture: bytes, original: bytes, kind: str, source_type: str) -> bytes:
    """Return a JPEG file with credentials that name the file `original`, of the MIME type
    `kind`, as what it was made from, and IPTC's `source_type` as how. Raises `NotSigned`.

    Takes some 20 ms. Asks nobody on the network: neither for a credential that a file keeps
    elsewhere, nor for a certificate's revocation.
    """
    library = _library()
    if library is None:
        raise NotSigned("the extra c2pa is not installed")
    try:
        info = library.C2paSignerInfo(
            conf.c2pa_algorithm,
            Path(conf.c2pa_certificate).read_bytes(),
            Path(conf.c2pa_key).read_bytes(),
            None,
        )
        out = io.BytesIO()
        with (
            library.Context.from_dict(SETTINGS) as context,
            library.Signer.from_info(info) as signer,
            library.Builder(_manifest(source_type), context) as builder,
        ):
            builder.set_intent(library.C2paBuilderIntent.EDIT)
            parent = {"title": "original", "relationship": "parentOf"}
            builder.add_ingredient(parent, kind, io.BytesIO(original))
            builder.sign(signer, "image/jpeg", io.BytesIO(picture), out)
    except OSError as error:
        raise NotSigned(f"certificate or key cannot be read ({error.strerror})") from None
    except Exception as error:
        # The library's own errors; their text may quote what it was given.
        raise NotSigned(type(error).__name__.strip("_")) from None
    return out.getvalue()


def carried(content: bytes) -> bool:
    """Whether a file seems to carry credentials: the box that they are kept in is there."""
    return b"jumb" in content and b"c2pa" in content


SETTINGS: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}


def _manifest(source_type: str) -> dict[str, Any]:
    action = {"action": "c2pa.edited"}
    if source_type:
        action["digitalSourceType"] = source_type
    return {
        "claim_generator_info": [{"name": "genlook_oscar", "version": __version__}],
        "format": "image/jpeg",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }


@cache
def _library() -> Any:
    # Loaded where pictures are signed, and nowhere else: it brings 23 MB of machine code.
    try:
        import c2pa
    except ImportError:
        return None
    return c2pa
