"""Files for spreadsheets: no cell is carried out, and the rows are not gathered first."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import genlook_oscar
from genlook_oscar.spreadsheet import csv_file, csv_lines, harmless

pytestmark = pytest.mark.anydb


@pytest.mark.parametrize(
    "value",
    [
        "=1+1",
        "@SUM(A1)",
        "-2",
        "+49 30",
        "|calc",
        "%PATH%",
        "\tx",
        "\rx",
        "\nx",
        " =1",
        "\xa0=1",
        "\ufeff=1",
        "\0=1",
        " \t=1",
        "＝1+1",
        "＠SUM(A1)",
    ],
)
def test_formulas_become_text(value: str) -> None:
    assert harmless(value) == f"'{value}"


@pytest.mark.parametrize("value", ["A-1", "1=1", "", " x", "x\ny", -2, 1.5, None, True])
def test_all_else_stays_as_it_is(value: Any) -> None:
    assert harmless(value) == value


def test_text_is_quoted_and_numbers_are_not() -> None:
    mark, line = csv_lines([["x;=1+1", -2, None, 'say "no"']])
    assert mark == "\ufeff"
    assert line == '"x;=1+1",-2,"","say ""no"""\r\n'


def test_rows_leave_one_by_one() -> None:
    asked: list[int] = []

    def rows() -> Iterator[list[Any]]:
        for number in range(3):
            asked.append(number)
            yield [number, "x"]

    answer = csv_file("things", rows())
    assert answer.headers["Content-Disposition"] == 'attachment; filename="things.csv"'
    parts = iter(answer.streaming_content)
    assert next(parts) == "\ufeff".encode()
    assert asked == []
    assert (next(parts), asked) == (b'0,"x"\r\n', [0])
    rest = b"".join(parts).decode()
    assert list(csv.reader(io.StringIO(rest))) == [["1", "x"], ["2", "x"]]


def test_there_is_no_other_writer() -> None:
    package = Path(genlook_oscar.__file__).parent
    writers = [
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if re.search(r"^import csv$|^from csv import", file.read_text(), re.MULTILINE)
    ]
    assert writers == ["spreadsheet.py"]
