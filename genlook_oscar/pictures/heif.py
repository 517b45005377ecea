"""HEIF and AVIF files: boxes, items and the tiles of the main picture."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import profiles
from .formats import sniff
from .header import Header, Part
from .refusals import Refused

MAX_BOXES = 5000
MAX_ITEMS = 1000
"""As libheif's own limit. A phone's largest photo has some 200 tiles."""
TILES_OVER = 4
"""How many times the picture's pixels its tiles may have; a row or a column of them hangs over
the edge of a small picture."""

UNSPECIFIED, MOST_PRIMARIES, MOST_TRANSFER = 2, 22, 18
"""Numbers in ITU-T H.273: what is not known, and the largest that mean something."""

_CODED = {"HEIF": {b"hvc1", b"hev1"}, "AVIF": {b"av01"}}
_FILMS = {b"avis", b"msf1", b"hevc", b"hevx"}
_METADATA = {b"Exif", b"mime", b"uri "}


@dataclass
class _Item:
    kind: bytes
    place: int = 0
    """Where in the file the item's type stands."""
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    """The items that this one is put together from."""

    def find(self, name: bytes) -> bytes | None:
        return next((value for kind, value in self.properties if kind == name), None)


@dataclass
class _File:
    main: int = 0
    items: dict[int, _Item] = field(default_factory=dict)
    alpha: bool = False
    renamed: dict[int, bytes] = field(default_factory=dict)
    """What stands instead of four bytes in a place of the file."""


def read(content: bytes) -> Header:
    """The header of a HEIF or AVIF file. Its body keeps every byte in its place, because the
    file is full of offsets; what must not be read is renamed."""
    kind = "AVIF" if sniff(content) == "AVIF" else "HEIF"
    file = _File()
    renamed = file.renamed
    for name, at, start, end in _boxes(content, 0, len(content)):
        if name == b"ftyp":
            # Of a film the still picture is taken, not the film's first frame.
            brands = [start, *range(start + 8, min(end, start + 256) - 3, 4)]
            films = [place for place in brands if content[place : place + 4] in _FILMS]
            renamed |= dict.fromkeys(films, b"avif" if kind == "AVIF" else b"heic")
        elif name == b"meta" and not file.items:
            _meta(content, start + 4, end, file)
        elif name == b"moov":
            renamed[at + 4] = b"free"
    main = file.items.get(file.main)
    if main is None:
        raise Refused("damaged")
    width, height = _size(file, main, _CODED[kind])
    renamed |= {item.place: b"skip" for item in file.items.values() if item.kind in _METADATA}
    tile = file.items.get(main.parts[0], main) if main.parts else main
    turn = main.find(b"irot")
    return Header(
        kind,  # type: ignore[arg-type]
        width,
        height,
        tuple(_body(content, renamed)),
        turned=bool(turn and turn[0] & 1),
        profile=_profile(main) or _profile(tile),
        pixel_bytes=(4.8 if kind == "HEIF" else 8.2) * (1.5 if file.alpha else 1),
        copies=2,
    )


def _size(file: _File, main: _Item, coded: set[bytes]) -> tuple[int, int]:
    """Width and height of the main picture, whose tiles are few enough and of its codec."""
    size = _extent(main)
    if main.kind == b"iden" and len(main.parts) == 1:
        # The same picture, to be turned or cropped.
        main = file.items[main.parts[0]]
        size = _extent(main)
    if main.kind in coded:
        return size
    if main.kind != b"grid":
        raise Refused("not_an_image")
    area = 0
    for number in main.parts:
        tile = file.items.get(number)
        if tile is None or tile.kind not in coded:
            raise Refused("damaged")
        width, height = _extent(tile)
        area += width * height
    if not main.parts:
        raise Refused("damaged")
    if area > TILES_OVER * max(size[0] * size[1], 1_000_000):
        raise Refused("too_complex")
    return size


def _extent(item: _Item) -> tuple[int, int]:
    value = item.find(b"ispe")
    if value is None or len(value) < 12:
        raise Refused("damaged")
    width, height = struct.unpack_from(">II", value, 4)
    return width, height


def _profile(item: _Item) -> bytes:
    coded = b""
    for name, value in item.properties:
        if name == b"colr" and value[:4] in (b"prof", b"rICC"):
            return value[4:] if len(value) <= profiles.MOST_BYTES else b""
        if name == b"colr" and value[:4] == b"nclx" and len(value) >= 8:
            coded = profiles.coded(*struct.unpack_from(">HH", value, 4))
    return coded


