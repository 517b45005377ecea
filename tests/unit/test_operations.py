"""What docs/operations.md says is what the code does."""

import ast
import re
import textwrap
from pathlib import Path

import pytest

from genlook_oscar.engine import findings
from genlook_oscar.engine.health import Health
from genlook_oscar.queue_checks import check_queue

pytestmark = pytest.mark.anydb

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
CLUSTERS = [block for block in BLOCKS if block.startswith("Q_CLUSTER")]


def codes_in_the_code():
    """The second argument of each `Finding(...)` in the module."""
    tree = ast.parse(Path(findings.__file__).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [call for call in calls if getattr(call.func, "id", "") == "Finding"]
    codes = [call.args[1] for call in made]
    return {
        code.value if isinstance(code, ast.Constant) else getattr(findings, ast.unparse(code))
        for code in codes
    }


def test_each_finding_is_explained():
    explained = set(re.findall(r"^### `([a-z_]+)`$", TEXT, re.MULTILINE))
    assert explained == codes_in_the_code() - {"healthy"}


def test_each_number_is_explained():
    table = TEXT[TEXT.index("### What is in the answer") : TEXT.index("## Findings")]
    named = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (.*?) \|", table, re.M))))
    assert named == {*Health.__dataclass_fields__, "severity", "ledger"}


def test_there_is_a_block_for_each_way_of_running():
    assert len(CLUSTERS) == 2


@pytest.mark.parametrize("block", CLUSTERS)
def test_what_is_known_good_passes_the_checks(block, settings):
    written: dict[str, object] = {}
    exec(textwrap.dedent(block), written)
    settings.Q_CLUSTER = written["Q_CLUSTER"]
    settings.GENLOOK_Q_CLUSTER = written.get("GENLOOK_Q_CLUSTER", "")
    assert check_queue(None) == []


def test_each_link_leads_somewhere():
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        page, _, anchor = target.partition("#")
        if page:
            assert (ROOT / "docs" / page).exists()
        else:
            assert anchor in anchors
