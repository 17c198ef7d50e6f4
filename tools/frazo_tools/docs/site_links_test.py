"""Links of documents become links of the site."""

import pytest
from frazo_tools.docs.site_links import with_site_links

PAGES = {
    "README.md": "index.md",
    "docs/data.md": "data.md",
    "docs/images/curve.svg": "images/curve.svg",
    "proto/task.proto": "reference/messages/task.md",
    "third_party/README.md": "reference/dependencies.md",
}


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("[data](docs/data.md)", "README.md", "[data](data.md)"),
        ("[a](docs/data.md#1-a)", "README.md", "[a](data.md#1-a)"),
        ("![c](images/curve.svg)", "docs/data.md", "![c](images/curve.svg)"),
        ("[`Task`](../proto/task.proto)", "docs/data.md", "[`Task`](reference/messages/task.md)"),
        ("[readme](../README.md)", "third_party/README.md", "[readme](../index.md)"),
        # What is not on the site.
        ("[tests/a.py](../tests/a.py)", "docs/data.md", "`tests/a.py`"),
        ("[the test](../tests/a.py)", "docs/data.md", "the test (`tests/a.py`)"),
        ("[a fence](#fence)", "docs/data.md", "[a fence](#fence)"),
        ("[out](https://example.org/a)", "docs/data.md", "[out](https://example.org/a)"),
        # Code that looks like a link.
        ("`f[0](x)` and\n```\ng[1](y)\n```\n", "docs/data.md", None),
    ],
)
def test_a_link_leads_to_its_page_or_becomes_text(text, source, expected):
    assert with_site_links(text, source, PAGES) == (text if expected is None else expected)
