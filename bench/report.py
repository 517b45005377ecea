"""The figures in docs/benchmarks.md, each row between its two marks."""

from __future__ import annotations

import re

from . import plots
from .processes import ROOT
from .table import Row

PAGE = ROOT / "docs" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"


def write(rows: list[Row]) -> None:
    """Put the rows' tables and pictures where the documentation shows them."""
    text = PAGE.read_text()
    for row in rows:
        begin, end = f"<!-- figures: {row.name} -->", f"<!-- end: {row.name} -->"
        picture = plots.draw(row, IMAGES)
        shown = f"![{picture[1]}](images/{picture[0]})\n\n" if picture else ""
        block = f"{begin}\n{shown}{row.markdown()}\n{end}"
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        text, found = re.subn(pattern, block.replace("\\", r"\\"), text, flags=re.DOTALL)
        if not found:
            raise SystemExit(f"{PAGE} has no place for {row.name}")
    PAGE.write_text(text)
