import pytest
from frazo_tools.prose.passages import passages
from hypothesis import given
from hypothesis import strategies as st

_PARAGRAPHS = st.lists(
    st.text(st.sampled_from("ab.! äß漢😀"), min_size=1).map(lambda text: " ".join(text.split()))
)


@pytest.mark.parametrize(
    ("paragraphs", "most_bytes", "expected"),
    [
        (["one", "two", "three"], 7, ["one\ntwo", "three"]),
        (["one", "two", "three"], 13, ["one\ntwo\nthree"]),
        (["one", "two", "three"], 12, ["one\ntwo", "three"]),
        # A sentence ends, or else a word; a word that is longer is cut.
        (["It is so. Why? Nobody knows it."], 20, ["It is so. Why?", "Nobody knows it."]),
        (["all that is one sentence"], 12, ["all that is", "one sentence"]),
        (["a" * 9], 4, ["aaaa", "aaaa", "a"]),
        # The parts of a long paragraph join its neighbours.
        (
            ["x", "It is so. Why? Nobody knows it.", "y"],
            18,
            ["x\nIt is so. Why?", "Nobody knows it.\ny"],
        ),
        (["ää"], 4, ["ää"]),
        (["äää"], 5, ["ää", "ä"]),
        ([], 4, []),
    ],
)
def test_passages_end_where_paragraphs_sentences_or_words_end(paragraphs, most_bytes, expected):
    assert list(passages(paragraphs, most_bytes)) == expected


@given(paragraphs=_PARAGRAPHS, most_bytes=st.integers(4, 40))
def test_passages_are_all_the_text_and_fit(paragraphs, most_bytes):
    found = list(passages(paragraphs, most_bytes))
    assert "".join("".join(found).split()) == "".join("".join(paragraphs).split())
    for passage in found:
        assert 0 < len(passage.encode()) <= most_bytes
