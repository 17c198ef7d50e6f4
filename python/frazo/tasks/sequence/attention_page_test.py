import html.parser

import numpy as np
from frazo.tasks.sequence.attention_page import attention_figure, attention_page


class Page(html.parser.HTMLParser):
    """The tags of a page that are still open, and the attributes of its cells by row."""

    def __init__(self, text):
        super().__init__()
        self.open, self.cells, self.texts, self.tags = [], [], [], set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        assert not {"src", "href"} & {name for name, _ in attributes}
        if tag == "tr":
            self.cells.append([])
        if tag == "td":
            self.cells[-1].append(dict(attributes))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_a_page_shows_every_weight_and_needs_nothing_else():
    figure = attention_figure(
        np.array([[0.25, 0.75, 0], [1, 0, 0]]),
        ["▁Tag", "</s>"],
        ["▁a", "<b>", "</s>"],
        {"source": 'a <b> & "c"', "translation": "Tag"},
    )
    page = Page(attention_page("decode_test, step 7", [figure, figure]))
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe"}
    head, first, second = page.cells[:3]
    assert head == []
    assert [cell["style"] for cell in first] == [
        "background:rgba(12,74,150,0.250)",
        "background:rgba(12,74,150,0.750)",
        "background:rgba(12,74,150,0.000)",
    ]
    assert first[1]["title"] == "▁Tag ← <b>: 0.750"
    assert second[0]["title"] == "</s> ← ▁a: 1.000"
    assert 'a <b> & "c"' in page.texts
    assert page.texts.count("decode_test, step 7") == 2
    assert len(page.cells) == 6
