"""Whatever place says how workers and SQLite are set, it says the same."""

import re
import runpy
import textwrap
from pathlib import Path

import pytest

from genlook_oscar import known_good
from tests import settings as tests

pytestmark = pytest.mark.anydb

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(document):
    found = re.findall(r"^( *)```python.*?\n(.*?)^ *```", document.read_text(), re.M | re.S)
    return [textwrap.dedent(block) for _indent, block in found]


CLUSTERS = [
    pytest.param(block, id=f"{document.name}-{number}")
    for document in DOCUMENTS
    for number, block in enumerate(blocks(document))
    if re.search(r"^Q_CLUSTER = ", block, re.M)
]
OPTIONS = [
    pytest.param(block, id=document.name)
    for document in DOCUMENTS
    for block in blocks(document)
    if "transaction_mode" in block
]


def written(block):
    """What a block of settings leaves, in a project that has next to nothing yet."""
    names = {"__file__": "settings.py", "INSTALLED_APPS": [], "DATABASES": {"default": {}}}
    exec(block, names)
    return names


def test_the_documents_write_it_out():
    assert len(CLUSTERS) == 4
    assert len(OPTIONS) >= 1


@pytest.mark.parametrize("block", CLUSTERS)
def test_each_cluster_is_the_known_good_one(block):
    names = written(block)
    cluster = names["Q_CLUSTER"]
    expected = dict(known_good.Q_CLUSTER)
    if "redis" in cluster:
        # Its broker, and no table to look at.
        del expected["orm"], expected["poll"], cluster["redis"]
    assert cluster == expected
    assert names["GENLOOK_Q_CLUSTER"] == known_good.GENLOOK_Q_CLUSTER


@pytest.mark.parametrize("block", OPTIONS)
def test_each_option_of_sqlite_is_the_known_good_one(block):
    assert written(block)["DATABASES"]["default"]["OPTIONS"] == known_good.SQLITE_OPTIONS


def test_the_tests_run_with_it():
    expected = known_good.Q_CLUSTER | {"name": "tests", "workers": 2, "queue_limit": 2}
    if tests.REDIS:
        del expected["orm"]
        expected["redis"] = tests.REDIS
    assert expected == tests.Q_CLUSTER


def test_the_demo_runs_with_it(monkeypatch, tmp_path):
    monkeypatch.setenv("SANDBOX_DATA", str(tmp_path))
    sandbox = runpy.run_path(str(ROOT / "sandbox" / "settings.py"))
    smaller = {"name": "sandbox", "workers": 2, "queue_limit": 2}
    assert sandbox["Q_CLUSTER"] == known_good.Q_CLUSTER | smaller
    assert sandbox["GENLOOK_Q_CLUSTER"] == known_good.GENLOOK_Q_CLUSTER


def test_the_readme_needs_nothing_that_a_project_may_not_have(monkeypatch):
    """An image is built without secrets: `collectstatic` reads the settings there too."""
    monkeypatch.delenv("GENLOOK_API_KEY", raising=False)
    names = {"__file__": "/srv/shop/shop/settings.py", "INSTALLED_APPS": ["oscar"]}
    names |= {"DATABASES": {"default": {"ENGINE": "x.sqlite3"}}, "urlpatterns": []}
    for block in blocks(ROOT / "README.md"):
        exec(block, names)
    assert names["GENLOOK_API_KEY"] == ""
    assert names["GENLOOK_PRIVATE_ROOT"] == Path("/srv/shop/shop/private")
    assert len(names["urlpatterns"]) == 1
