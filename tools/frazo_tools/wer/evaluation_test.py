import pytest
from frazo_tools.wer.evaluation import confusions, evaluate, groups_of, worst
from frazo_tools.wer.transcript_error import TranscriptError

REFERENCES = {"a-1": "one two three", "a-2": "one", "b-1": "two two", "b-2": "x"}
HYPOTHESES = ["one to tree", "one", "to tow", "y"]


@pytest.fixture
def evaluation():
    return evaluate(REFERENCES, {"h": HYPOTHESES}, None)


def test_the_worst_have_the_most_errors_and_few_words(evaluation):
    (system,) = evaluation.systems
    # 2 errors at 2 words, 2 at 3, 1 at 1; the second utterance has none.
    assert worst(evaluation, system, 10) == [2, 0, 3]
    assert worst(evaluation, system, 1) == [2]


def test_confusions_are_counted(evaluation):
    (system,) = evaluation.systems
    assert confusions(evaluation, system) == {
        ("substitution", "two", "to"): 2,
        ("substitution", "three", "tree"): 1,
        ("substitution", "two", "tow"): 1,
        ("substitution", "x", "y"): 1,
    }


def test_groups_are_what_the_expression_finds():
    ids = ["1089-134686-0000", "121-7-0001"]
    assert groups_of(ids, None) == ["1089", "121"]
    assert groups_of(ids, "") is None
    assert groups_of(ids, r"\d+$") == ["0000", "0001"]
    assert groups_of(ids, r"-(\d+)-") == ["134686", "7"]
    assert groups_of(["1089-134686-0000", "x"], None) is None


def test_what_is_wrong_is_named():
    with pytest.raises(TranscriptError, match=r"'x\+' finds nothing in the id 'a'"):
        groups_of(["a"], "x+")
    with pytest.raises(TranscriptError, match=r"'\(' is no regular expression"):
        groups_of(["a"], "(")
    with pytest.raises(TranscriptError, match=r"the reference has no text"):
        evaluate({}, {"h": []}, None)
