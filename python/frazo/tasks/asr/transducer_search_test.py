"""Greedy search and beam search against what trying everything gives."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.speech.transducer import Transducer, transducer_loss
from frazo.layers.step_context import StepContext
from frazo.proto import transducer_pb2
from frazo.tasks.asr.transducer_beam import search_beam
from frazo.tasks.asr.transducer_greedy import search_greedily, start_of_texts
from google.protobuf import text_format

CONTEXT = StepContext.for_evaluation(seed=1)
MESSAGE = """
vocab_size: %d
prediction { embedding_dim: 3 lstm_stack { num_layers: 1 layer { units: 4 } } }
joint { units: 8 }
max_tokens_per_frame: 3
"""


def transducer(vocab_size, seed):
    layer = Transducer(
        text_format.Parse(MESSAGE % vocab_size, transducer_pb2.Transducer()),
        Place(path="transducer", seed=seed, input_shape=(None, None, 3)),
    )
    # Sharper than at the start of a training, so that the best hypotheses are far apart.
    for variable in layer.variables:
        if "kernel" in variable.name:
            variable.assign(variable * 4)
    return layer


def by_hand(layer, encoded):
    """The greedy search of one utterance, [time, dim], without a batch."""
    written, tokens, score = layer.start(1, CONTEXT), [], 0.0
    for frame in layer.heard(encoded, CONTEXT):
        for count in range(layer.message.max_tokens_per_frame + 1):
            scores = tf.nn.log_softmax(layer.next_logits(frame[tf.newaxis], written, CONTEXT))[0]
            best = int(tf.argmax(scores))
            if count == layer.message.max_tokens_per_frame:
                best = layer.blank
            score += float(scores[best])
            if best == layer.blank:
                break
            tokens.append(best)
            written = layer.write(written, tf.constant([best]), CONTEXT)
    return tokens, score


@pytest.mark.parametrize("seed", [1, 2])
def test_greedy_search_takes_the_best_class_of_each_step(seed):
    layer = transducer(4, seed)
    encoded = tf.random.stateless_normal([4, 7, 3], [seed, 2]) * 2
    frames = [7, 3, 0, 5]
    found = search_greedily(layer, encoded, tf.constant(frames), start_of_texts(layer, 4))
    for row, time in enumerate(frames):
        tokens, score = by_hand(layer, encoded[row, :time])
        assert found.tokens[row, : found.lengths[row]].numpy().tolist() == tokens
        assert not found.tokens[row, found.lengths[row] :].numpy().any()
        assert float(found.scores[row]) == pytest.approx(score, abs=1e-4)


def test_some_frames_and_then_the_others_give_the_same_tokens():
    layer = transducer(4, 1)
    encoded = tf.random.stateless_normal([2, 12, 3], [1, 2]) * 2
    frames = tf.constant([12, 9])
    whole = search_greedily(layer, encoded, frames, start_of_texts(layer, 2))
    for size in (1, 5):
        written, rows, score = start_of_texts(layer, 2), [[], []], 0.0
        for begin in range(0, 12, size):
            left = tf.clip_by_value(frames - begin, 0, size)
            found = search_greedily(layer, encoded[:, begin : begin + size], left, written)
            written, score = found.written, score + found.scores
            for row, tokens in enumerate(rows):
                tokens += found.tokens[row, : found.lengths[row]].numpy().tolist()
        assert rows == [
            whole.tokens[row, : whole.lengths[row]].numpy().tolist() for row in range(2)
        ]
        np.testing.assert_allclose(score, whole.scores, atol=1e-4)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_beam_that_keeps_all_finds_the_most_probable_texts(seed):
    layer = transducer(2, seed)
    encoded = tf.random.stateless_normal([2, 2, 3], [seed, 3]) * 2
    frames = tf.constant([2, 1])
    found = search_beam(layer, encoded, frames, width=300, best=40)
    for row in range(2):
        hypotheses = {
            tuple(found.tokens[row, i, : found.lengths[row, i]].numpy()): float(
                found.scores[row, i]
            )
            for i in range(40)
            if found.scores[row, i] > -np.inf
        }
        # A frame may have three tokens, so nothing cuts an alignment of such a text.
        short = {text: score for text, score in hypotheses.items() if len(text) <= 3}
        texts = [text for n in range(4) for text in itertools.product(range(2), repeat=n)]
        expected = {text: -loss for text, loss in losses(layer, encoded[row], frames[row], texts)}
        assert len(short) >= 10
        for text, score in short.items():
            assert score == pytest.approx(expected[text], abs=1e-4)
        best = max(expected, key=expected.get)
        if len(next(iter(hypotheses))) <= 3:
            assert next(iter(hypotheses)) == best


def losses(layer, encoded, time, texts):
    for text in texts:
        labels = tf.constant([text], tf.int32, shape=[1, len(text)])
        logits = layer.logits(encoded[tf.newaxis], labels, CONTEXT)
        found = transducer_loss(logits, time[tf.newaxis], labels, tf.constant([len(text)]))
        yield text, float(found.losses[0])


def test_an_utterance_does_not_depend_on_its_batch():
    layer = transducer(4, 1)
    encoded = tf.random.stateless_normal([3, 6, 3], [5, 2]) * 2
    frames = [6, 0, 4]
    together = search_beam(layer, encoded, tf.constant(frames), width=4)
    for row, time in enumerate(frames):
        alone = search_beam(
            layer, encoded[row : row + 1, : max(time, 1)], tf.constant([time]), width=4
        )
        length = int(together.lengths[row, 0])
        assert length == int(alone.lengths[0, 0])
        np.testing.assert_array_equal(together.tokens[row, 0, :length], alone.tokens[0, 0, :length])
        np.testing.assert_allclose(together.scores[row], alone.scores[0], atol=1e-4)
    assert int(together.lengths[1, 0]) == 0
    assert float(together.scores[1, 0]) == 0
