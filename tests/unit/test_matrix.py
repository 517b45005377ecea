"""Which environments are run, and that they test what is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

import genlook_oscar
from tests import FROM_WHEEL, ROOT
from tests.matrix import ENDS, ends, environments, interpreters
from tests.processes import apart

pytestmark = pytest.mark.anydb

KNOWN = environments((ROOT / "tox.ini").read_text())


def test_the_matrix_is_every_python_with_every_django() -> None:
    assert {one[:2] for one in KNOWN} == {
        *((python, 52) for python in (10, 11, 12, 13)),
        # Django 6 begins with Python 3.12.
        *((python, django) for python in (12, 13) for django in (60, 61)),
    }
    assert len(KNOWN) == 16
    assert len([one for one in KNOWN if one[2].endswith("-wagtail")]) == 8


@pytest.mark.parametrize(
    ("pythons", "expected"),
    [
        ((10, 11, 12, 13), ["py310-django52-plain", "py313-django61-wagtail"]),
        ((11, 12), ["py311-django52-plain", "py312-django61-wagtail"]),
        ((12,), ["py312-django52-plain", "py312-django61-wagtail"]),
        ((11,), ["py311-django52-wagtail"]),
    ],
)
def test_the_ends_are_what_the_machine_has(pythons: tuple[int, ...], expected: list[str]) -> None:
    assert ends(KNOWN, pythons) == expected


@pytest.mark.parametrize("chosen", ENDS)
def test_what_the_ends_run_is_there(chosen: str) -> None:
    path, _, name = chosen.partition("::")
    assert (ROOT / path).exists()
    assert f"def {name}" in ((ROOT / path).read_text() if name else "def ")


def test_a_python_that_is_not_there_is_left_out() -> None:
    assert interpreters([2]) == {}


def test_what_is_tested_is_what_was_built() -> None:
    loaded = Path(genlook_oscar.__file__).resolve()
    assert ("site-packages" in loaded.parts) == FROM_WHEEL


def test_projects_of_their_own_test_the_same() -> None:
    command = [sys.executable, "-c", "import tests, genlook_oscar as it; print(it.__file__)"]
    said = subprocess.run(
        command, cwd=ROOT, env=apart(), capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == genlook_oscar.__file__
