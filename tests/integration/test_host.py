"""The host's pages with the package and without: the same answers, at the documented price."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.host.goods import ROLES
from tests.processes import ROOT, apart

pytestmark = [pytest.mark.slow, pytest.mark.anydb]

Steps = dict[str, dict[str, Any]]

# Steps by the words that docs/operations.md has for them; whatever is not here costs nothing.
PRICED = {
    "Product page, and its review form": r"GET catalogue:(detail|reviews-add)",
    "Product into the basket": r"POST (into the basket|a variant)",
    "Order placed": r"POST the order",
    "Review posted": r"POST review",
    "Product or a review of it saved": r"POST (save|make|return) (the|a|to) "
    r"(product|variant|review|stock)",
    "Product or category deleted": r"POST delete the (variant|product|category)",
    "Customer deletes the account": r"POST go for good",
}


@pytest.fixture(scope="module")
def walks() -> dict[str, Steps]:
    """What happened on the same walk through the same shop, with the package and without."""

    def walk(how: str) -> Steps:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.host.walk"],
            cwd=ROOT,
            env=apart() | {"GENLOOK_HOST": how, "DJANGO_SETTINGS_MODULE": "tests.host.settings"},
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, f"{how} the package:\n{done.stderr[-4000:]}"
        return dict(json.loads(done.stdout))

    ways = ("with", "without")
    with ThreadPoolExecutor() as both:
        return dict(zip(ways, both.map(walk, ways), strict=True))


def prices() -> dict[str, int]:
    """The queries that docs/operations.md allows, by its words."""
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \|", (ROOT / "docs/operations.md").read_text(), re.M)
    return {what: int(number) for what, number in rows if what in PRICED}


def allowed(step: str) -> int:
    found = [prices()[what] for what, steps in PRICED.items() if re.search(steps, step)]
    return found[0] if found else 0


def test_the_walk_is_the_whole_of_oscar(walks: dict[str, Steps]) -> None:
    assert walks["with"].keys() == walks["without"].keys()
    pages: dict[str, set[str]] = {role: set() for role in ROLES}
    for step, found in walks["without"].items():
        role, method, page = step.split(" ", 2)
        if method == "GET" and ":" in page and found["status"] != 404:
            pages[role].add(page)
    assert len(pages["superuser"]) > 120
    sales = [step for step in walks["without"] if " POST " in step]
    assert len(sales) > 50


def test_every_page_answers_as_without_the_package(walks: dict[str, Steps]) -> None:
    seen = ("status", "to", "log")
    differences = {
        step: [{name: walks[how][step][name] for name in seen} for how in ("without", "with")]
        for step in walks["without"]
        if any(walks["without"][step][name] != walks["with"][step][name] for name in seen)
    }
    assert differences == {}


def test_no_page_costs_more_than_is_documented(walks: dict[str, Steps]) -> None:
    assert prices().keys() == PRICED.keys()
    dear = {}
    for step, without in walks["without"].items():
        more = walks["with"][step]["queries"] - without["queries"]
        if more > allowed(step):
            dear[step] = (more, allowed(step))
    assert dear == {}


def test_the_package_was_there(walks: dict[str, Steps]) -> None:
    ours = {how: sum(found["ours"] for found in steps.values()) for how, steps in walks.items()}
    assert ours["without"] == 0
    assert ours["with"] > 0
