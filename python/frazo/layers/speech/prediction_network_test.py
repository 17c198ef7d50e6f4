"""Vectors token by token, and independence of what comes later."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.speech.prediction_network import PredictionNetwork
from frazo.layers.step_context import StepContext
from frazo.proto import transducer_pb2
from google.protobuf import text_format

CONTEXT = StepContext.for_evaluation(seed=1)
MESSAGE = "embedding_dim: 3 lstm_stack { num_layers: 2 layer { units: 4 } }"


def network(message=MESSAGE):
    return PredictionNetwork(
        text_format.Parse(message, transducer_pb2.PredictionNetwork()),
        Place(path="prediction", seed=1),
        vocab_size=6,
    )


def test_token_by_token_gives_the_same():
    layer = network()
    tokens = tf.constant([[0, 5, 2], [1, 1, 4]])
    whole = layer(tokens, CONTEXT)
    assert whole.shape == [2, 4, 4]
    state, vector = layer.start(2, CONTEXT)
    vectors = [vector]
    for token in tf.unstack(tokens, axis=1):
        state, vector = layer.step(state, token, CONTEXT)
        vectors.append(vector)
    np.testing.assert_allclose(tf.stack(vectors, 1), whole, atol=1e-6)


def test_a_vector_knows_the_tokens_before_and_no_later_ones():
    layer = network()
    one, other = (layer(tf.constant([[3, token, 2]]), CONTEXT)[0] for token in (1, 4))
    np.testing.assert_array_equal(one[:2], other[:2])
    assert (tf.reduce_max(tf.abs(one - other), 1)[2:].numpy() > 1e-4).all()


def test_an_empty_text_has_the_first_vector():
    layer = network()
    found = layer(tf.zeros([2, 0], tf.int32), CONTEXT)
    np.testing.assert_allclose(found[:, 0], layer.start(2, CONTEXT)[1], atol=1e-6)


@pytest.mark.parametrize(
    ("found", "changed"),
    [("num_layers", "bidirectional: true num_layers"), ("units", "reverse: true units")],
)
def test_layers_that_read_later_tokens_are_refused(found, changed):
    message = MESSAGE.replace(found, changed)
    with pytest.raises(ValueError, match=r"prediction: .* Unset bidirectional and reverse"):
        network(message)


def test_a_token_that_is_none_is_an_error():
    with pytest.raises(tf.errors.InvalidArgumentError, match="an id is not from 0 to 5"):
        network()(tf.constant([[6]]), CONTEXT)
