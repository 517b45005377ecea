import io
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from oscar.core.loading import get_model
from PIL import Image, ImageCms

from genlook_oscar import api
from genlook_oscar.catalogue import pictures
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.catalogue.payload import ProductUnfit, inline_product, upsert
from tests.conftest import picture
from tests.pictures import good, making
from tests.pictures.good import in_space

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

ProductImage = get_model("catalogue", "ProductImage")


@pytest.fixture
def add_picture(make_product: Callable[..., Any]) -> Callable[..., Any]:
    """Give a product one more picture file, whatever is in it."""

    def add(product: Any, content: bytes, name: str = "p.jpg") -> Any:
        return ProductImage.objects.create(
            product=product,
            original=ContentFile(content, name=name),
            display_order=product.images.count(),
        )

    return add


@pytest.fixture
def send(make_product: Callable[..., Any], add_picture: Callable[..., Any]) -> Any:
    """What is sent of a product whose only picture is `content`: the file and its picture."""

    def sent(content: bytes, name: str = "p.jpg") -> tuple[api.ImageFile, Image.Image]:
        product = make_product(color=None)
        add_picture(product, content, name)
        (image,) = inline_product(link_for(product)).images
        assert isinstance(image.source, api.ImageFile)
        return image.source, Image.open(io.BytesIO(image.source.content))

    return sent


def noise(size: tuple[int, int], kind: str, **save: Any) -> bytes:
    """A picture that hardly compresses."""
    pixels = random.Random(7).randbytes(size[0] * size[1] * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(out, kind, **save)
    return out.getvalue()


def test_the_whole_product_travels(product: Any) -> None:
    product.description = "<p>Cool &amp; airy</p>"
    product.save()
    link = link_for(product)
    sent = inline_product(link)
    assert (sent.external_id, sent.title, sent.description) == (
        link.external_id,
        "Linen shirt",
        "Cool & airy",
    )
    (image,) = sent.images
    assert isinstance(image.source, api.ImageFile)
    with product.images.get().original.open("rb") as file:
        assert image.source.content == file.read()
    assert (image.source.filename, image.source.content_type) == ("product-0.jpeg", "image/jpeg")


def test_a_registration_lives_for_thirty_days_and_names_the_sku(product: Any) -> None:
    link = link_for(product)
    sent = upsert(link)
    assert (sent.external_id, sent.title, sent.valid_for_days) == (
        link.external_id,
        "Linen shirt",
        30,
    )
    assert sent.metadata == {"sku": link.sku}
    assert sent.images == inline_product(link).images


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_fitting_picture_goes_as_it_is(send: Any, kind: str) -> None:
    content = picture(kind=kind)
    file, _ = send(content, f"p.{kind.lower()}")
    assert file.content == content
    assert file.content_type == f"image/{kind.lower()}"


@pytest.mark.parametrize(
    ("kind", "mode"), [("AVIF", "RGB"), ("JPEG", "CMYK"), ("PNG", "I;16"), ("PNG", "RGBA")]
)
def test_other_kinds_are_rebuilt_as_jpeg(send: Any, kind: str, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (300, 400)).save(out, kind)
    file, image = send(out.getvalue(), f"p.{kind.lower()}")
    assert (file.content_type, image.format, image.mode) == ("image/jpeg", "JPEG", "RGB")
    assert image.size == (300, 400)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "EPS", "PPM"])
def test_what_is_not_on_the_list_is_never_opened(
    make_product: Callable[..., Any], add_picture: Callable[..., Any], kind: str
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 400)).save(out, kind)
    product = make_product(color=None)
    add_picture(product, out.getvalue(), f"p.{kind.lower()}")
    with pytest.raises(ProductUnfit) as caught:
        inline_product(link_for(product))
    assert "JPEG, PNG, WEBP" in str(caught.value)


def test_a_large_picture_is_scaled_down(send: Any) -> None:
    file, image = send(picture(size=(3000, 1500)))
    assert image.size == (pictures.LONG_SIDE, pictures.LONG_SIDE // 2)
    assert len(file.content) <= pictures.MAX_BYTES


def test_a_heavy_picture_is_made_lighter(send: Any) -> None:
    heavy = noise((2000, 2000), "PNG")
    assert len(heavy) > pictures.MAX_BYTES
    file, image = send(heavy, "p.png")
    assert len(file.content) <= pictures.MAX_BYTES
    assert image.size == (2000, 2000)


def test_a_turned_picture_is_set_upright(send: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    _, image = send(picture(size=(400, 300), exif=exif))
    assert image.size == (300, 400)
    assert image.getexif().get(0x0112, 1) == 1


def test_a_moving_picture_is_sent_by_its_first_frame(send: Any) -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (60, 80), color) for color in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    file, image = send(out.getvalue(), "p.webp")
    assert file.content_type == "image/jpeg"
    red, _, blue = image.getpixel((30, 40))
    assert red > 200 > 50 > blue


def test_transparency_becomes_white(send: Any) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (2400, 100), (255, 0, 0, 0)).save(out, "PNG")
    _, image = send(out.getvalue(), "p.png")
    assert image.getpixel((5, 5)) == (255, 255, 255)


