"""The same project, run as docs/operations.md says under the heading that the environment
names in GENLOOK_TEST_DOCUMENTED."""

import os
import re
from pathlib import Path

from tests.settings import *  # noqa: F403

_TEXT = (Path(__file__).resolve().parents[1] / "docs" / "operations.md").read_text()

# Several hosts have the block of one machine, and what stands under their own heading.
for _heading in ("One machine", os.environ["GENLOOK_TEST_DOCUMENTED"]):
    _section = _TEXT.split(f"\n### {_heading}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]
    for _block in re.findall(r"```python\n(.*?)```", _section, re.DOTALL):
        exec(_block, globals())

if "redis" in Q_CLUSTER:  # noqa: F405
    # The same server, as the document says, but not the database of whoever runs the tests.
    Q_CLUSTER["redis"] = os.environ["GENLOOK_TEST_REDIS"]  # noqa: F405
