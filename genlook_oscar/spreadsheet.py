"""Files for spreadsheets: written line by line, and harmless where they are opened."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

RISKY = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, or of a call; the last four are read
as the first where Japanese is."""
BREAKS = ("\t", "\r", "\n")
"""What a spreadsheet may take for the end of a cell."""


def harmless(cell: Any) -> Any:
    """The cell; a text that a spreadsheet would carry out stands behind an apostrophe."""
    if not isinstance(cell, str):
        return cell
    risky = cell.startswith(BREAKS) or cell.lstrip("\0\ufeff \t\r\n\v\f\xa0").startswith(RISKY)
    return f"'{cell}" if risky else cell


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The rows as CSV, one at a time, in bounded memory."""
    # All text in quotes: a spreadsheet that splits at semicolons would begin a cell there.
    writer = csv.writer(_Line(), quoting=csv.QUOTE_NONNUMERIC)
    # Spreadsheets take a file without this mark for one in an old encoding.
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def csv_file(name: str, rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """The rows as an attachment that is called `name`.csv."""
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class _Line:
    """Where the writer writes: it hands each line back."""

    def write(self, value: str) -> str:
        return value
