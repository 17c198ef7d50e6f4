"""Tests of the translations that a model finds after it has learned its pairs by heart."""

import random

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.step_context import StepContext
from frazo.learn.learner import Learner
from frazo.proto import decoding_weights_pb2, learner_pb2, search_pb2
from frazo.tasks.mt.small_translation import EOS, MODELS, make_batch, make_task
from google.protobuf import text_format

_VOCABULARY = 40
_PAIRS = 64
_LONGEST = 9
_STEPS = 50
# About 400 steps are needed.
_MOST_STEPS = 3000
_MOST_NATS = 0.05
_LEARNER = """
learning_rate: 5e-3
schedule { linear_rampup { warmup_steps: 30 } }
optimizer { adam { beta2: 0.98 } }
clip_global_norm: 1
"""
_EVALUATION = StepContext.for_evaluation(seed=0)


def random_pairs():
    draw = random.Random(5)

    def sentence():
        return [draw.randrange(EOS + 1, _VOCABULARY) for _ in range(draw.randint(1, _LONGEST))]

    sources = {tuple(sentence()) for _ in range(2 * _PAIRS)}
    return [(source, sentence()) for source in sorted(sources)[:_PAIRS]]


def learn_by_heart(task, pairs):
    """Trains until no pair costs more than _MOST_NATS.

    Each target then has a probability over 0.95, so that every search finds it, whatever else the
    model learned.
    """
    learner = Learner(text_format.Parse(_LEARNER, learner_pb2.Learner()), task.variables)
    batch = make_batch(pairs)

    @tf.function(autograph=False)
    def steps(begin):
        def step(count):
            context = StepContext.for_training(seed=1, global_step=count)
            with tf.GradientTape() as tape:
                loss, _ = task.loss(batch, context)
                mean = loss.mean
            gradients = tape.gradient(mean, learner.weights)
            learner.step(loss, gradients, context, count)
            return count + 1

        return tf.while_loop(lambda count: count < begin + _STEPS, step, [begin])

    cost = tf.function(lambda pair: task.loss(pair, _EVALUATION)[0].total, autograph=False)
    # All batches have one shape, so that the function is traced once.
    alone = [make_batch([pair], time=_LONGEST + 1) for pair in pairs]
    for begin in range(0, _MOST_STEPS, _STEPS):
        steps(tf.constant(begin, tf.int64))
        worst = max(float(cost(pair)) for pair in alone)
        if worst < _MOST_NATS:
            return
    pytest.fail(f"after {_MOST_STEPS} steps one of the pairs still costs {worst} nats")


@pytest.fixture(scope="module", params=MODELS)
def learned(request):
    """The pairs and a task that knows them by heart."""
    pairs = random_pairs()
    task = make_task(model=request.param, vocab_size=_VOCABULARY, dim=48)
    learn_by_heart(task, pairs)
    return pairs, task


def decoder(task):
    """Returns a function from a batch and a search to the results.

    The search, in text, replaces that of the message.
    """

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None], tf.int32),
            tf.TensorSpec([None], tf.int32),
            tf.TensorSpec([], tf.string),
        ],
        autograph=False,
    )
    def decode(source, source_length, search):
        return task.decode(source, source_length, search)

    def run(batch, search):
        message = text_format.Parse(f"eos_id: {EOS} max_length: 20 {search}", search_pb2.Search())
        return decode(batch["source"], batch["source_length"], message.SerializeToString())

    return run


def best_translations(results):
    """Returns the best translation of each sentence, without the token that ends it."""
    tokens, lengths = results.tokens[:, 0].numpy(), results.lengths[:, 0].numpy()
    assert all(row[length - 1] == EOS for row, length in zip(tokens, lengths, strict=True))
    return [list(row[: length - 1]) for row, length in zip(tokens, lengths, strict=True)]


@pytest.mark.parametrize("search", ["greedy {}", "beam { width: 4 } length_normalization: 0.6"])
def test_every_pair_is_translated_exactly(learned, search):
    pairs, task = learned
    results = decoder(task)(make_batch(pairs), search)
    assert best_translations(results) == [target for _, target in pairs]


def test_weights_in_int8_translate_every_pair_as_well(learned):
    pairs, task = learned
    exact = decoder(task)(make_batch(pairs), "beam { width: 4 }")
    task.message.decoding_weights = decoding_weights_pb2.DecodingWeights.INT8
    try:
        rounded = decoder(task)(make_batch(pairs), "beam { width: 4 }")
    finally:
        task.message.ClearField("decoding_weights")
    assert best_translations(rounded) == [target for _, target in pairs]
    difference = np.abs(rounded.totals - exact.totals)
    assert 0 < difference.max() < 0.1


def test_without_a_search_of_its_own_a_call_takes_that_of_the_message(learned):
    pairs, task = learned
    batch = make_batch(pairs[:3])
    results = task.decode(batch["source"], batch["source_length"])
    assert best_translations(results) == [target for _, target in pairs[:3]]


def test_scores_are_those_that_the_loss_sees(learned):
    pairs, task = learned
    results = decoder(task)(make_batch(pairs), "beam { width: 4 n_best: 2 }")
    assert results.tokens.shape[:2] == [_PAIRS, 2]
    for sentence in (0, 17, 63):
        for rank in range(2):
            length = int(results.lengths[sentence, rank])
            target = results.tokens[sentence, rank, : length - 1].numpy().tolist()
            loss, _ = task.loss(make_batch([(pairs[sentence][0], target)]), _EVALUATION)
            total = float(results.totals[sentence, rank])
            assert total == pytest.approx(-float(loss.mean) * length, rel=1e-3, abs=1e-4)
    assert np.all(results.totals[:, 0] >= results.totals[:, 1])


def test_neither_padding_nor_other_sentences_change_a_translation(learned):
    pairs, task = learned
    decode = decoder(task)
    search = "beam { width: 3 }"
    together = decode(make_batch(pairs, time=15, padding=7), search)
    for sentence in (3, 40):
        alone = decode(make_batch([pairs[sentence]]), search)
        length = int(alone.lengths[0, 0])
        assert int(together.lengths[sentence, 0]) == length
        np.testing.assert_array_equal(
            together.tokens[sentence, 0, :length], alone.tokens[0, 0, :length]
        )
        np.testing.assert_allclose(together.totals[sentence], alone.totals[0], atol=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_the_first_step_sees_sos_id(model):
    task = make_task(model=model, extra="sos_id: 5")
    batch = make_batch([([3, 4], [])])
    results = decoder(task)(batch, "beam { width: 9 n_best: 9 propose_eos_always: true }")
    lengths = results.lengths[0].numpy()
    assert 1 in lengths
    loss, _ = task.loss(batch | {"target": tf.constant([[5]])}, _EVALUATION)
    total = float(results.totals[0, list(lengths).index(1)])
    assert total == pytest.approx(-float(loss.mean), rel=1e-4)
