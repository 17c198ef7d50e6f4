import ctc_workload
import frazo
import frazo_ctc_search
import frazo_las_search
import frazo_sound_batches
import las_workload
import numpy as np
import pytest
import tf_ctc_search
import tf_las_search
import tfdata_sound_batches
from frazo import _core, ops
from frazo.proto import log_mel_pb2
from frazo_transducer_loss import make_compute as make_transducer_loss
from jiwer_word_errors import count_errors
from sound_workload import make_samples
from tf_sound_features import make_compute
from transducer_workload import SIZES, make_lattices
from word_error_workload import WORDS, make_sentences

from tests.benchmarks.speech import (
    BATCH_CASES,
    LAS_SEARCH_CASES,
    TRANSDUCER_CASES,
    WORD_ERROR_CASES,
    make_batch_contenders,
    make_contenders,
    make_feature_contenders,
    make_las_contenders,
    make_transducer_contenders,
)
from tests.benchmarks.utterance_records import write_utterances


def test_contenders_find_the_same_errors():
    references, hypotheses = make_sentences(500)
    rates = frazo.error_rates(references, hypotheses)
    assert rates.reference_units == 500 * WORDS
    assert rates.errors == count_errors(references, hypotheses)
    # 10 of 100 words, less those that are replaced by themselves.
    assert 0.07 < rates.rate < 0.11


def test_contenders_find_the_same_texts():
    logits = ctc_workload.make_logits()
    texts, scores = frazo_ctc_search.make_search()(logits)
    peer_texts, peer_scores = tf_ctc_search.make_search()(logits)
    assert texts == peer_texts
    # Prefixes of nearly equal scores that one of them drops and the other keeps make a little
    # difference.
    np.testing.assert_allclose(scores, peer_scores, atol=0.02)
    assert 60 < len(texts[0]) < 150


def test_contenders_are_measured_in_all_cases():
    ours, peers = make_contenders()
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["jiwer"]
    assert set(WORD_ERROR_CASES) == {"rate", "one_thread_rate"}


def test_contenders_compute_the_same_features():
    samples = make_samples()[:16000]
    config = log_mel_pb2.LogMel(num_bins=80, spectrum=log_mel_pb2.LogMel.POWER)
    ours = _core.LogMelFrontend(config.SerializeToString()).compute(samples)
    np.testing.assert_allclose(make_compute()(samples), ours, atol=1e-2)


def test_a_peer_that_is_not_installed_is_left_out(capsys):
    ours, peers = make_feature_contenders(None)
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["tf.signal"]
    assert "kaldi-native-fbank is left out" in capsys.readouterr().out


def test_both_forms_compute_the_same_losses_and_gradients():
    lattices = make_lattices(3, 12, 6, 9)
    assert lattices.frames.tolist() == [12, 10, 8]
    ours = make_transducer_loss(lattices)()
    with ops.implementation(ops.Implementation.GRAPH):
        others = make_transducer_loss(lattices)()
    for one, other in zip(ours, others, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_transducers_are_measured_in_all_cases(capsys):
    ours, peers = make_transducer_contenders(None)
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["plain TensorFlow"]
    assert set(TRANSDUCER_CASES) == set(SIZES)
    assert "torchaudio is left out" in capsys.readouterr().out


def test_contenders_make_the_same_batches_of_features(tmp_path):
    write_utterances(tmp_path, 40)
    ours = list(frazo_sound_batches.make_batches(str(tmp_path), epochs=1))
    # soundfile need not be installed.
    peers = tfdata_sound_batches.make_batches(str(tmp_path), _core.decode_sound, epochs=1)
    assert {len(batch["frames"]) for batch in ours} > {8}
    for one, other in zip(ours, peers.as_numpy_iterator(), strict=True):
        np.testing.assert_array_equal(one["frames_length"], other["frames_length"])
        np.testing.assert_allclose(one["frames"], other["frames"], atol=1e-2)


def test_batches_are_measured(tmp_path, capsys):
    write_utterances(tmp_path, 20)
    ours, peers = make_batch_contenders(tmp_path, None)
    assert not peers
    assert "soundfile is left out" in capsys.readouterr().out
    (case,) = BATCH_CASES.values()
    assert ours.measure().figures[case] > 0


@pytest.fixture(name="small_las")
def _small_las():
    return las_workload.Sizes(
        utterances=5,
        vectors=40,
        memory=24,
        units=32,
        hidden=8,
        vocabulary=11,
        embedding=6,
        width=4,
        tokens=30,
    )


def assert_the_same_texts_by_attention(sizes, weights, lengths_of_texts):
    memory, lengths = las_workload.make_memory(sizes)
    texts, scores = frazo_las_search.make_search(sizes, weights)(memory, lengths)
    peer_texts, peer_scores = tf_las_search.make_search(sizes, weights)(memory, lengths)
    assert texts == peer_texts
    np.testing.assert_allclose(scores, peer_scores, atol=1e-3)
    assert [len(text) for text in texts] == lengths_of_texts


def test_contenders_find_the_same_texts_by_attention(small_las):
    weights = las_workload.make_weights(small_las)
    # A token for every two of 40, 35, 30, 25 and 20 vectors.
    assert_the_same_texts_by_attention(small_las, weights, [20, 17, 15, 12, 10])


def test_contenders_end_and_cut_the_same_texts(small_las):
    weights = las_workload.make_weights(small_las)
    # Now any text may end at any time. What comes next is more certain, so that it goes on first.
    weights["softmax/kernel"][0, las_workload.END] = 0
    weights["softmax/kernel"] *= 2
    weights["softmax/bias"][las_workload.END] = -2
    assert_the_same_texts_by_attention(small_las, weights, [26, 1, 30, 30, 3])


def test_rounded_weights_find_texts_of_nearly_the_same_lengths(small_las):
    weights = las_workload.make_weights(small_las)
    memory, lengths = las_workload.make_memory(small_las)
    exact, scores = frazo_las_search.make_search(small_las, weights)(memory, lengths)
    rounded, rounded_scores = frazo_las_search.make_search(small_las, weights, "INT8")(
        memory, lengths
    )
    # What ends a text is a sum over its tokens, so that rounding moves the end by a token or two.
    for text, other in zip(rounded, exact, strict=True):
        assert abs(len(text) - len(other)) <= 3
    assert (scores != rounded_scores).all()


@pytest.mark.parametrize("weights", LAS_SEARCH_CASES)
def test_searches_by_attention_are_measured_in_all_cases(weights):
    ours, peers = make_las_contenders(weights)
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["plain TensorFlow"]
    assert set(LAS_SEARCH_CASES[weights]) == {"las_search"}
