"""HTML to plain text, for Genlook's eyes."""

import re
from html.parser import HTMLParser

_BLOCKS = re.compile(
    r"address|article|aside|blockquote|br|dd|div|dl|dt|fig\w+|footer|form|h[1-6r]|header|li|main"
    r"|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_UNSEEN = frozenset(("script", "style", "template", "noscript", "title"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._hidden += 1
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _BLOCKS.fullmatch(tag):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            # Only tags break lines in HTML.
            self.parts.append(" ".join(data.split("\n")))


def plain(html: str, limit: int) -> str:
    """The text that a reader of `html` sees, one line for each block, at most `limit`
    characters, cut between words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return shorten("\n".join(line for line in lines if line), limit)


def shorten(text: str, limit: int) -> str:
    """`text`, or its beginning up to a word's end with an ellipsis: at most `limit`
    characters."""
    if len(text) <= limit:
        return text
    head = re.sub(r"\s+\S*\Z", "", text[:limit])
    return head[: limit - 1] + "…"
