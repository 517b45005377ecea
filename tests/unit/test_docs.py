"""What the documents list is what the code has."""

import configparser
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

from genlook_oscar.engine.messages import FAILURES, REFUSALS
from genlook_oscar.shopper.refusals import SENTENCES

pytestmark = pytest.mark.anydb

ROOT = Path(__file__).resolve().parents[2]
API = (ROOT / "docs" / "storefront-api.md").read_text()


@pytest.mark.parametrize("code", sorted({*FAILURES, *REFUSALS, *SENTENCES}))
def test_each_code_a_shopper_can_meet_is_listed(code):
    assert f"`{code}`" in API


def test_the_problems_of_the_views_are_listed():
    sources = "".join(path.read_text() for path in (ROOT / "genlook_oscar/storefront").glob("*.py"))
    for code in re.findall(r'Problem\(\s*"([a-z_]+)"', sources):
        assert f"`{code}`" in API


def test_every_link_of_the_documents_leads_somewhere():
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def bounds():
    """Name, lowest and highest version of what a shop installs."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    lines = "\n".join([config["options"]["install_requires"], extras["wagtail"], extras["heif"]])
    return re.findall(r"^([\w-]+)>=([\d.]+),<([\d.]+)$", lines, re.M), lines.split()


def test_each_dependency_is_bound_to_what_has_been_run():
    found, lines = bounds()
    assert len(found) == len(lines)
    for name, lowest, highest in found:
        assert Version(lowest) <= Version(version(name)) < Version(highest), name


def test_the_bounds_are_documented():
    text = (ROOT / "docs" / "versions.md").read_text()
    rows = re.findall(r"^\| ([\w-]+)[^|]* \| ([\d.]+) \| ([\d.]+) \|", text, re.M)
    assert rows == bounds()[0]
