"""What the documents tell a developer to write, as code."""

import re
import textwrap

from tests import ROOT


def steps(kind: str, document: str = "README.md") -> str:
    """A document's blocks of this kind (`settings`, `urls` and so on): what would be pasted."""
    text = textwrap.dedent((ROOT / document).read_text())
    blocks = re.findall(rf"^( *)```\w+ {kind}\n(.*?)^ *```", text, re.M | re.S)
    assert blocks, f"{document} shows no {kind}"
    return "\n".join(textwrap.dedent(block) for _indent, block in blocks)
