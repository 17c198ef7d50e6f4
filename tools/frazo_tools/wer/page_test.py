import html.parser

import pytest
from frazo_tools.wer.evaluation import evaluate
from frazo_tools.wer.figures import Resampling
from frazo_tools.wer.page import html_page
from frazo_tools.wer.report import Wishes


class _Page(html.parser.HTMLParser):
    """Notes the sections' kinds and the texts of marked words."""

    def __init__(self, page):
        super().__init__()
        self.kinds, self.marked, self.tags, self._open = [], [], set(), []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self._open.append((tag, dict(attributes)))
        if tag == "section":
            self.kinds.append(dict(attributes)["data-kinds"])

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self._open and self._open[-1][0] in ("ins", "del"):
            self.marked.append((self._open[-1][0], data))


def page_of(references, hypotheses):
    evaluation = evaluate(references, hypotheses, "")
    return html_page(evaluation, Wishes(["tags"], 0, 0, Resampling(0, 1)))


def test_words_are_marked_and_sections_tell_their_kinds():
    page = _Page(page_of({"a": "one two", "b": "x"}, {"h": ["one too three", "x"]}))
    assert page.kinds == ["eis", ""]
    # The form has two marks, too. From the end: three stands for two, and too is new.
    assert page.marked[2:] == [("ins", "too"), ("del", "two"), ("ins", "three")]


@pytest.mark.parametrize("text", ["<img src=x>", '"><script>x</script>', "&amp;", "</section>"])
def test_texts_are_escaped(text):
    page = _Page(page_of({text: text}, {text: [f"{text} {text}"]}))
    assert "img" not in page.tags
    assert page.kinds == ["ei"]
    assert ("ins", text.split()[-1]) in page.marked


def test_two_systems_are_named():
    page = page_of({"a": "one"}, {"first": ["one"], "second": ["two"]})
    assert page.count('<span class="system">') == 2
    assert "tags: &lt;noise&gt; and [noise]" in page
