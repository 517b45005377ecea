"""What becomes of a photo's pixels, and which files are refused."""

import hashlib
import io
import sys
from contextlib import suppress

import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from genlook_oscar.pictures import WORKER, held
from genlook_oscar.shopper.pixels import Rebuilt, judge, rebuild, sniff
from genlook_oscar.shopper.refusals import PhotoRefused

from .files import (
    BLUE,
    GREEN,
    RED,
    claiming,
    decoded,
    encoded,
    exif,
    near,
    png,
    quarters,
    segments,
    swapped_profile,
    with_segment,
    xmp,
)

pytestmark = pytest.mark.anydb
CORNERS = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]
KINDS = ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"]


def taken(content: bytes, max_pixels: int = 64_000_000, long_side: int = 1600) -> Rebuilt:
    header = judge(content, max_pixels=max_pixels, long_side=long_side)
    # However busy the machine is.
    with held(header, WORKER) as photo:
        return rebuild(photo, max_pixels=max_pixels, long_side=long_side)


def corner(image: Image.Image, at: tuple[float, float]) -> tuple[int, ...]:
    return image.getpixel((int(image.width * at[0]), int(image.height * at[1])))


def refusal(content: bytes, **limits: int) -> str:
    with pytest.raises(PhotoRefused) as caught:
        taken(content, **limits)
    assert caught.value.message
    assert "%(" not in caught.value.message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_becomes_a_jpeg_of_the_same_picture(kind: str) -> None:
    rebuilt = taken(encoded(quarters(), kind))
    image = decoded(rebuilt.content)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (400, 600))
    assert (rebuilt.width, rebuilt.height) == (400, 600)
    assert rebuilt.sha256 == hashlib.sha256(rebuilt.content).hexdigest()
    for at, color in {(100, 100): RED, (300, 100): GREEN, (100, 500): BLUE}.items():
        assert near(image.getpixel(at), color)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_gives_the_same_bytes(kind: str) -> None:
    content = encoded(quarters(), kind)
    assert taken(content) == taken(content)


def test_the_same_pixels_give_the_same_bytes_whatever_else_is_in_the_file() -> None:
    bare = encoded(quarters())
    assert taken(with_segment(bare, 0xFE, b"a comment")) == taken(bare)


class TestOrientation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_what_exif_says_is_applied(self, kind: str, orientation: int) -> None:
        content = encoded(quarters(), kind, exif=exif(orientation))
        expected = ImageOps.exif_transpose(decoded(content)).convert("RGB")
        result = taken(content)
        image = decoded(result.content)
        assert image.size == expected.size == (result.width, result.height)
        assert image.size == ((400, 600) if orientation < 5 else (600, 400))
        for at in CORNERS:
            assert near(corner(image, at), corner(expected, at))

    def test_what_only_xmp_says_is_applied(self) -> None:
        assert taken(encoded(quarters(), xmp=xmp(orientation=6))).width == 600

    @pytest.mark.parametrize("orientation", [0, 9, 200])
    def test_an_orientation_that_does_not_exist_is_ignored(self, orientation: int) -> None:
        assert taken(encoded(quarters(), exif=exif(orientation))).width == 400

    def test_broken_exif_is_ignored(self) -> None:
        broken = exif(6).tobytes()[:30]
        assert taken(encoded(quarters(), exif=broken)).width == 400

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_a_heic_photo_is_turned_once(self, orientation: int) -> None:
        # Its decoder turns the picture by itself and leaves the tag in the file.
        stored, out = quarters(), io.BytesIO()
        turn = exif(orientation)
        pillow_heif.encode("RGB", stored.size, stored.tobytes(), out, exif=turn.tobytes())
        stored.info["exif"] = turn.tobytes()
        expected = ImageOps.exif_transpose(stored)
        image = decoded(taken(out.getvalue()).content)
        assert image.size == expected.size
        for at in CORNERS:
            assert near(corner(image, at), corner(expected, at))


