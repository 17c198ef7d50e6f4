"""The scores by hand."""

import pytest
from frazo.tasks.asr.speech_scores import SpeechScorer


def scores(*pairs):
    scorer = SpeechScorer()
    for reference, hypothesis in pairs:
        scorer.add({}, [{"reference": reference, "hypotheses": [{"text": hypothesis}]}])
    return scorer.result().metrics


def test_by_hand():
    found = scores(("the cat sat", "the cat sat"), ("on a mat", "on mats now here"))
    # "a mat" became "mats now here": two substitutions and an insertion.
    assert found["wer"] == pytest.approx(3 / 6)
    assert found["substitutions"] == pytest.approx(2 / 6)
    assert found["insertions"] == pytest.approx(1 / 6)
    assert found["deletions"] == 0
    assert found["sentence_accuracy"] == 0.5


def test_the_best_of_the_n_best_by_hand():
    scorer = SpeechScorer()
    for reference, texts in (
        ("the cat sat", ["a cat sat", "the cat sat", "cat"]),
        ("on a mat", ["on mat"]),
        ("go", ["stop it", "stop"]),
    ):
        hypotheses = [{"text": text} for text in texts]
        scorer.add({}, [{"reference": reference, "hypotheses": hypotheses}])
    found = scorer.result().metrics
    assert found["wer"] == pytest.approx(4 / 7)
    assert found["oracle_wer"] == pytest.approx(2 / 7)


def test_equal_texts_have_no_error():
    found = scores(("one two", "one two"))
    assert found["wer"] == found["cer"] == found["oracle_wer"] == 0
    assert found["sentence_accuracy"] == 1


def test_nothing_recognised_is_all_deleted():
    assert scores(("one two", ""))["deletions"] == 1
