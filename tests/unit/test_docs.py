"""What the documents list is what the code has."""

import re
from pathlib import Path

import pytest

from genlook_oscar.engine.messages import FAILURES, REFUSALS
from genlook_oscar.shopper.refusals import SENTENCES

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