class TestSecrecy:
    def test_nothing_but_the_picture_is_left_of_a_jpeg(self) -> None:
        content = encoded(
            quarters(),
            exif=exif(1, gps=True),
            xmp=xmp(),
            icc_profile=swapped_profile(),
            comment=b"SECRETCOMMENT",
            dpi=(301, 301),
        )
        content = with_segment(content, 0xED, b"Photoshop 3.0\x008BIM SECRETIPTC")
        content = with_segment(content, 0xEB, b"SECRETJUMBF c2pa")
        content += b"SECRETTAIL"
        for secret in (b"SECRETCAMERA", b"SECRETXMP", b"SECRETCOMMENT", b"ICC_PROFILE", b"Exif"):
            assert secret in content
        self.assert_bare(taken(content).content)

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
    def test_nothing_but_the_picture_is_left_of_other_formats(self, kind: str) -> None:
        from PIL.PngImagePlugin import PngInfo

        image, options = quarters(), {"exif": exif(1, gps=True).tobytes()}
        if kind == "PNG":
            text = PngInfo()
            text.add_text("Comment", "SECRETCOMMENT")
            text.add_itxt("XML:com.adobe.xmp", xmp().decode())
            options |= {"pnginfo": text, "icc_profile": swapped_profile()}
        elif kind == "WEBP":
            options |= {"xmp": xmp(), "icc_profile": swapped_profile()}
        else:
            image.info["icc_profile"] = swapped_profile()
            options |= {"xmp": xmp()}
        content = encoded(image, kind, **options)
        assert b"SECRETCAMERA" in content
        assert b"SECRETXMP" in content
        self.assert_bare(taken(content).content)

    def assert_bare(self, content: bytes) -> None:
        for trace in (b"SECRET", b"Exif", b"GPS", b"adobe", b"ICC", b"acsp", b"http", b"8BIM"):
            assert trace not in content
        # JFIF's own header, tables, the frame, the pixels; no application segment, no comment.
        allowed = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
        found = list(segments(content))
        assert {marker for marker, _ in found} <= allowed
        assert [payload for marker, payload in found if marker == 0xE0] == [
            b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        ]
        assert content.endswith(b"\xff\xd9")
        assert content.count(b"\xff\xd9") == 1


class TestColours:
    def test_a_profile_is_applied(self) -> None:
        for kind in ("JPEG", "PNG", "WEBP"):
            content = encoded(
                Image.new("RGB", (400, 400), (200, 0, 0)), kind, icc_profile=swapped_profile()
            )
            red, green, _ = decoded(taken(content).content).getpixel((200, 200))
            assert green > 180 > 40 > red, kind

    def test_a_profile_of_a_heic_photo_is_applied(self) -> None:
        image = Image.new("RGB", (400, 400), (200, 0, 0))
        image.info["icc_profile"] = swapped_profile()
        red, green, _ = decoded(taken(encoded(image, "HEIF")).content).getpixel((200, 200))
        assert green > 180 > 40 > red

    @pytest.mark.parametrize("profile", [b"", b"nonsense", swapped_profile()[:200]])
    def test_a_broken_profile_is_ignored(self, profile: bytes) -> None:
        content = encoded(quarters(), "PNG", icc_profile=profile)
        assert near(decoded(taken(content).content).getpixel((100, 100)), RED)

    def test_a_profile_of_another_kind_of_colour_is_ignored(self) -> None:
        content = encoded(Image.new("L", (400, 400), 90), "PNG", icc_profile=swapped_profile())
        assert near(decoded(taken(content).content).getpixel((9, 9)), (90, 90, 90))

    def test_cmyk(self) -> None:
        content = encoded(Image.new("CMYK", (400, 400), (0, 255, 255, 0)))
        red, green, blue = decoded(taken(content).content).getpixel((200, 200))
        assert red > 200
        assert max(green, blue) < 60

    def test_palette(self) -> None:
        image = quarters().convert("P", palette=Image.Palette.ADAPTIVE)
        assert near(decoded(taken(encoded(image, "PNG")).content).getpixel((100, 100)), RED, 20)

    def test_transparent_palette_on_white(self) -> None:
        image = Image.new("P", (400, 400), 0)
        image.putpalette([0, 0, 0, *RED])
        image.paste(1, (0, 0, 200, 400))
        content = encoded(image, "PNG", transparency=b"\x00\xff")
        result = decoded(taken(content).content)
        assert near(result.getpixel((100, 200)), RED)
        assert near(result.getpixel((300, 200)), (255, 255, 255))

    @pytest.mark.parametrize(
        ("mode", "color", "key"), [("RGB", (10, 20, 30), (10, 20, 30)), ("L", 77, 77)]
    )
    def test_a_transparent_colour_on_white(self, mode: str, color: object, key: object) -> None:
        content = encoded(Image.new(mode, (400, 400), color), "PNG", transparency=key)
        assert near(decoded(taken(content).content).getpixel((9, 9)), (255, 255, 255))

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
    def test_alpha_on_white(self, kind: str) -> None:
        image = quarters().convert("RGBA")
        image.paste((0, 0, 0, 0), (200, 0, 400, 600))
        result = decoded(taken(encoded(image, kind)).content)
        assert near(result.getpixel((100, 100)), RED)
        assert near(result.getpixel((300, 100)), (255, 255, 255))

    def test_half_transparent_is_half_white(self) -> None:
        content = encoded(Image.new("RGBA", (400, 400), (0, 0, 0, 128)), "PNG")
        assert near(decoded(taken(content).content).getpixel((9, 9)), (127, 127, 127), 3)

    def test_scaling_down_leaves_no_dark_rim_around_what_was_cut_out(self) -> None:
        image = Image.new("RGBA", (2000, 2000), (0, 0, 0, 0))
        image.paste((255, 255, 255, 255), (500, 500, 1501, 1501))
        result = decoded(taken(encoded(image, "PNG"), long_side=500).content)
        assert min(low for low, _ in result.getextrema()) > 250

    def test_grey_with_alpha(self) -> None:
        image = Image.new("LA", (400, 400), (0, 0))
        image.paste((60, 255), (0, 0, 200, 400))
        result = decoded(taken(encoded(image, "PNG")).content)
        assert near(result.getpixel((100, 200)), (60, 60, 60))
        assert near(result.getpixel((300, 200)), (255, 255, 255))

    def test_grey(self) -> None:
        content = encoded(Image.new("L", (400, 400), 90))
        assert near(decoded(taken(content).content).getpixel((9, 9)), (90, 90, 90), 2)

    def test_black_and_white(self) -> None:
        image = Image.new("1", (2000, 2000), 1)
        image.paste(0, (0, 0, 1000, 2000))
        result = decoded(taken(encoded(image, "PNG")).content)
        assert near(result.getpixel((100, 800)), (0, 0, 0))
        assert near(result.getpixel((1500, 800)), (255, 255, 255))

    def test_sixteen_bits_of_grey_are_scaled_not_cut(self) -> None:
        content = encoded(Image.new("I;16", (400, 400), 40_000), "PNG")
        assert near(decoded(taken(content).content).getpixel((9, 9)), (156, 156, 156), 2)

    def test_sixteen_bits_of_colour(self) -> None:
        row = b"\x00" + (b"\xc8\x00" + b"\x32\x00" + b"\x64\x00") * 300
        content = png(300, 300, depth=16, color=2, rows=row * 300)
        assert near(decoded(taken(content).content).getpixel((9, 9)), (0xC8, 0x32, 0x64), 3)


