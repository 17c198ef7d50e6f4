import pytest
from frazo_tools.wer.transcript_error import TranscriptError
from frazo_tools.wer.transcripts import (
    Fields,
    format_of,
    matched,
    read_pairs,
    read_transcripts,
)


@pytest.fixture
def read(tmp_path):
    def read_bytes(content, form, text_field="hypothesis"):
        path = tmp_path / "file"
        path.write_bytes(content)
        return read_transcripts(path, form, Fields(), text_field)

    return read_bytes


def test_lines_are_numbered(read):
    # A byte order mark and the ends of lines are no part of the text.
    assert read("\ufeffeins\r\n\nzwölf".encode(), "lines") == {"1": "eins", "2": "", "3": "zwölf"}


def test_trn_has_ids_in_parentheses(read):
    content = b";; a comment\ntwo words (a-1)\n(a-2)\n\nsome (more) words  (b 3) \n"
    assert read(content, "trn") == {"a-1": "two words ", "a-2": "", "b 3": "some (more) words  "}


def test_json_lines_have_members(read, tmp_path):
    content = b'{"id": 7, "hypothesis": "one"}\n\n{"hypothesis": "", "id": "b"}\n'
    assert read(content, "json") == {"7": "one", "b": ""}
    both = tmp_path / "both"
    both.write_text('{"reference": "a", "hypothesis": "b"}\n{"reference": "c", "hypothesis": ""}\n')
    assert read_pairs(both, Fields()) == ({"1": "a", "2": "c"}, {"1": "b", "2": ""})


def test_the_best_of_a_decoders_hypotheses_is_taken(read):
    hypotheses = '"hypotheses": [{"text": "best", "score": -1}, {"text": "next"}]'
    content = f'{{"id": 1, {hypotheses}}}\n{{"id": 2, "hypothesis": "mine", {hypotheses}}}\n'
    assert read(content.encode(), "json") == {"1": "best", "2": "mine"}


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"a\n\xff\n", "lines", r"file:2: byte 1 is not UTF-8; convert"),
        ("a\n".encode("utf-16"), "lines", r"file is UTF-16"),
        (b"one two\n", "trn", r"file:1: has no id in parentheses"),
        (b"{ a / b } c (x)\n", "trn", r"file:1: has alternatives"),
        (b"a (x)\nb (x)\n", "trn", r"file:2: the id 'x' is there before"),
        (b"{'a'}\n", "json", r"file:1: is not JSON"),
        (b"[1]\n", "json", r"file:1: is not a JSON object"),
        (b'{"id": 1, "text": ""}\n', "json", r"has no 'hypothesis' but 'id', 'text'; name"),
        (b'{"id": 1, "hypotheses": []}\n', "json", r"has no 'hypothesis' but 'id', 'hypotheses'"),
        (b'{"id": 1, "hypothesis": 3}\n', "json", r"'hypothesis' is 3 and not a text"),
    ],
)
def test_what_is_wrong_is_named(read, content, form, message):
    with pytest.raises(TranscriptError, match=message):
        read(content, form)


def test_hypotheses_come_in_the_order_of_the_references(tmp_path):
    references = {"a": "1", "b": "2"}
    assert matched(references, {"b": "x", "a": "y"}, tmp_path, missing_as_empty=False) == ["y", "x"]
    assert matched(references, {"b": "x"}, tmp_path, missing_as_empty=True) == ["", "x"]
    with pytest.raises(TranscriptError, match=r"lacks 1 utterance \(a\) that is in the reference"):
        matched(references, {"b": "x"}, tmp_path, missing_as_empty=False)
    extra = {str(number): "" for number in range(5)}
    with pytest.raises(TranscriptError, match=r"5 utterances \(0, 1, 2, \.\.\) are not in the ref"):
        matched(references, references | extra, tmp_path, missing_as_empty=True)


def test_a_name_tells_the_format(tmp_path):
    names = ("a.trn", "a.jsonl", "a.JSON", "a.txt", "a")
    assert [format_of(tmp_path / name) for name in names] == [
        "trn",
        "json",
        "json",
        "lines",
        "lines",
    ]
