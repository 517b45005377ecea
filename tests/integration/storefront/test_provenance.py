"""What a shopper gets to keep says by itself that AI made it, and who says so."""

from __future__ import annotations

import base64
import io
import logging
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import Storage
from django.test import Client
from PIL import Image

from genlook_oscar.engine.provenance import DIGITAL_SOURCE_TYPE
from genlook_oscar.models import Configuration, Photo, Record, TryOn
from genlook_oscar.shopper import files
from tests import signing

from .conftest import Visitor, content
from .test_after import share

pytestmark = pytest.mark.anydb

CORNERS = {
    "top_left": (0, 0),
    "top_right": (1, 0),
    "bottom_left": (0, 1),
    "bottom_right": (1, 1),
}


def a_result(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 1000), (240, 240, 240)).save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="session")
def genlook() -> signing.Identity:
    return signing.identity("Genlook")


@pytest.fixture
def shop_signs(settings: Any, tmp_path: Path) -> None:
    own = signing.identity("The shop")
    (tmp_path / "certificate.pem").write_bytes(own.certificate)
    (tmp_path / "key.pem").write_bytes(own.key)
    settings.GENLOOK_C2PA_CERTIFICATE = str(tmp_path / "certificate.pem")
    settings.GENLOOK_C2PA_KEY = str(tmp_path / "key.pem")


@pytest.fixture
def sends(emulator: Any) -> Any:
    """Have Genlook send this file as each result from now on."""

    def act(file: bytes) -> bytes:
        emulator.control.settings(result_picture=base64.b64encode(file).decode())
        return file

    return act


