import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlook_oscar.catalogue.text import plain, shorten

pytestmark = pytest.mark.anydb


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("Plain words", "Plain words"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<ul><li>Wool</li><li>Warm</li></ul>", "Wool\nWarm"),
        ("A <b>bold</b> <i>word</i>", "A bold word"),
        ("Caf&eacute; &amp; co &#8211; 20&nbsp;%", "Café & co – 20 %"),
        ("<script>alert('x')</script>Seen<style>p{}</style>", "Seen"),
        ("<div>\n  spread   over\n lines </div>", "spread over lines"),
        ("waist < 80 cm", "waist < 80 cm"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("<p>never closed", "never closed"),
        ("<!-- hidden -->shown", "shown"),
        ("<table><tr><td>Wool</td><td>80 %</td></tr></table>", "Wool\n80 %"),
    ],
)
def test_html_is_read_as_a_person_sees_it(html: str, text: str) -> None:
    assert plain(html, 2000) == text


def test_long_text_ends_at_a_word() -> None:
    assert shorten("a linen shirt for summer", 15) == "a linen shirt…"
    assert shorten("a linen shirt", 13) == "a linen shirt"
    assert shorten("x" * 30, 10) == "x" * 9 + "…"


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_no_text_passes_the_limit(html: str, limit: int) -> None:
    assert len(plain(html, limit)) <= limit


@given(st.text(alphabet="<>/&;#pbr! -\"'=script\n"))
def test_broken_markup_is_no_error(html: str) -> None:
    plain(html, 2000)
