import numpy as np
from beam_scores import EOS, ROWS, VOCABULARY, make_scores, milliseconds_per_step

from tests.benchmarks.beam_search import make_contenders


def test_log_probabilities_are_those_of_the_logits():
    logits, log_probabilities = make_scores(3, False), make_scores(3, True)
    assert logits.shape == (ROWS, VOCABULARY) and logits.dtype == np.float32
    np.testing.assert_allclose(np.exp(log_probabilities).sum(1), 1, rtol=1e-4)
    # Both differ by the same number in all of a row.
    assert np.ptp(logits - log_probabilities, axis=1).max() < 1e-4


def test_eos_is_seldom_near():
    far = [(make_scores(step, False)[:, EOS] < -5).mean() for step in range(4)]
    assert 0.9 < np.mean(far) < 1


def test_a_step_is_the_median_over_the_repetitions():
    seconds = iter([9.0] * 3 + [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    assert milliseconds_per_step(lambda: next(seconds)) == 10  # 0.5 s for 50 steps


def test_lingvo_is_left_out_with_a_word_where_it_is_not_installed(tmp_path, capsys):
    ours, peers = make_contenders(tmp_path)
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["TensorFlow, top_k twice", "TensorFlow, top_k once"]
    assert "Lingvo is left out: not installed" in capsys.readouterr().out
