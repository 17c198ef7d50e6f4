import math

import pytest
from frazo.tasks.mt.translation_scores import translation_scores


def test_bleu_by_hand():
    scores = translation_scores(["the cat sat on a mat"], ["the cat sat on the mat"])
    # Words: the cat sat on mat. Pairs: the-cat cat-sat sat-on. Triples: the-cat-sat cat-sat-on. One of
    # four words: the-cat-sat-on. As long as the reference: no penalty.
    expected = 100 * math.exp(sum(map(math.log, (5 / 6, 3 / 5, 2 / 4, 1 / 3))) / 4)
    assert scores.metrics["bleu"] == pytest.approx(expected)
    assert 0 < scores.metrics["chrf"] < 100


def test_what_is_equal_has_all_points():
    texts = ["Datei konnte nicht geöffnet werden .", "Eine Übersetzung, zwei Sätze."]
    scores = translation_scores(texts, texts)
    assert scores.metrics == pytest.approx({"bleu": 100, "chrf": 100})


def test_the_signatures_name_what_was_done():
    signatures = translation_scores(["a"], ["b"]).signatures
    assert signatures == {
        "bleu": "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0",
        "chrf": "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0",
    }
