"""Where a result comes from, told by the files themselves.

The result is for the page, which says over it that AI made it. Whatever leaves the page says
so by itself: in its pixels, in its metadata, and by a signature where the shop has one.
"""

import io
from dataclasses import dataclass, field

from .. import logs, pictures
from ..models import Configuration
from ..shopper.files import DOWNLOAD, ORIGINAL
from . import credentials, visible

logger = logs.logger(__name__)

MAX_PIXELS = 40_000_000
"""Bound of a result. Its size is not documented; this is far above any sample."""
JPEG_QUALITY = 92
DIGITAL_SOURCE_TYPE = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
"""IPTC's term for a photo that a trained model has changed; the machine-readable mark that
the EU's AI Act, article 50, asks for."""
XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="{DIGITAL_SOURCE_TYPE}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()
SERVED = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "AVIF": "image/avif"}
"""The kinds of file that are handed out as they came: every browser shows them."""
LONG_SIDE = 4096
"""Pixels at most of the picture that words are put on: with 4 bytes each, 67 MB in a worker. Far
above any sample; a larger one is scaled down."""


@dataclass(frozen=True)
class Provenance:
    """What goes into storage beside a result, by the ending of its name; the MIME type of
    the original (empty: it is not kept), and whether it carries credentials."""

    files: dict[str, bytes] = field(default_factory=dict)
    original: str = ""
    credentials: bool = False


def of(content: bytes, result: bytes, language: str) -> Provenance:
    """Make what lies beside a result: `content` is the file as Genlook sent it, `result` what
    was made of it for the page (a JPEG file), which proves that it decodes to its end.

    `language` is the one of the words in the pixels. A picture that cannot be signed is handed
    out without a signature, and the log says so. Raises `pictures.Refused` and `pictures.Busy`.
    """
    kind = SERVED.get(pictures.sniff(content) or "", "")
    corner = Configuration.load().ai_mark
    files = {ORIGINAL: content} if kind else {}
    handed_out = result
    if corner != Configuration.AiMark.OFF:
        handed_out = _with_words(content, corner, language)
    if credentials.wanted() and kind:
        try:
            handed_out = credentials.signed(handed_out, content, kind, DIGITAL_SOURCE_TYPE)
        except credentials.NotSigned as error:
            logger.error("A result is handed out without the shop's signature: %s.", error)
    if handed_out is not result:
        files[DOWNLOAD] = handed_out
    return Provenance(files, kind, bool(kind) and credentials.carried(content))


def _with_words(content: bytes, corner: str, language: str) -> bytes:
    picture = pictures.decode(content, long_side=LONG_SIDE, max_pixels=MAX_PIXELS)
    visible.draw(picture, corner, language)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True, xmp=XMP)
    return out.getvalue()
