"""What a line of the log says of itself."""

import io
import logging

import pytest

from genlook_oscar import logs

pytestmark = pytest.mark.anydb


@pytest.fixture
def line(caplog):
    """Write one line, and return its record."""
    caplog.set_level(logging.INFO, "genlook_oscar")

    def act(words="Something happened: %s.", *values):
        caplog.clear()
        logs.logger("genlook_oscar.tests").info(words, *(values or ("now",)))
        return caplog.records[0]

    return act


def test_a_line_about_nothing_in_particular(line):
    record = line()
    assert record.getMessage() == "Something happened: now."
    assert (record.tryon_id, record.request_id) == ("", "")


def test_a_line_about_a_tryon(line):
    with logs.about(request_id="abc"):
        logs.note(tryon_id="42")
        record = line()
    assert record.getMessage() == "Something happened: now. [request_id=abc tryon_id=42]"
    assert (record.tryon_id, record.request_id) == ("42", "abc")
    assert line().tryon_id == ""


def test_what_is_noted_outside_is_not_left_behind(line):
    logs.note(tryon_id="42")
    assert line().tryon_id == ""


@pytest.mark.parametrize(
    "given", [None, "", "a b", "%s", "x" * 65, "a\nFORGED", "<script>", "ümlaut"]
)
def test_a_name_that_a_proxy_may_not_give(given):
    assert logs.name_of(given) != given
    assert logs.GIVEN.fullmatch(logs.name_of(given))


def test_a_name_that_a_proxy_may_give():
    assert logs.name_of("5f0c-9.a_B") == "5f0c-9.a_B"


def test_the_lines_of_others_have_the_fields_as_well():
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logging.Formatter("{tryon_id}|{message}", style="{"))
    handler.addFilter(logs.AboutFilter())
    other = logging.getLogger("another.package")
    other.addHandler(handler)
    try:
        with logs.about(tryon_id="42"):
            other.warning("Hello")
        other.warning("Bye")
    finally:
        other.removeHandler(handler)
    assert said.getvalue() == "42|Hello\n|Bye\n"
