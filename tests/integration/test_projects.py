"""Shops of other shapes: each is tried on in for real, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest

from tests import FROM_WHEEL, projects
from tests.conftest import need
from tests.processes import ROOT, apart

pytestmark = pytest.mark.anydb

HERE = Path(projects.__file__).parent
OWN_MODELS = {"own_catalogue", "uuid_users"}
NO_SHAPES = {"__init__", "base", "storage", "visit"}
SHAPES = sorted(
    {path.parent.name for path in HERE.glob("*/settings.py")}
    | {
        path.stem
        for path in HERE.glob("*.py")
        if path.stem not in NO_SHAPES and not path.stem.endswith("urls")
    }
    - {"mariadb", "csp", "five_steps"}
)
MARIADB = os.environ.get("GENLOOK_CI_MARIADB") or "mysql://root@127.0.0.1:3306/genlook_projects"
"""A server on which its user may create databases, and the database to make there."""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first project leaves its empty tables for those that have the same."""
    return tmp_path_factory.mktemp("tables") / "tables.sqlite3"


@pytest.fixture
def visit(emulator: Any, tables: Path, tmp_path: Path) -> Callable[..., str]:
    """Have a project visited; what its process said."""

    def act(shape: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tests.projects.visit", shape],
            cwd=ROOT,
            env={
                **apart(),
                "GENLOOK_API_KEY": "gk_projects",
                "GENLOOK_BASE_URL": emulator.base_url,
                "PROJECT_FOLDER": str(tmp_path),
                "PROJECT_TABLES": "" if shape in OWN_MODELS else str(tables),
                **more,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    return act


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shop_of_another_shape_is_tried_on_in(shape: str, visit: Callable[..., str]) -> None:
    said = visit(shape)
    assert "Traceback" not in said, said


def test_the_five_steps_from_nothing_and_back(visit: Callable[..., str]) -> None:
    if not FROM_WHEEL:
        pytest.skip("the tests of the wheel take them in an environment of their own")
    said = visit("five_steps", PROJECT_TABLES="")
    assert "Traceback" not in said, said


def test_djangos_own_content_security_policy(visit: Callable[..., str]) -> None:
    if django.VERSION < (6, 0):
        pytest.skip("Django has it from 6.0 on")
    visit("csp")


@pytest.fixture
def mariadb() -> Iterator[str]:
    """The address of an empty database on a MariaDB server without tables of time zones."""
    import dj_database_url
    import pymysql

    given: Any = dj_database_url.parse(MARIADB)
    login = {
        "user": given["USER"],
        "password": given["PASSWORD"],
        "host": given["HOST"],
        "port": given["PORT"] or 3306,
    }
    try:
        server = pymysql.connect(**login)
    except pymysql.err.OperationalError:
        need(
            "mariadb",
            False,
            "start a MariaDB server (Debian: `apt-get install mariadb-server`, `service mariadb "
            "start`) and name it with a user who may create databases: "
            "GENLOOK_CI_MARIADB=mysql://USER:PASSWORD@HOST:3306/NAME",
        )
        raise
    with server, server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS `{given['NAME']}`")
        cursor.execute(f"CREATE DATABASE `{given['NAME']}` CHARACTER SET utf8mb4")
        yield MARIADB
        cursor.execute(f"DROP DATABASE `{given['NAME']}`")


def test_mariadb_without_time_zones(mariadb: str, visit: Callable[..., str]) -> None:
    said = visit("mariadb", GENLOOK_TEST_MARIADB=mariadb)
    assert "genlook_oscar.W030" in said
    assert "mariadb-tzinfo-to-sql" in said
    assert "Traceback" not in said, said
