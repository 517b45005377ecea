"""Pictures that are taken, whatever form they come in, and the colours that must come out.

Colours are sRGB, of flat fields, so that what compression does at edges is no matter.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from genlook_oscar.pictures import profiles

from . import making as make
from .making import Maker

Colour = tuple[int, int, int]
SIZE = (400, 600)
SAND, MOSS, WINE, PLUM = (214, 180, 140), (92, 122, 74), (140, 40, 52), (96, 60, 110)
"""Colours of clothes that all three spaces have."""
WHITE = (255, 255, 255)
BLACK = (0, 0, 0)


def quarters(
    colours: tuple[Colour, ...] = (SAND, MOSS, WINE, PLUM), mode: str = "RGB"
) -> Image.Image:
    """A picture that looks different from every side: a colour in each corner."""
    width, height = SIZE
    image = Image.new("RGB", SIZE, colours[0])
    image.paste(colours[1], (width // 2, 0, width, height // 2))
    image.paste(colours[2], (0, height // 2, width // 2, height))
    image.paste(colours[3], (width // 2, height // 2, width, height))
    return image.convert(mode)


@dataclass(frozen=True)
class Good:
    """What is made, and the colours of its upright quarters: upper left, upper right, lower
    left, lower right."""

    make: Maker
    colours: tuple[Colour, ...] = (SAND, MOSS, WINE, PLUM)
    size: tuple[int, int] = SIZE
    by: int = 2
    """Of 255: how far a colour may be off."""
    kind: str = field(default="JPEG")


def in_space(profile: bytes) -> Image.Image:
    """The quarters as the numbers that mean the same colours in another space."""
    srgb = ImageCms.createProfile("sRGB")
    space = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.profileToProfile(quarters(), srgb, space)  # type: ignore[return-value]


def _turned(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    # What undoes the turn of the standard's tag gives the upright picture.
    undone = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    image = quarters()
    if undone is not None:
        image = image.transpose(Image.Transpose(undone))
    return make.encoded(image, kind, exif=exif.tobytes(), **_best(kind))


def _best(kind: str) -> dict[str, object]:
    """Options of an encoder with which flat colours stay as they are."""
    return {
        "JPEG": {"subsampling": 0, "quality": 97},
        "PNG": {},
        "WEBP": {"lossless": True},
        "HEIF": {"quality": -1, "chroma": 444},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    }[kind]


def _profiled(kind: str, profile: bytes) -> bytes:
    image = in_space(profile)
    image.info["icc_profile"] = profile
    options = _best(kind) if kind == "HEIF" else {**_best(kind), "icc_profile": profile}
    return make.encoded(image, kind, **options)


def _numbered(kind: str, primaries: int, transfer: int) -> bytes:
    """In a colour space that is named by its numbers in a `nclx` box."""
    profile = profiles.coded(primaries, transfer)
    image = in_space(profile) if profile else quarters()
    image.info.pop("icc_profile", None)
    file = make.encoded(image, kind, **_best(kind))
    return make.changed(file, file.index(b"nclx") + 4, struct.pack(">HH", primaries, transfer))


def _deep_png(colour: int) -> bytes:
    """16 bits a channel; the low bits say what the high ones do not."""
    rows = bytearray()
    for y in range(SIZE[1]):
        rows.append(0)
        for x in (0, 1):
            shade = (SAND, MOSS, WINE, PLUM)[x + 2 * (y >= SIZE[1] // 2)]
            sample = shade[:1] if colour == 0 else shade
            pixel = b"".join(struct.pack(">H", value * 257) for value in sample)
            rows += pixel * (SIZE[0] // 2)
    return make.png(*SIZE, depth=16, colour=colour, rows=bytes(rows))


def _grey(*colours: Colour) -> tuple[Colour, ...]:
    return tuple((red, red, red) for red, _, _ in colours)


def _seen_through(kind: str) -> bytes:
    """The right half is clear, over colours that nobody is to see."""
    image = quarters().convert("RGBA")
    image.paste((255, 0, 255, 0), (SIZE[0] // 2, 0, *SIZE))
    more = {"exact": True} if kind == "WEBP" else {}
    return make.encoded(image, kind, **_best(kind), **more)


def _moving(kind: str) -> bytes:
    frames = [quarters((PLUM, SAND, MOSS, WINE)), quarters((WINE, PLUM, SAND, MOSS))]
    return make.encoded(quarters(), kind, save_all=True, append_images=frames, **_best(kind))


def _burst() -> bytes:
    """Several pictures in one file, of which the second is the one to be shown."""
    import pillow_heif

    file = pillow_heif.from_pillow(quarters((WINE, PLUM, SAND, MOSS)))
    file.add_from_pillow(quarters())
    out = io.BytesIO()
    file.save(out, primary_index=1, **_best("HEIF"))
    return out.getvalue()


def _right_clear() -> Image.Image:
    alpha = Image.new("L", SIZE, 255)
    alpha.paste(0, (SIZE[0] // 2, 0, *SIZE))
    return alpha


def _clear_palette() -> bytes:
    image = quarters().quantize(4, dither=Image.Dither.NONE)
    clear = image.getpixel((SIZE[0] - 1, 0)), image.getpixel((SIZE[0] - 1, SIZE[1] - 1))
    alphas = bytes(0 if index in clear else 255 for index in range(4))
    return make.encoded(image, "PNG", transparency=alphas)


def _unmarked(**options: object) -> bytes:
    return make.encoded(quarters(), "JPEG", **_best("JPEG"), **options)


def _with_text() -> bytes:
    text = PngInfo()
    for number in range(30):
        text.add_text(f"Note {number}", "word " * 400_000, zip=True)
    return make.encoded(quarters(), "PNG", pnginfo=text)


_OPAQUE = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
_CLEAR = (SAND, WHITE, WINE, WHITE)

GOOD: dict[str, Good] = {
    **{
        f"{kind}, plain": Good(lambda k=kind: make.encoded(quarters(), k, **_best(k)))
        for kind in _OPAQUE
    },
    **{
        f"{kind}, turned {turn}": Good(lambda k=kind, t=turn: _turned(k, t))
        for kind in ("JPEG", "PNG", "WEBP", "AVIF")
        for turn in range(1, 9)
    },
    **{
        f"{kind}, Display P3": Good(
            # AVIF has no way that loses nothing; a profile makes more of a shade that is lost.
            lambda k=kind: _profiled(k, make.P3),
            by=3 if kind == "AVIF" else 2,
        )
        for kind in _OPAQUE
    },
    **{f"{kind}, Adobe RGB": Good(lambda k=kind: _profiled(k, make.ADOBE)) for kind in _OPAQUE},
    **{
        f"{kind}, see-through": Good(lambda k=kind: _seen_through(k), _CLEAR)
        for kind in ("PNG", "WEBP", "HEIF", "AVIF")
    },
    **{f"{kind}, moving": Good(lambda k=kind: _moving(k)) for kind in ("PNG", "WEBP", "AVIF")},
    "PNG, 16 bits": Good(lambda: _deep_png(2)),
    "PNG, 16 bits, grey": Good(lambda: _deep_png(0), _grey(SAND, MOSS, WINE, PLUM)),
    "PNG, palette": Good(
        lambda: make.encoded(quarters().quantize(4, dither=Image.Dither.NONE), "PNG")
    ),
    "PNG, P3 by cICP": Good(
        lambda: make.after_header(
            make.encoded(in_space(make.P3), "PNG"), make.chunk(b"cICP", bytes((12, 13, 0, 1)))
        )
    ),
    "PNG, Adobe RGB by gAMA and cHRM": Good(
        lambda: make.after_header(
            make.encoded(in_space(make.ADOBE), "PNG"),
            make.chunk(b"gAMA", struct.pack(">I", round(100_000 * 256 / 563))),
            make.chunk(
                b"cHRM",
                struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000),
            ),
        )
    ),
    **{
        f"{kind}, {name} by nclx": Good(lambda k=kind, n=numbers: _numbered(k, *n), by=3)
        for kind in ("HEIF", "AVIF")
        for name, numbers in {
            "P3": (12, 13),
            # Of a high range the curve is read as sRGB's (profiles.GAMMAS): flat, but no colour
            # is another.
            "BT.2020 and PQ": (9, 16),
            "BT.2020 and HLG": (9, 18),
            "nothing known": (200, 201),
        }.items()
    },
    "PNG, palette, see-through": Good(_clear_palette, _CLEAR),
    "PNG, one bit": Good(
        lambda: make.encoded(quarters((BLACK, WHITE, WHITE, BLACK), "1"), "PNG"),
        (BLACK, WHITE, WHITE, BLACK),
    ),
    "PNG, grey and see-through": Good(
        lambda: make.encoded(Image.merge("LA", (quarters(mode="L"), _right_clear())), "PNG"),
        tuple(
            (value,) * 3
            for value in (
                quarters(mode="L").getpixel((0, 0)),
                255,
                quarters(mode="L").getpixel((0, SIZE[1] - 1)),
                255,
            )
        ),  # type: ignore[misc]
    ),
    "HEIF, several pictures": Good(_burst),
    "JPEG, two in one as phones write them": Good(
        lambda: make.encoded(
            quarters(), "MPO", save_all=True, append_images=[quarters((PLUM,) * 4)], **_best("JPEG")
        )
    ),
    "JPEG, four inks": Good(
        lambda: make.encoded(quarters().convert("CMYK"), "JPEG", **_best("JPEG"))
    ),
    "JPEG, progressive": Good(lambda: _unmarked(progressive=True)),
    "JPEG, without its last two bytes": Good(lambda: _unmarked()[:-2]),
    "JPEG, progressive, without its last two bytes": Good(lambda: _unmarked(progressive=True)[:-2]),
    "JPEG, without its last byte": Good(lambda: _unmarked()[:-1]),
    "JPEG, another file behind it": Good(lambda: _unmarked() + b"PK\3\4" + bytes(5000)),
    "JPEG, a broken tag": Good(
        lambda: make.after_start(_unmarked(), make.segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff"))
    ),
    "JPEG, 4 MB of XMP": Good(
        lambda: make.after_start(
            _unmarked(),
            *[make.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + bytes(65_000))] * 60,
        )
    ),
    "JPEG, a profile of 16 MB": Good(
        lambda: make.after_start(_unmarked(), *make.icc_segments(bytes(16_000_000)))
    ),
    "PNG, 60 MB of text": Good(_with_text),
    "PNG, 16 MB of EXIF": Good(
        lambda: make.after_header(
            make.encoded(quarters(), "PNG"), make.chunk(b"eXIf", b"MM\0*" + bytes(16_000_000))
        )
    ),
    "WebP, 16 MB of EXIF": Good(
        lambda: make.webp(
            make.canvas(*SIZE, 8),
            make.riff(*make.chunks_of(make.encoded(quarters(), "WEBP", lossless=True))[0]),
            make.riff(b"EXIF", bytes(16_000_000)),
        )
    ),
    "HEIF, 4 MB of EXIF": Good(
        lambda: make.encoded(
            quarters(), "HEIF", exif=b"Exif\0\0MM\0*" + bytes(4_000_000), **_best("HEIF")
        )
    ),
    "AVIF, 4 MB of EXIF": Good(
        lambda: make.encoded(
            quarters(), "AVIF", exif=b"Exif\0\0MM\0*\0\0\0\x08" + bytes(4_000_000), **_best("AVIF")
        )
    ),
}
