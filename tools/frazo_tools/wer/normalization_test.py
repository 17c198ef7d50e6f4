import pytest
from frazo_tools.wer.normalization import RULES, normalized, parse_rules, without_sentence_marks
from frazo_tools.wer.transcript_error import TranscriptError


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("lowercase", "ÄRGER Is", "ärger is"),
        ("punctuation", "Well-known, isn't it? «Ja», 'so'.", "Well known  isn't it   Ja    so  "),
        ("punctuation", "don\u2019t", "don't"),
        ("tags", "a <noise> b[breath] [not a tag] c", "a   b  [not a tag] c"),
        ("nfkc", "\ufb01ne e\u0301", "fine \u00e9"),
    ],
)
def test_a_rule_does_what_it_says(rule, text, expected):
    assert RULES[rule].apply(text) == expected


def test_rules_are_applied_in_their_order():
    assert parse_rules("lowercase, tags") == ["lowercase", "tags"]
    assert parse_rules("none") == []
    # Without its brackets a tag is a word.
    assert normalized(["A [x]"], ["punctuation", "tags"]) == ["A  x "]
    assert normalized(["A [x]"], ["tags", "punctuation"]) == ["A  "]
    with pytest.raises(TranscriptError, match=r"no rule is called 'upper'; there are lowercase"):
        parse_rules("upper")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", "a b"),
        ("<s> a b </s>", "a b"),
        ("a b</s>", "a b"),
        (" <s><s>a </s> </s> ", "a "),
        ("a </s> b", "a </s> b"),
    ],
)
def test_marks_of_start_and_end_are_no_words(text, expected):
    assert without_sentence_marks(text).split() == expected.split()
    assert normalized([text], []) == [without_sentence_marks(text)]
