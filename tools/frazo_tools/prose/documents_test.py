import gzip

import pytest
from frazo_tools.prose.documents import Document, Source, find_sources, is_document, read_library
from frazo_tools.prose.prose_filter import Reason

_PROSE = "It is one of the paragraphs that people wrote, and it has enough words."


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("usr/share/doc/x/index.html", True),
        ("page.xhtml", True),
        ("page.htm", True),
        ("text.txt.gz", True),
        ("README.md", True),
        ("doc/html/_sources/index.rst.txt", False),
        ("picture.png", False),
        ("html", False),
    ],
)
def test_pages_and_texts_are_documents(path, expected):
    assert is_document(path) == expected


def test_reads_pages_and_texts_and_counts_what_is_no_prose(tmp_path):
    (tmp_path / "a.html").write_text(f"<h1>Short</h1><p>{_PROSE}\u00b6</p>")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(f"Short\n\n{_PROSE}\nmore\n".encode()))
    (tmp_path / "c.html").write_text(f'<html class="x" lang="de-DE"><p>{_PROSE}</p>')
    (tmp_path / "d.md").write_text("nothing here")
    sources = find_sources([tmp_path])
    done = []
    library = read_library(sources, done.append)
    assert library.documents == [
        Document("-", "a.html", [_PROSE]),
        Document("-", "b.txt.gz", [f"{_PROSE} more"]),
    ]
    assert library.reasons == {Reason.SHORT: 3}
    assert library.sources == [
        (Source("-", "-", "-", str(path)), number)
        for path, number in zip(sources, (1, 1, 0, 0), strict=True)
    ]
    assert library.left_out == [
        f"{tmp_path / name}: has no pages or texts with English prose"
        for name in ("c.html", "d.md")
    ]
    assert done[-1] == sum(path.stat().st_size for path in sources)


def test_a_damaged_package_is_left_out(tmp_path):
    (tmp_path / "x.deb").write_bytes(b"!<arch>\nnothing")
    library = read_library({tmp_path / "x.deb": "x.deb"})
    assert library.documents == []
    assert "x.deb: cannot be unpacked" in library.left_out[0]
