"""What serving.py runs translates every sentence, whoever asks."""

import pytest

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
        assert measurement.figures.keys() == set(serving.CASES.values())
        assert min(measurement.figures.values()) > 0
        assert measurement.peak_memory_mb > 3