class TestSize:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_large_photo_is_scaled_down_in_its_shape(self, kind: str) -> None:
        result = taken(encoded(quarters((2400, 1800)), kind), long_side=800)
        assert (result.width, result.height) == (800, 600)
        assert decoded(result.content).size == (800, 600)

    def test_a_very_large_jpeg(self) -> None:
        result = taken(encoded(quarters((6000, 8000)), quality=60))
        assert (result.width, result.height) == (1200, 1600)
        assert near(decoded(result.content).getpixel((100, 100)), RED)

    def test_a_small_photo_is_not_enlarged(self) -> None:
        result = taken(encoded(quarters((300, 400))))
        assert (result.width, result.height) == (300, 400)

    def test_only_the_first_picture_of_an_animation_is_kept(self) -> None:
        frames = [Image.new("RGB", (300, 300), color) for color in (RED, GREEN, BLUE)]
        for kind in ("PNG", "WEBP"):
            content = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
            assert decoded(content).n_frames == 3
            assert near(decoded(taken(content).content).getpixel((9, 9)), RED)

    def test_only_the_first_picture_of_a_phones_double_jpeg_is_kept(self) -> None:
        second = Image.new("RGB", (300, 300), GREEN)
        content = encoded(
            Image.new("RGB", (300, 300), RED), "MPO", save_all=True, append_images=[second]
        )
        assert near(decoded(taken(content).content).getpixel((9, 9)), RED)