def _boxes(content: bytes, at: int, limit: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, place, start of the payload and end of each box."""
    for _ in range(MAX_BOXES):
        if at + 8 > limit:
            return
        length, name = struct.unpack_from(">I4s", content, at)
        start = at + 8
        if length == 1:
            length, start = int.from_bytes(content[start : start + 8], "big"), at + 16
        end = at + length if length else limit
        if end < start or (end > limit and name not in (b"mdat", b"free")):
            raise Refused("damaged")
        yield name, at, start, min(end, limit)
        at = end
    raise Refused("too_complex")


def _meta(content: bytes, at: int, limit: int, file: _File) -> None:
    places = {name: (start, end) for name, _, start, end in _boxes(content, at, limit)}
    if not {b"pitm", b"iinf", b"iprp"} <= places.keys():
        raise Refused("damaged")
    start, _ = places[b"pitm"]
    file.main = int.from_bytes(content[start + 4 : start + (6 if not content[start] else 8)], "big")
    _items(content, *places[b"iinf"], file)
    _properties(content, *places[b"iprp"], file)
    if b"iref" in places:
        _references(content, *places[b"iref"], file)


def _items(content: bytes, at: int, limit: int, file: _File) -> None:
    for name, _, start, end in _boxes(content, at + (8 if content[at] else 6), limit):
        version = content[start]
        if name != b"infe" or version < 2 or end < start + 12:
            continue
        wide = 2 if version == 2 else 4
        number = int.from_bytes(content[start + 4 : start + 4 + wide], "big")
        place = start + 6 + wide
        file.items[number] = _Item(content[place : place + 4], place)
        if len(file.items) > MAX_ITEMS:
            raise Refused("too_complex")


def _properties(content: bytes, at: int, limit: int, file: _File) -> None:
    known: list[tuple[bytes, bytes]] = [(b"", b"")]
    links = []
    for name, _, start, end in _boxes(content, at, limit):
        if name == b"ipco":
            for kind, _, a, b in _boxes(content, start, end):
                # Of the others nothing is asked, and they may be large.
                read = kind in (b"ispe", b"colr", b"irot", b"auxC")
                known.append((kind, content[a:b] if read else b""))
                if kind == b"colr" and content[a : a + 4] == b"nclx" and b - a >= 8:
                    numbers = struct.unpack_from(">HH", content, a + 4)
                    file.renamed |= _spelled(a + 4, *numbers)
        elif name == b"ipma":
            links.append((start, end))
    for start, _ in links:
        wide, large = (4 if content[start] else 2), content[start + 3] & 1
        place = start + 8
        for _ in range(min(int.from_bytes(content[start + 4 : place], "big"), MAX_ITEMS)):
            item = file.items.get(int.from_bytes(content[place : place + wide], "big"))
            count, place = content[place + wide], place + wide + 1
            for _ in range(count):
                index = int.from_bytes(content[place : place + 1 + large], "big")
                place += 1 + large
                index &= 0x7FFF if large else 0x7F
                if item is not None and index < len(known):
                    item.properties.append(known[index])


def _spelled(place: int, primaries: int, transfer: int) -> dict[int, bytes]:
    """What decoders give up on without need: numbers of colours that nobody knows."""
    told = primaries if primaries <= MOST_PRIMARIES else UNSPECIFIED
    curve = transfer if transfer <= MOST_TRANSFER else UNSPECIFIED
    if (told, curve) == (primaries, transfer):
        return {}
    return {place: struct.pack(">HH", told, curve)}


def _references(content: bytes, at: int, limit: int, file: _File) -> None:
    wide = 4 if content[at] else 2
    for name, _, start, end in _boxes(content, at + 4, limit):
        if end - start > (MAX_ITEMS + 2) * wide:
            raise Refused("too_complex")
        numbers = [
            int.from_bytes(content[place : place + wide], "big")
            for place in (start, *range(start + wide + 2, end - wide + 1, wide))
        ]
        item = file.items.get(numbers[0])
        if name == b"dimg" and item is not None:
            item.parts = numbers[1:]
        elif name == b"auxl" and item is not None and b"alpha" in (item.find(b"auxC") or b""):
            file.alpha = True


def _body(content: bytes, renamed: dict[int, bytes]) -> Iterator[Part]:
    view, at = memoryview(content), 0
    for place in sorted(renamed):
        yield view[at:place]
        yield renamed[place]
        at = place + 4
    yield view[at:]
