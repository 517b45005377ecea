"""What the host is not: a disk that takes no file, a shop that is closed to guests, time zones
that are off. The answer is the API's own."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from genlook_oscar.conf import conf
from genlook_oscar.models import Photo
from tests.integration.storefront.conftest import HTML, Visitor, photo_file

pytestmark = pytest.mark.anydb

PHOTOS = "/try-on/photos/"
ON_DISK = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
WALL = "django.contrib.auth.middleware.LoginRequiredMiddleware"


def new_url(product: Any) -> str:
    return reverse("genlook_oscar:new", args=[product.pk])


class TestUploadFolder:
    def test_none_is_needed(
        self, visitor: Visitor, product: Any, settings: Any, tmp_path: Path
    ) -> None:
        # A photo lies in no folder on its way, where a web server that is killed would leave it.
        settings.FILE_UPLOAD_HANDLERS = ON_DISK
        settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone")
        assert visitor.upload().status_code == 201
        sent = {"photo_file": photo_file("#123456"), "consent": "1", "product": product.pk}
        assert visitor.submit(new_url(product), sent).status_code == 303


class TestPrivateFolder:
    @pytest.fixture(autouse=True)
    def no_folder(self, visitor: Visitor) -> Any:
        """A private folder in which nothing can be made: a file stands in the way."""
        folder = conf.private_root / "photos"
        kept = folder.with_name("photos-kept")
        folder.mkdir(parents=True, exist_ok=True)
        folder.rename(kept)
        folder.touch()
        yield
        folder.unlink()
        kept.rename(folder)

    def test_a_script_is_told(self, visitor: Visitor, caplog: Any) -> None:
        answer = visitor.upload()
        assert answer.status_code == 503
        assert answer.json()["code"] == "photo_not_kept"
        assert answer.json()["details"][0]["field"] == "photo"
        assert not Photo.objects.exists()
        assert "private storage" in caplog.text

    def test_and_a_page_without_script(self, visitor: Visitor, product: Any) -> None:
        answer = visitor.submit(new_url(product), {"photo_file": photo_file(), "consent": "1"})
        assert "cannot keep your photo" in answer.content.decode()


class TestClosedToGuests:
    """Django's LoginRequiredMiddleware sends guests to the login, whatever they ask for."""

    @pytest.fixture(autouse=True)
    def wall(self, settings: Any) -> None:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, WALL]
        settings.LOGIN_URL = "/accounts/login/"

    def test_a_script_is_told_so(self, visitor: Visitor) -> None:
        for answer in (visitor.upload(), visitor.json(PHOTOS)):
            assert answer.status_code == 403
            assert answer.json()["code"] == "sign_in_first"
        assert not Photo.objects.exists()

    def test_a_page_leads_to_the_login_and_back(self, visitor: Visitor, product: Any) -> None:
        answer = visitor.page(new_url(product))
        assert answer.status_code == 302
        assert answer.url == f"/accounts/login/?next={new_url(product)}"

    def test_customers_try_on(self, customer: Visitor, product: Any) -> None:
        assert customer.start(product, customer.photo()).status_code == 202

    def test_monitoring_has_its_token(self, visitor: Visitor, settings: Any) -> None:
        settings.GENLOOK_HEALTH_TOKEN = "long-and-random"
        health = reverse("genlook_oscar:health")
        bearer = {"Authorization": "Bearer long-and-random"}
        assert visitor.send("get", health, headers=bearer).json()["severity"]
        assert visitor.json(health).status_code == 404


def test_without_time_zones_nothing_is_clicked_and_nothing_fails(
    visitor: Visitor, product: Any, settings: Any, caplog: Any
) -> None:
    settings.USE_TZ = False
    with caplog.at_level(logging.ERROR):
        page = visitor.client.get(product.get_absolute_url(), headers={"Accept": HTML})
        assert page.status_code == 200
        assert "genlook-try-on" not in page.content.decode()
        answer = visitor.upload()
    assert (answer.status_code, answer.json()["code"]) == (403, "not_configured")
    assert caplog.text == ""