class TestRefused:
    @pytest.mark.parametrize(
        "content",
        [
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\n%%EOF",
            b"hello",
            b"\x00" * 5000,
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            encoded(quarters(), "GIF"),
            encoded(quarters(), "BMP"),
            encoded(quarters(), "TIFF"),
        ],
        ids=["pdf", "text", "zeros", "svg", "gif", "bmp", "tiff"],
    )
    def test_what_is_no_photo_for_us(self, content: bytes) -> None:
        assert refusal(content) == "photo_not_an_image"

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("part", [0.02, 0.5, 0.9])
    def test_truncated(self, kind: str, part: float) -> None:
        noise = Image.effect_noise((600, 600), 80).convert("RGB")
        content = encoded(noise, kind)
        assert refusal(content[: int(len(content) * part)]) == "photo_damaged"

    @pytest.mark.parametrize("kind", KINDS)
    def test_only_the_first_bytes_of_a_photo(self, kind: str) -> None:
        assert refusal(encoded(quarters(), kind)[:16]) == "photo_damaged"

    def test_a_bomb_is_refused_by_its_header(self, recwarn: pytest.WarningsRecorder) -> None:
        # There are no pixels in these files: to decode them would be to find them damaged.
        assert refusal(png(20_000, 20_000)) == "photo_too_many_pixels"
        assert refusal(png(10_000, 10_000)) == "photo_too_many_pixels"
        photo = encoded(quarters())
        assert refusal(claiming(photo, 65_000, 65_000)) == "photo_too_many_pixels"
        assert refusal(claiming(photo, 8001, 8000)) == "photo_too_many_pixels"
        assert not recwarn.list

    def test_a_bomb_that_is_a_whole_file(self) -> None:
        content = encoded(Image.new("1", (20_000, 20_000)), "PNG")
        assert len(content) < 200_000
        assert refusal(content) == "photo_too_many_pixels"

    def test_the_limit_is_ours_and_not_pillows(self, recwarn: pytest.WarningsRecorder) -> None:
        # Pillow warns from 89 and gives up from 179 million pixels.
        photo = encoded(quarters())
        for side in (10_000, 14_000):
            claimed = claiming(photo, side, side)
            assert refusal(claimed, max_pixels=99_999_999) == "photo_too_many_pixels"
            assert taken(claimed, max_pixels=200_000_000)
        assert not recwarn.list

    def test_what_is_decoded_whole_has_a_limit_of_its_own(self) -> None:
        # There are no pixels in them to decode.
        assert refusal(png(7000, 7000)) == "photo_damaged"
        assert refusal(png(7500, 7500)) == "photo_too_many_pixels"

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_limit_of_pixels_holds_for_every_format(self, kind: str) -> None:
        content = encoded(quarters((400, 600)), kind)
        assert refusal(content, max_pixels=239_999) == "photo_too_many_pixels"
        assert taken(content, max_pixels=240_000)

    def test_a_canvas_too_large_even_for_the_format(self) -> None:
        content = bytearray(encoded(quarters(), "WEBP", exif=exif(1)))
        assert content[12:16] == b"VP8X"
        content[24:30] = (16_382).to_bytes(3, "little") * 2
        # Whether Pillow reads the header of such a file or gives up on it depends on its release.
        assert refusal(bytes(content)) in ("photo_too_many_pixels", "photo_damaged")

    @pytest.mark.parametrize("size", [(1, 1), (255, 400), (400, 255), (16, 16)])
    def test_too_small(self, size: tuple[int, int]) -> None:
        assert refusal(encoded(quarters(size), "PNG")) == "photo_too_small"

    def test_small_enough(self) -> None:
        assert taken(encoded(quarters((256, 256))))

    # Made small, or large, each would be too small as well: that is not what they are told.
    @pytest.mark.parametrize(
        "size", [(2000, 300), (300, 2000), (4000, 300), (1600, 120), (120, 1600)]
    )
    def test_too_narrow(self, size: tuple[int, int]) -> None:
        assert refusal(encoded(quarters(size))) == "photo_too_narrow"

    def test_heic_without_its_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        content = encoded(quarters(), "HEIF")
        monkeypatch.setitem(sys.modules, "pillow_heif", None)
        assert refusal(content) == "photo_heic_unsupported"

    def test_a_text_bomb_in_a_png_is_not_unpacked(self) -> None:
        import struct
        import zlib

        bomb = b"Comment\x00\x00" + zlib.compress(bytes(80_000_000), 9)
        chunk = struct.pack(">I", len(bomb)) + b"zTXt" + bomb
        chunk += struct.pack(">I", zlib.crc32(b"zTXt" + bomb))
        photo = encoded(quarters(), "PNG")
        assert taken(photo[:33] + chunk + photo[33:]) == taken(photo)

    @settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(data=st.data(), kind=st.sampled_from(KINDS))
    def test_no_damage_gets_past_with_anything_but_a_refusal(
        self, data: st.DataObject, kind: str
    ) -> None:
        content = bytearray(SAMPLES[kind])
        for _ in range(data.draw(st.integers(1, 8))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        with suppress(PhotoRefused):
            result = taken(bytes(content), max_pixels=1_000_000)
            assert decoded(result.content).format == "JPEG"


SAMPLES = {
    kind: encoded(
        quarters((300, 300)),
        kind,
        exif=exif(6, gps=True).tobytes(),
        **({"icc_profile": swapped_profile()} if kind != "HEIF" else {}),
    )
    for kind in KINDS
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_format_is_known_by_its_bytes(kind: str) -> None:
    assert sniff(encoded(quarters(), kind)) == kind
