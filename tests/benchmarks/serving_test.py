"""What serving.py runs translates every sentence, whoever asks."""

import ctranslate2
import pytest
from frazo.export.predictor import Predictor

from tests.benchmarks import served_model, serving


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model"
    served_model.write_model(path)
    return path


def test_sentences_are_the_same_for_all():
    texts = served_model.sentences(100)
    assert texts == served_model.sentences(200)[:100]
    assert {len(text.split()) for text in texts} == set(range(5, 25))


def test_every_contender_gives_its_figures(model):
    ours, peers = serving.make_contenders(model, count=20)
    assert [peer.name for peer in peers] == ["offline tool", "no batches"]
    for contender in (ours, *peers):
        measurement = contender.measure()
        cases = {**serving.SERVED, **serving.SHARES} if contender is ours else serving.RATES
        assert measurement.figures.keys() == set(cases.values())
        assert min(measurement.figures[case] for case in serving.RATES.values()) > 0
        assert measurement.peak_memory_mb > 3


def test_the_model_is_that_of_ctranslate2(model):
    served_model.write_ctranslate2_model(model)
    translator = ctranslate2.Translator(f"{model}.ctranslate2", device="cpu")
    texts = served_model.sentences(3)
    # The ends of our sentences are not among the words that our detokenizer gives.
    found = translator.translate_batch(
        [text.split() for text in texts],
        beam_size=4,
        length_penalty=0,
        min_decoding_length=25,
        max_decoding_length=25,
    )
    predicted = Predictor(model).predict(texts)
    assert [" ".join(result.hypotheses[0]) for result in found] == [
        hypotheses[0][0] for hypotheses in predicted
    ]
