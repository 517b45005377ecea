"""What docs/operations.md says is what the code does."""

import os
import re
import textwrap
from pathlib import Path

import pytest

from genlook_oscar.causes import ALARMS, CAUSES, HEALTH
from genlook_oscar.causes.cause import TELLINGS
from genlook_oscar.engine.findings import Finding
from genlook_oscar.engine.health import Health
from genlook_oscar.engine.messages import REFUSALS
from genlook_oscar.queue_checks import check_queue

pytestmark = pytest.mark.anydb

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
CLUSTERS = [block for block in BLOCKS if block.startswith("Q_CLUSTER")]


START, END = "<!-- generated: begin -->\n", "<!-- generated: end -->\n"
NUMBERS = dict.fromkeys(("count", "failed", "ended", "uncertain", "sent", "spent", "limit"), 98765)
NUMBERS = {**NUMBERS, "code": "N", "why": "N", "when": "N"}


def row(cause):
    """One cause as the document shows it."""
    severity = f"{cause.severity} ({cause.resting} while off)" if cause.resting else cause.severity
    said = str(Finding.of(cause, **NUMBERS).sentence).replace("98765", "*N*")
    told = ", ".join(way for way in TELLINGS if way in cause.told)
    cells = [f"`{cause.code}`", severity, said, cause.operator, cause.shopper, told]
    alarm = f"`{cause.alarm}`" if cause.alarm else ""
    return f"| {' | '.join(map(str, [*cells, alarm]))} |\n"


def test_the_table_is_the_list_of_causes():
    """GENLOOK_WRITE_CAUSES=1 writes it anew."""
    heads = ["Code", "Severity", "The merchant reads", "To be done", "The shopper reads"]
    lines = [*heads, "Told by", "Alarm"]
    table = f"| {' | '.join(lines)} |\n{'| --- ' * len(lines)}|\n"
    table += "".join(row(cause) for cause in CAUSES.values() if cause.severity != "ok")
    before, _, rest = TEXT.partition(START)
    written, _, after = rest.partition(END)
    if os.environ.get("GENLOOK_WRITE_CAUSES"):
        (ROOT / "docs" / "operations.md").write_text(f"{before}{START}{table}{END}{after}")
    else:
        assert written == table


def test_each_finding_is_explained():
    explained = set(re.findall(r"^### `([a-z_]+)`$", TEXT, re.MULTILINE))
    assert explained == {code for code, cause in CAUSES.items() if HEALTH in cause.told} - {
        "healthy"
    }


@pytest.mark.parametrize("cause", CAUSES.values(), ids=lambda cause: cause.code)
def test_a_click_reads_what_the_cause_says(cause):
    if cause.circuit:
        assert str(REFUSALS[cause.circuit].text) == str(cause.shopper)
    if cause.alarm:
        assert ALARMS[cause.alarm] is cause


@pytest.mark.parametrize("cause", CAUSES.values(), ids=lambda cause: cause.code)
def test_each_cause_is_told_and_says_what_to_do(cause):
    assert CAUSES[cause.code] is cause
    assert cause.told
    assert str(cause.operator) or cause.severity == "ok"


def test_each_number_is_explained():
    table = TEXT[TEXT.index("### What is in the answer") : TEXT.index("## All causes")]
    named = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (.*?) \|", table, re.M))))
    assert named == {*Health.__dataclass_fields__, "severity", "ledger", "cost", "products"}


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
