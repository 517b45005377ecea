"""Processes forked from the nursery are what processes started anew would be, and end."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import wait_until
from tests.processes import ROOT, Nursery, environment

pytestmark = pytest.mark.anydb

CONFIGURED = "import django; django.setup(); from tests import actor; actor.configured()"


@pytest.fixture(scope="module")
def nursery():
    with Nursery() as nursery:
        yield nursery


def anew(**more):
    ended = subprocess.run(
        [sys.executable, "-c", CONFIGURED],
        cwd=ROOT,
        env=environment(**more),
        stdout=subprocess.PIPE,
        timeout=120,
        check=True,
    )
    return json.loads(ended.stdout)


def test_the_environment_of_each_is_its_own(nursery):
    plain = {}
    told = {
        "DJANGO_SETTINGS_MODULE": "tests.settings_clusters",
        "Q_CLUSTER_NAME": "tryons",
        "DATABASE_URL": "postgres://someone@nowhere:1/other",
        "GENLOOK_BASE_URL": "http://127.0.0.1:1/tryon/v1",
        "GENLOOK_API_KEY": "gk_another",
        "GENLOOK_TEST_REDIS": "redis://127.0.0.1:6379/15",
        "GENLOOK_READ_TIMEOUT": "2.5",
    }
    for more in (plain, told, plain):
        child = nursery.child("tests.actor:configured", talks=True, **more)
        said = json.loads(child.stdout.read())
        child.end()
        assert said["settings"]["GENLOOK_API_KEY"] == more.get("GENLOOK_API_KEY", "gk_tests")
        if more:
            fresh = anew(**more)
            for part in fresh:
                assert {k: v for k, v in fresh[part].items() if v != said[part].get(k)} == {}
            assert said["cluster"]["CLUSTER_NAME"] == "tryons"


def test_the_nurserys_own_environment_is_not_theirs(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("GENLOOK_REQUESTS_PER_MINUTE", "7")
        nursery = Nursery()
        child = nursery.child("tests.actor:configured", talks=True)
        assert "GENLOOK_REQUESTS_PER_MINUTE" in json.loads(child.stdout.read())["settings"]
        child.end()
    with nursery:
        child = nursery.child("tests.actor:configured", talks=True)
        assert "GENLOOK_REQUESTS_PER_MINUTE" not in json.loads(child.stdout.read())["settings"]
        child.end()


def test_the_exit_code_is_told(nursery):
    assert nursery.child("sys:exit", "words").wait(timeout=30) == 1
    assert nursery.child("tests.actor:nothing_of_the_kind").wait(timeout=30) == 1
    assert nursery.child("gc:collect").wait(timeout=30) == 0


def test_nobody_outlives_it(nursery):
    children = [nursery.child("tests.actor:family", talks=True) for _ in range(2)]
    pids = [int(pid) for child in children for pid in child.stdout.readline().split()]
    assert len(set(pids)) == 4
    # The first of a group dies alone; the other one's family is there until the end.
    os.kill(children[0].pid, signal.SIGKILL)
    assert children[0].wait(timeout=30) == -signal.SIGKILL
    with pytest.raises(subprocess.TimeoutExpired):
        children[1].wait(timeout=0)
    nursery.close()
    wait_until(lambda: not any(map(_there, pids)), what="the end of all")


def _there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
