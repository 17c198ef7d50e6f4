import pytest
from frazo_tools.prose.html_text import paragraphs
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            "<html><head><title>no</title></head><body><h1>Head</h1><p>One <b>bold</b>\n  word&amp;"
            " more</p>tail</body></html>",
            ["Head", "One bold word& more", "tail"],
        ),
        ("<ul><li>one<li>two</ul>three", ["one", "two", "three"]),
        ("a<br>b<br/>c<hr>d", ["a b c", "d"]),
        ("<p>before<pre>int <b>main</b>;</pre>after", ["before", "after"]),
        ("<table><tr><td><table><td>in</table>out</table>rest", ["rest"]),
        ("<script>if (a < b) '<p>';</script>text<style>p {}</style>", ["text"]),
        ("<nav><p>menu</nav><p>prose<footer>foot</footer>", ["prose"]),
        # Without an end the head ends where the body begins.
        ("<head><title>no</title><body>yes", ["yes"]),
        ("<!-- <p>no --><p/>a<p>  </p>&nbsp;<p>&eacute;&#8217;</p>", ["a", "é\u2019"]),
        ("", []),
    ],
)
def test_the_prose_of_a_page(page, expected):
    assert paragraphs(page) == expected


_PIECES = [
    "<p>",
    "</p>",
    "<pre>",
    "</pre>",
    "<table",
    ">",
    "</table>",
    "&",
    "&#x;",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<",
    "'",
    '"',
    "<![CDATA[",
    "]]>",
]


@given(st.lists(st.sampled_from([*_PIECES, "word ", "\n"])).map("".join))
def test_damaged_pages_give_clean_paragraphs(page):
    for paragraph in paragraphs(page):
        assert paragraph == " ".join(paragraph.split()) != ""
