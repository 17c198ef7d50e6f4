import math

import pytest
from frazo.proto import translation_pb2
from frazo.tasks.mt.translation_scores import translation_scores


def test_bleu_by_hand():
    scores = translation_scores(["the cat sat on a mat"], ["the cat sat on the mat"])
    # 5 of 6 words match: the cat sat on mat. 3 of 5 pairs match: the-cat cat-sat sat-on. 2 of 4
    # triples match: the-cat-sat cat-sat-on. 1 of 3 runs of four words matches: the-cat-sat-on. The
    # text is as long as the reference, so there is no penalty.
    expected = 100 * math.exp(sum(map(math.log, (5 / 6, 3 / 5, 2 / 4, 1 / 3))) / 4)
    assert scores.metrics["bleu"] == pytest.approx(expected)
    assert 0 < scores.metrics["chrf"] < 100


def test_equal_texts_have_the_highest_scores():
    texts = ["Datei konnte nicht geöffnet werden .", "Eine Übersetzung, zwei Sätze."]
    scores = translation_scores(texts, texts)
    assert scores.metrics == pytest.approx({"bleu": 100, "chrf": 100})


def test_the_signatures_say_how_scores_were_computed():
    signatures = translation_scores(["a"], ["b"]).signatures
    assert signatures == {
        "bleu": "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0",
        "chrf": "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0",
    }


@pytest.mark.parametrize("tokenizer", ["zh", "char"])
def test_bleu_of_a_language_without_blanks(tokenizer):
    hypotheses, references = ["今天天气很好"], ["今天天气不好"]
    # 5 of 6 characters match, 3 of 5 pairs, 2 of 4 triples, 1 of 3 runs of four.
    expected = 100 * math.exp(sum(map(math.log, (5 / 6, 3 / 5, 2 / 4, 1 / 3))) / 4)
    scores = translation_scores(hypotheses, references, tokenizer)
    assert scores.metrics["bleu"] == pytest.approx(expected)
    # The whole text is one word for the default, and a wrong one.
    assert translation_scores(hypotheses, references).metrics["bleu"] == 0


@pytest.mark.parametrize("number", translation_pb2.Translation.BleuTokenizer.values())
def test_sacrebleu_has_each_tokenizer_of_the_configuration(number):
    name = translation_pb2.Translation.BleuTokenizer.Name(number)
    tokenizer = name.removeprefix("BLEU_").lower()
    signatures = translation_scores(["a b c d"], ["a b c d"], tokenizer).signatures
    assert f"|tok:{tokenizer}|" in signatures["bleu"]
