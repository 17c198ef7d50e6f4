"""The prose of HTML pages."""

from html.parser import HTMLParser

# Each holds a paragraph, or parts of one.
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "section",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
# What is within them is no prose: programs, menus, tables of values, headings of their own.
_SKIPPED = frozenset(
    [
        "footer",
        "head",
        "math",
        "nav",
        "noscript",
        "object",
        "pre",
        "script",
        "select",
        "style",
        "svg",
        "table",
        "textarea",
    ]
)
# They have no end.
_VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "wbr"))


def paragraphs(page: str) -> list[str]:
    """Returns the paragraphs of a page in order, without markup, programs, tables and menus.

    Blanks and line ends within a paragraph are one blank each. Headings and items of lists are
    paragraphs. Damaged markup is read as far as it makes sense.

    Args:
      page: The HTML.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    reader.end_paragraph()
    return reader.paragraphs


class _Reader(HTMLParser):
    """Collects the paragraphs of a page.

    Attributes:
      paragraphs: Those that have ended.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = []
        self._texts: list[str] = []
        # The element that is skipped, and how many of its name are open.
        self._skipped = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body" and self._skipped == "head":
            self._skipped = ""
        if self._skipped:
            self._depth += tag == self._skipped
        elif tag in _SKIPPED:
            self.end_paragraph()
            self._skipped, self._depth = tag, 1
        elif tag == "br":
            self._texts.append(" ")
        elif tag in _BLOCKS:
            self.end_paragraph()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # <script/> and <p/> begin an element in HTML; XHTML ends it, too.
        if tag in _VOID:
            self.handle_starttag(tag, attrs)
        elif tag in _BLOCKS and not self._skipped:
            self.end_paragraph()

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._depth -= tag == self._skipped
            if not self._depth:
                self._skipped = ""
        elif tag in _BLOCKS:
            self.end_paragraph()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._texts.append(data)

    def end_paragraph(self) -> None:
        """Ends the paragraph, if one has begun."""
        paragraph = " ".join("".join(self._texts).split())
        self._texts.clear()
        if paragraph:
            self.paragraphs.append(paragraph)
