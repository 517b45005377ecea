"""What keeps a shop from signing its pictures is said before anybody waits for a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from genlook_oscar import setting_checks
from genlook_oscar.engine import credentials
from tests import signing

pytestmark = pytest.mark.anydb


def told() -> list[Any]:
    found = run_checks(tags=[setting_checks.TAG])
    return [one for one in found if one.id == "genlook_oscar.W020"]


@pytest.fixture
def signs(settings: Any, tmp_path: Path) -> Path:
    own = signing.identity("The shop")
    (tmp_path / "certificate.pem").write_bytes(own.certificate)
    (tmp_path / "key.pem").write_bytes(own.key)
    settings.GENLOOK_C2PA_CERTIFICATE = tmp_path / "certificate.pem"
    settings.GENLOOK_C2PA_KEY = str(tmp_path / "key.pem")
    return tmp_path


def test_who_does_not_want_to_sign_is_told_nothing() -> None:
    assert told() == []


@pytest.mark.usefixtures("signs")
def test_what_fits_together_is_right() -> None:
    assert told() == []


@pytest.mark.usefixtures("signs")
@pytest.mark.parametrize("name", ["CERTIFICATE", "KEY"])
def test_one_without_the_other(settings: Any, name: str) -> None:
    delattr(settings, f"GENLOOK_C2PA_{name}")
    (message,) = told()
    assert "only one is set" in message.msg
    assert "GENLOOK_C2PA_KEY" in message.hint


@pytest.mark.parametrize("name", ["certificate.pem", "key.pem"])
def test_a_file_that_is_not_there(signs: Path, name: str) -> None:
    (signs / name).unlink()
    (message,) = told()
    assert "cannot be read (No such file or directory)" in message.msg


@pytest.mark.parametrize("name", ["certificate.pem", "key.pem"])
def test_a_file_of_somebody_else(signs: Path, name: str) -> None:
    other = signing.identity("Somebody else")
    content = {"certificate.pem": other.certificate, "key.pem": other.key}[name]
    (signs / name).write_bytes(content)
    (message,) = told()
    assert "PRIVATE" not in message.msg
    assert str(signs) not in message.msg


@pytest.mark.parametrize("name", ["certificate.pem", "key.pem"])
def test_a_file_of_something_else(signs: Path, name: str) -> None:
    (signs / name).write_text("no PEM at all")
    (message,) = told()
    assert "no PEM at all" not in message.msg


@pytest.mark.usefixtures("signs")
def test_another_algorithm(settings: Any) -> None:
    settings.GENLOOK_C2PA_ALGORITHM = "ps256"
    assert len(told()) == 1


@pytest.mark.usefixtures("signs")
def test_without_the_library(monkeypatch: Any) -> None:
    monkeypatch.setattr(credentials, "_library", lambda: None)
    (message,) = told()
    assert "c2pa is not installed" in message.msg
    assert 'pip install "genlook-oscar[c2pa]"' in message.hint
