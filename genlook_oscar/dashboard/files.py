"""Figures as a file for spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from ..insight.period import Period

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that a spreadsheet would carry out."""


def csv_file(name: str, period: Period, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The rows as an attachment, `name` and the days in its name."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    named = f"{name}_{period.start:%Y-%m-%d}_{period.end:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{named}"'
    # Spreadsheets take a file without this mark for one in an old encoding.
    response.write("\ufeff")
    csv.writer(response).writerows([harmless(cell) for cell in row] for row in rows)
    return response


def harmless(cell: Any) -> Any:
    """The cell; a text that a spreadsheet would take for a formula behind an apostrophe."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA):
        return f"'{cell}"
    return cell
