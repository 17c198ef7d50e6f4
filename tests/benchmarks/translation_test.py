import numpy as np
import translation_workload
from translation_workload import decoding_rate, random_ids, step_flops, training_rate

from tests.benchmarks import transformer_base
from tests.benchmarks.translation import make_contenders


def test_ids_are_ordinary_tokens_and_the_same_for_all():
    ids = random_ids(32, 32, 1)
    assert ids.dtype == np.int32 and ids.min() >= 4 and ids.max() < 32_000
    np.testing.assert_array_equal(ids, random_ids(32, 32, 1))
    assert (ids != random_ids(32, 32, 2)).any()


def use_clock(monkeypatch, *times):
    readings = iter(times)
    monkeypatch.setattr(translation_workload.time, "perf_counter", lambda: next(readings))


def test_training_is_timed_from_the_end_of_the_warm_up(monkeypatch):
    use_clock(monkeypatch, 10.0, 22.0)
    calls = []
    assert training_rate(lambda: calls.append(None)) == 0.5  # 6 steps in 12 s
    assert len(calls) == 3 + 6


def test_flops_of_a_step():
    # Weights of a layer: 4 * 512^2 + 2 * 512 * 2048 = 3,145,728 in the encoder, 4 * 512^2 more in the
    # decoder; 6 of each, and 512 * 32,000 of the softmax: 60,424,192. Attention multiplies a token
    # with 32 others twice in 18 places: 18 * 2 * 32 * 512 = 589,824. 1024 tokens, 2 operations each,
    # 3 times.
    assert step_flops() == 6 * 1024 * (60_424_192 + 589_824)


def test_decoding_is_the_median_over_the_repetitions(monkeypatch):
    seconds = [4, 2, 1, 8, 0.5, 16, 0.25]
    use_clock(monkeypatch, *(reading for length in seconds for reading in (0, length)))
    assert decoding_rate(lambda: 200) == 100


def test_the_experiment_is_the_workload():
    task = transformer_base.translation()
    assert task.transformer.softmax.num_classes == 32_000
    assert len(task.search.banned_tokens) == 1 and task.search.max_length == 25
    # beta2 is not Adam's own default.
    assert abs(transformer_base.learner().optimizer.adam.beta2 - 0.98) < 1e-6


def test_peers_are_left_out_with_a_word_where_they_are_not_installed(tmp_path, capsys):
    training, decoding, int8 = make_contenders(tmp_path)
    assert training[0].name == decoding[0].name == "Frazo"
    assert [peer.name for peer in training[1]] == ["TensorFlow"]
    assert decoding[1] == int8[1] == []
    output = capsys.readouterr().out
    assert "Lingvo 0.14 is left out: not installed" in output
    assert "CTranslate2 is left out: not installed" in output