def test_an_unreadable_picture_is_left_out_while_others_remain(
    make_product: Callable[..., Any], add_picture: Callable[..., Any]
) -> None:
    product = make_product(color=None)
    add_picture(product, b"no picture at all")
    add_picture(product, picture()[:900])
    lost = add_picture(product, picture())
    lost.original.storage.delete(lost.original.name)
    good = picture("#aa3311")
    add_picture(product, good)
    (image,) = inline_product(link_for(product)).images
    assert isinstance(image.source, api.ImageFile)
    assert image.source.content == good


@pytest.mark.parametrize("content", [b"no picture", b"", picture()[:900]])
def test_nothing_readable_is_an_answer_and_no_crash(
    make_product: Callable[..., Any], add_picture: Callable[..., Any], content: bytes
) -> None:
    product = make_product(color=None)
    add_picture(product, content)
    with pytest.raises(ProductUnfit) as caught:
        inline_product(link_for(product))
    assert caught.value.code == "unreadable_picture"
    assert "Upload it again. (not a picture" in str(caught.value)


def test_a_picture_of_too_many_pixels_is_not_opened(
    make_product: Callable[..., Any], add_picture: Callable[..., Any]
) -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    product = make_product(color=None)
    add_picture(product, out.getvalue(), "p.png")
    with pytest.raises(ProductUnfit) as caught:
        inline_product(link_for(product))
    assert caught.value.code == "unreadable_picture"
    assert "12000 × 12000" in str(caught.value)


def test_a_product_without_picture_is_unfit(make_product: Callable[..., Any]) -> None:
    for build in (inline_product, upsert):
        with pytest.raises(ProductUnfit) as caught:
            build(link_for(make_product(color=None)))
        assert caught.value.code == "no_picture"


def test_a_deleted_product_is_unfit(product: Any) -> None:
    link = link_for(product)
    product.delete()
    link.refresh_from_db()
    with pytest.raises(ProductUnfit) as caught:
        inline_product(link)
    assert caught.value.code == "product_gone"


def test_pictures_can_travel_as_addresses(product: Any, settings: Any) -> None:
    settings.GENLOOK_PRODUCT_IMAGES = "urls"
    settings.GENLOOK_SITE_URL = "https://shop.example/"
    name = product.images.get().original.name
    (image,) = inline_product(link_for(product)).images
    assert image.source == api.ImageUrl(f"https://shop.example/media/{name}")


def test_absolute_addresses_need_no_site_url(product: Any, settings: Any) -> None:
    settings.GENLOOK_PRODUCT_IMAGES = "urls"
    settings.MEDIA_URL = "https://cdn.example/media/"
    (image,) = inline_product(link_for(product)).images
    assert isinstance(image.source, api.ImageUrl)
    assert image.source.url.startswith("https://cdn.example/media/")


def test_relative_addresses_without_site_url_name_the_setting(product: Any, settings: Any) -> None:
    settings.GENLOOK_PRODUCT_IMAGES = "urls"
    with pytest.raises(ProductUnfit) as caught:
        inline_product(link_for(product))
    assert caught.value.code == "no_site_url"
    assert "GENLOOK_SITE_URL" in str(caught.value)


def test_genlook_takes_what_is_built(product: Any, emulator: Any, settings: Any) -> None:
    link = link_for(product)
    with api.Client(settings.GENLOOK_API_KEY, settings.GENLOOK_BASE_URL) as client:
        client.upsert_product(upsert(link))
        stored = client.product(link.external_id)
    assert (stored.title, stored.valid_for_days) == ("Linen shirt", 30)
    assert len(stored.images) == 1
    assert stored.metadata == {"sku": link.sku}


@pytest.mark.parametrize("space", [making.P3, making.ADOBE], ids=["Display P3", "Adobe RGB"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("size", [1, 6], ids=["small", "large"])
def test_a_garments_colours_arrive_as_everybody_sees_them(
    send: Any, kind: str, space: bytes, size: int
) -> None:
    garment = in_space(space).resize((good.SIZE[0] * size, good.SIZE[1] * size))
    garment.info["icc_profile"] = space
    options: dict[str, Any] = {"JPEG": {"subsampling": 0, "quality": 97}}.get(kind, {})
    if kind == "HEIF":
        options = {"quality": -1, "chroma": 444}
    else:
        options["icc_profile"] = space
        options |= {"lossless": True} if kind == "WEBP" else {}
    _, image = send(making.encoded(garment, kind, **options), f"p.{kind.lower()}")
    assert "icc_profile" not in image.info
    seen = [
        image.getpixel((image.width * x // 4, image.height * y // 4))
        for y in (1, 3)
        for x in (1, 3)
    ]
    for found, true in zip(seen, (good.SAND, good.MOSS, good.WINE, good.PLUM), strict=True):
        assert max(abs(a - b) for a, b in zip(found, true, strict=True)) <= 2


def test_what_means_srgb_goes_as_it_is(send: Any) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = picture(icc_profile=profile)
    assert send(content)[0].content == content