def get(visitor: Visitor, tryon: TryOn, what: str) -> bytes:
    answer = visitor.json(f"/try-on/{tryon.pk}/{what}/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return content(answer)


def marked_corners(file: bytes) -> set[str]:
    """In which corners of a light picture something dark stands."""
    with Image.open(io.BytesIO(file)) as picture:
        grey = picture.convert("L")
        width, height = grey.size
        found = set()
        for name, (across, down) in CORNERS.items():
            left, top = across * width // 2, down * height // 2
            part = grey.crop((left, top, left + width // 2, top + height // 2))
            if part.getextrema()[0] < 120:
                found.add(name)
        return found


def stored(tryon: TryOn) -> dict[str, bool]:
    storage, name = tryon.result.storage, tryon.result.name or ""
    return {
        "result": storage.exists(name),
        "original": storage.exists(files.beside(name, files.ORIGINAL)),
        "download": storage.exists(files.beside(name, files.DOWNLOAD)),
    }


def test_what_genlook_signed_verifies_when_she_downloads_it(
    visitor: Visitor, product: Any, finished: Any, sends: Any, genlook: signing.Identity
) -> None:
    sent = sends(signing.sign(a_result(), genlook))
    tryon = finished(visitor, product)

    original = get(visitor, tryon, "original")
    assert original == sent
    told = signing.read(original)
    assert (told["validation_state"], signing.signers(told)) == ("Valid", ["Genlook"])
    # Not the shop's: it has no certificate. The words are in the pixels all the same.
    download = get(visitor, tryon, "download")
    assert signing.read(download) is None
    assert marked_corners(download) == {"bottom_right"}
    page = visitor.page(f"/try-on/{tryon.pk}/more/").content.decode()
    assert f'href="/try-on/{tryon.pk}/original/"' in page
    assert f'href="/try-on/{tryon.pk}/download/"' in page


@pytest.mark.usefixtures("shop_signs")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_the_shop_makes_anew_verifies_with_both_manifests(
    visitor: Visitor, product: Any, finished: Any, sends: Any, genlook: signing.Identity, kind: str
) -> None:
    mime = f"image/{kind.lower()}"
    sent = sends(signing.sign(a_result(kind), genlook, mime))
    tryon = finished(visitor, product)

    download = get(visitor, tryon, "download")
    told = signing.read(download)
    assert told["validation_state"] == "Valid"
    assert len(told["manifests"]) == 2
    assert signing.signers(told) == ["The shop", "Genlook"]
    assert marked_corners(download) == {"bottom_right"}
    assert f'DigitalSourceType="{DIGITAL_SOURCE_TYPE}"'.encode() in download
    assert get(visitor, tryon, "original") == sent
    # One pixel changed, and it is not what was signed.
    broken = bytearray(download)
    broken[-100] ^= 1
    assert signing.read(bytes(broken))["validation_state"] == "Invalid"


@pytest.mark.usefixtures("shop_signs")
def test_without_marks_of_genlooks_the_shop_signs_alone(
    visitor: Visitor, product: Any, finished: Any, sends: Any
) -> None:
    sends(a_result())
    tryon = finished(visitor, product)

    told = signing.read(get(visitor, tryon, "download"))
    assert (told["validation_state"], signing.signers(told)) == ("Valid", ["The shop"])
    # The original is kept, and not pointed at: it proves nothing to her.
    assert get(visitor, tryon, "original") == a_result()
    assert "/original/" not in visitor.page(f"/try-on/{tryon.pk}/more/").content.decode()


def test_a_key_that_does_not_fit_costs_the_signature_and_not_the_picture(
    visitor: Visitor,
    product: Any,
    finished: Any,
    sends: Any,
    shop_signs: None,
    settings: Any,
    caplog: Any,
) -> None:
    Path(settings.GENLOOK_C2PA_KEY).write_bytes(signing.identity("Another").key)
    sends(a_result())
    with caplog.at_level(logging.ERROR):
        tryon = finished(visitor, product)

    assert marked_corners(get(visitor, tryon, "download")) == {"bottom_right"}
    assert "without the shop's signature" in caplog.text
    assert "PRIVATE KEY" not in caplog.text
    assert settings.GENLOOK_C2PA_KEY not in caplog.text


@pytest.mark.parametrize("corner", CORNERS)
def test_the_merchant_chooses_the_corner(
    visitor: Visitor, product: Any, finished: Any, sends: Any, configuration: Any, corner: str
) -> None:
    sends(a_result())
    Configuration.objects.update(ai_mark=corner)
    tryon = finished(visitor, product)
    assert marked_corners(get(visitor, tryon, "download")) == {corner}
    # On the page the label lies over the picture, which stays as it is.
    assert marked_corners(get(visitor, tryon, "image")) == set()


def test_who_has_the_link_gets_the_words_too(
    visitor: Visitor, product: Any, finished: Any, sends: Any, configuration: Any
) -> None:
    configuration.sharing = True
    configuration.save()
    sends(a_result())
    tryon = finished(visitor, product)
    shared = content(Client().get(f"{share(visitor, tryon)}image/"))
    assert shared == get(visitor, tryon, "download")
    assert marked_corners(shared) == {"bottom_right"}


def test_the_words_are_in_her_language(
    visitor: Visitor, product: Any, finished: Any, sends: Any
) -> None:
    sends(a_result())
    visitor.client.cookies["django_language"] = "de"
    german = finished(visitor, product)
    visitor.client.cookies["django_language"] = "ar"
    arabic = finished(visitor, product, photo=visitor.photo("#224466"))
    assert (german.language, arabic.language) == ("de", "ar")
    assert get(visitor, german, "download") != get(visitor, arabic, "download")


def test_off_leaves_the_pixels_alone_and_is_on_record(
    visitor: Visitor,
    product: Any,
    finished: Any,
    sends: Any,
    configuration: Any,
    admin_client: Client,
) -> None:
    url = "/admin/genlook_oscar/configuration/1/change/"
    form = admin_client.get(url).context["adminform"].form
    assert "article 50" in str(form.fields["ai_mark"].help_text)
    given = {name: form[name].value() for name in form.fields}
    data = {
        name: value for name, value in given.items() if value is not None and value is not False
    }
    answer = admin_client.post(url, data | {"ai_mark": "off"})
    assert answer.status_code == 302, answer.context["errors"]
    record = Record.objects.get(field="ai_mark")
    assert (record.name, record.before, record.after) == ("admin", "bottom_right", "off")
    assert record.at

    sends(a_result())
    tryon = finished(visitor, product)
    download = get(visitor, tryon, "download")
    assert marked_corners(download) == set()
    assert DIGITAL_SOURCE_TYPE.encode() in download
    assert stored(tryon) == {"result": True, "original": True, "download": False}


@pytest.mark.parametrize("how", ["delete", "everything", "days", "row"])
def test_every_file_goes_with_the_picture(
    visitor: Visitor,
    product: Any,
    finished: Any,
    sends: Any,
    sweep: Any,
    on_commit: Any,
    pass_time: Any,
    how: str,
) -> None:
    sends(a_result())
    tryon = finished(visitor, product)
    assert stored(tryon) == {"result": True, "original": True, "download": True}
    if how == "delete":
        visitor.send("delete", f"/try-on/{tryon.pk}/")
    elif how == "everything":
        visitor.send("delete", "/try-on/")
    elif how == "days":
        pass_time(days=8)
        sweep()
    else:
        with on_commit():
            TryOn.objects.all().delete()
    assert stored(tryon) == {"result": False, "original": False, "download": False}
    for what in ("image", "download", "original"):
        assert visitor.json(f"/try-on/{tryon.pk}/{what}/").status_code == 404


def test_a_file_that_cannot_be_deleted_is_due_again(
    visitor: Visitor, product: Any, finished: Any, sends: Any, sweep: Any, monkeypatch: Any
) -> None:
    sends(a_result())
    tryon = finished(visitor, product)
    storage: Any = type(Photo._meta.get_field("file").storage._wrapped)
    delete = storage.delete

    def only_some(self: Storage, name: str) -> None:
        if name.endswith(files.ORIGINAL):
            raise OSError("the storage is away")
        delete(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete", only_some)
        visitor.send("delete", f"/try-on/{tryon.pk}/")
    assert stored(tryon)["original"]
    sweep()
    assert stored(tryon) == {"result": False, "original": False, "download": False}


def test_nobody_else_gets_them(
    visitor: Visitor, stranger: Visitor, product: Any, finished: Any, sends: Any
) -> None:
    sends(a_result())
    tryon = finished(visitor, product)
    for what in ("download", "original"):
        assert stranger.json(f"/try-on/{tryon.pk}/{what}/").status_code == 404


def test_a_picture_from_before_is_handed_out_as_it_is(
    visitor: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)
    for ending in (files.ORIGINAL, files.DOWNLOAD):
        tryon.result.storage.delete(files.beside(tryon.result.name, ending))
    TryOn.objects.update(original="", credentials=False)
    assert get(visitor, tryon, "download") == get(visitor, tryon, "image")
    assert visitor.json(f"/try-on/{tryon.pk}/original/").status_code == 404
