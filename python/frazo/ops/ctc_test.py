"""The search for texts beside the sum over all alignments, and TensorFlow's CTC loss."""

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import ops


def text_probabilities(log_probabilities):
    """Maps each text to the sum of the probabilities of its alignments."""
    time, classes = log_probabilities.shape
    sums = defaultdict(float)
    for alignment in itertools.product(range(classes), repeat=time):
        joined = [symbol for symbol, _ in itertools.groupby(alignment)]
        text = tuple(symbol for symbol in joined if symbol != classes - 1)
        sums[text] += math.exp(
            sum(log_probabilities[t, symbol] for t, symbol in enumerate(alignment))
        )
    return sums


def texts_of(found, row):
    """Returns the texts of an utterance with their scores."""
    return [
        (tuple(tokens[:length].tolist()), float(score))
        for tokens, length, score in zip(
            found.tokens.numpy()[row],
            found.lengths.numpy()[row],
            found.scores.numpy()[row],
            strict=True,
        )
        if score != -math.inf
    ]


frames = st.integers(0, 4).flatmap(
    lambda time: st.integers(1, 3).flatmap(
        lambda classes: st.lists(
            st.lists(st.floats(-6, 6, width=32), min_size=classes, max_size=classes),
            min_size=time,
            max_size=time,
        ).map(lambda rows: np.reshape(np.array(rows, np.float32), [time, classes]))
    )
)


@settings(max_examples=60, deadline=None)
@given(frames)
def test_a_wide_beam_finds_all_texts_with_the_sums_of_their_alignments(logits):
    log_probabilities = tf.nn.log_softmax(logits)
    found = ops.ctc_beam_search(
        log_probabilities[tf.newaxis], tf.constant([len(logits)]), width=200, n_best=200
    )
    texts = texts_of(found, 0)
    expected = text_probabilities(log_probabilities.numpy())
    assert dict(texts) == pytest.approx(
        {text: math.log(sum) for text, sum in expected.items()}, abs=1e-4
    )
    # The order of equal scores is not seen here: the search adds up as float64.
    scores = [score for _, score in texts]
    assert scores == sorted(scores, reverse=True)


def test_a_score_is_minus_the_loss_of_its_text():
    logits = tf.random.stateless_normal([1, 9, 5], [1, 2])
    found = ops.ctc_beam_search(tf.nn.log_softmax(logits), tf.constant([9]), width=4000)
    losses = tf.nn.ctc_loss(
        found.tokens[:, 0], logits, found.lengths[:, 0], [9], logits_time_major=False, blank_index=4
    )
    np.testing.assert_allclose(found.scores[:, 0], -losses, rtol=1e-5)


def test_the_texts_of_tensorflows_search():
    logits = 3 * tf.random.stateless_normal([6, 30, 10], [1, 2])
    lengths = tf.constant([30, 1, 17, 29, 8, 0])
    found = ops.ctc_beam_search(tf.nn.log_softmax(logits), lengths, width=64)
    (peer,), scores = tf.nn.ctc_beam_search_decoder(
        tf.transpose(logits, [1, 0, 2]), lengths, beam_width=64
    )
    peers = tf.sparse.to_dense(peer, default_value=-1).numpy()
    for row in range(6):
        text, score = texts_of(found, row)[0]
        assert text == tuple(peers[row][peers[row] >= 0])
        assert score == pytest.approx(float(scores[row, 0]), abs=1e-3)


def test_shapes_in_a_graph():
    @tf.function(
        input_signature=[tf.TensorSpec([None, None, 5]), tf.TensorSpec([None], tf.int32)],
        autograph=False,
    )
    def search(log_probabilities, frames):
        found = ops.ctc_beam_search(log_probabilities, frames, width=7, n_best=3, token_gap=4.0)
        assert found.tokens.shape.as_list() == [None, 3, None]
        assert found.lengths.shape.as_list() == found.scores.shape.as_list() == [None, 3]
        return found

    found = search(tf.nn.log_softmax(tf.zeros([2, 4, 5])), tf.constant([4, 0]))
    assert found.tokens.shape[:2] == [2, 3]
    assert texts_of(found, 1) == [((), 0.0)]


def test_what_is_wrong_is_named():
    values = tf.nn.log_softmax(tf.zeros([1, 2, 3]))
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"n_best: 3; expected 1 \.\. width, 2"
    ):
        ops.ctc_beam_search(values, tf.constant([2]), width=2, n_best=3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="utterance 0, frame 1 has NaN"):
        ops.ctc_beam_search(tf.constant([[[0.0], [np.nan]]]), tf.constant([2]), width=2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="token_gap: -1; expected 0 or more"):
        ops.ctc_beam_search(values, tf.constant([2]), width=2, token_gap=-1.0)


def prefix_scores(probabilities, tokens, eos_id):
    """Returns the scores before each of the tokens and after the last one."""
    time = probabilities.shape[0]
    state = ops.CtcPrefixState.before_first_step(1, time)
    found = []
    for token in [eos_id, *tokens]:
        scores, state = ops.ctc_prefix_scores(
            probabilities[tf.newaxis],
            tf.constant([time]),
            tf.constant([0]),
            tf.constant([token]),
            state,
            eos_id=eos_id,
        )
        found.append(scores[0].numpy())
    return found


def test_the_scores_of_a_text_add_up_to_minus_its_loss():
    logits = tf.random.stateless_normal([1, 12, 6], [1, 2])
    text, eos = [3, 3, 1, 4], 2
    scores = prefix_scores(tf.nn.softmax(logits)[0], text, eos)
    total = sum(row[token] for row, token in zip(scores, [*text, eos], strict=True))
    loss = tf.nn.ctc_loss([text], logits, [4], [12], logits_time_major=False, blank_index=5)
    assert total == pytest.approx(-float(loss[0]), abs=1e-4)


def test_rows_of_other_utterances_do_not_matter():
    probabilities = tf.nn.softmax(tf.random.stateless_normal([2, 5, 4], [1, 2]))
    frames, owners = tf.constant([5, 3]), tf.constant([1, 0, 1])
    state = ops.CtcPrefixState.before_first_step(3, 5)
    scores, state = ops.ctc_prefix_scores(
        probabilities, frames, owners, tf.constant([0, 0, 0]), state, eos_id=2
    )
    scores, state = ops.ctc_prefix_scores(
        probabilities, frames, owners, tf.constant([1, 0, 0]), state, eos_id=2
    )
    for row, (owner, token) in enumerate([(1, 1), (0, 0), (1, 0)]):
        length = int(frames[owner])
        alone = prefix_scores(probabilities[owner, :length], [token], 2)
        np.testing.assert_allclose(scores[row], alone[1], rtol=1e-6)
    assert state.last.numpy().tolist() == [1, 0, 0]
