"""Runs the tests in fresh environments from the built wheel, by tox.

`python -m tests.matrix` runs every environment of tox.ini whose Python is on this machine,
`python -m tests.matrix ends` the oldest and the newest of them. What follows goes to pytest.
"""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What a version changes, and nothing that only takes time: that the wheel is what is tested, and
# the five steps with every migration; queries; system checks; each template; admin and dashboard.
ENDS = [
    "tests/unit/test_matrix.py",
    "tests/integration/test_projects.py::test_the_five_steps_from_nothing_and_back",
    "tests/integration/storefront/test_separators.py",
    "tests/integration/cms",
    "tests/integration/test_admin_catalogue.py",
    "tests/integration/test_admin_limits.py",
    "tests/integration/dashboard/test_product.py",
    "tests/integration/engine/test_path.py",
    "tests/integration/storefront/test_button.py",
    "tests/integration/storefront/test_room.py",
    "tests/unit/test_checks.py",
    "tests/unit/api/test_answers.py",
    "tests/unit/catalogue/test_eligibility.py",
    "tests/unit/catalogue/test_facts.py",
    "tests/unit/catalogue/test_readiness.py",
    "tests/unit/catalogue/test_rules.py",
    "tests/unit/insight/test_series.py",
]
Environment = tuple[int, int, str]


def environments(tox: str) -> list[Environment]:
    """The environments of a tox.ini as (minor version of Python, Django's, name), in order."""
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(tox)
    found = []
    for line in config["tox"]["env_list"].split():
        for name in _spelt_out(line):
            python, django = re.findall(r"py3(\d+)-django(\d+)", name)[0]
            found.append((int(python), int(django), name))
    return sorted(found)


def _spelt_out(text: str) -> list[str]:
    group = re.search(r"\{([^}]*)\}", text)
    if group is None:
        return [text]
    before, after = text[: group.start()], text[group.end() :]
    return [name for one in group[1].split(",") for name in _spelt_out(before + one + after)]


def interpreters(minors: Iterable[int]) -> dict[int, str]:
    """The Pythons on this machine by their minor version: the running one, those on the path,
    those of pyenv."""
    found = {}
    kept = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))
    for minor in minors:
        own = [sys.executable] if sys.version_info.minor == minor else []
        installed = [str(path) for path in kept if path.parts[-3].startswith(f"3.{minor}.")]
        for candidate in (*own, *installed, f"python3.{minor}"):
            if _is_python(candidate, minor):
                found[minor] = candidate
                break
    return found


def _is_python(command: str, minor: int) -> bool:
    # A name on the path may be a shim with nothing behind it.
    asked = [command, "-c", "import sys, venv; print(sys.executable, sys.version_info.minor)"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return said.split()[-1:] == [str(minor)]


def ends(known: list[Environment], pythons: Iterable[int]) -> list[str]:
    """The oldest and the newest environment that these Pythons can run: the oldest without
    Wagtail and the newest with it. One where they are the same Python and Django."""
    can = [one for one in known if one[0] in set(pythons)]
    oldest = min(can, key=lambda one: (one[0], one[1], one[2].endswith("wagtail")))
    newest = max(can, key=lambda one: (one[1], one[0], one[2].endswith("wagtail")))
    return [newest[2]] if oldest[:2] == newest[:2] else [oldest[2], newest[2]]


def main(arguments: list[str]) -> int:
    known = environments((ROOT / "tox.ini").read_text())
    wanted = sorted({python for python, _django, _name in known})
    there = interpreters(wanted)
    only_ends = arguments[:1] == ["ends"]
    if only_ends:
        names, tests = ends(known, there), [*ENDS, *arguments[1:]]
    else:
        names, tests = [name for python, _django, name in known if python in there], arguments
    missing = [f"3.{minor}" for minor in wanted if minor not in there]
    if missing:
        sys.stdout.write(f"Not on this machine, so not run: Python {', '.join(missing)}.\n")
    sys.stdout.write(f"Running {', '.join(names)}\n")
    sys.stdout.flush()
    known_to_tox = ["--discover", *there.values()]
    tox = [sys.executable, "-m", "tox", "run", *known_to_tox, "-e", ",".join(names), "--", *tests]
    return subprocess.run(tox, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
