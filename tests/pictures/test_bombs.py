"""No file takes more than a picture may: each is refused, or stays within the budget."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.decoded import apart
from genlook_oscar import pictures

from .bombs import BOMBS, HEAVY

pytestmark = pytest.mark.anydb
MAX_PIXELS = 64_000_000


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str) -> None:
    code, make = BOMBS[name]
    with pytest.raises(pictures.Refused) as caught:
        pictures.rebuild(make(), long_side=1600, max_pixels=MAX_PIXELS)
    assert caught.value.code == code


@pytest.mark.parametrize("name", [name for name in BOMBS if "announced as" not in name])
def test_no_decoder_sees_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures.process, "ask", lambda *args: pytest.fail("it was decoded"))
    with pytest.raises(pictures.Refused):
        pictures.rebuild(BOMBS[name][1](), long_side=1600, max_pixels=MAX_PIXELS)


@pytest.mark.slow
@pytest.mark.parametrize("name", HEAVY)
def test_the_costliest_that_is_taken_stays_within_the_budget(name: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(HEAVY[name]())
    found = apart(path)
    assert found["memory"] * 1024**2 <= pictures.MEMORY
    # By time it may be ended on a slow machine, and that is an answer as well.
    assert " x " in found["answer"] or "signal" in found["answer"]
