import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.embedding import Embedding
from frazo.layers.place import Place
from frazo.layers.recurrent.bidirectional_lstm import BidirectionalLstm
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.smoothed_cross_entropy import smoothed_cross_entropy
from frazo.layers.step_context import StepContext
from frazo.models.language_model import LanguageModel
from frazo.models.token_model import TokenModel, Tokens
from frazo.proto import embedding_pb2, language_model_pb2, lstm_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
_TOKENS = Tokens(tf.constant([[1, 2, 3], [4, 0, 0]]), SequenceLayout.of_lengths([3, 1], 3))
_LABELS = tf.constant([[2, 3, 0], [1, 0, 0]])
_LSTM = "lstm_stack { num_layers: 1 layer { units: 4 } }"


def make(body=_LSTM, output=""):
    text = f"embedding {{ vocab_size: 5 dim: 4 }} body {{ {body} }} {output}"
    message = text_format.Parse(text, language_model_pb2.LanguageModel())
    return LanguageModel(message, Place(path="model", seed=1))


def losses(model, context, smoothing=0.0):
    features, _ = model.features(_TOKENS, context)
    return model.losses(features, _LABELS, context, smoothing=smoothing).smoothed


def test_the_table_serves_as_softmax():
    model = make()
    features, probabilities = model.features(_TOKENS, _EVALUATION)
    assert probabilities is None
    logits = model.logits(features, _EVALUATION)
    expected = tf.einsum("btd,vd->btv", features, model.embedding.table)
    np.testing.assert_allclose(logits, expected, atol=1e-6)
    assert {v.name.split("/")[1] for v in model.variables} == {"embedding", "body"}


def test_features_can_be_divided_for_a_table_of_variance_one():
    plain, divided = make(), make(output="divide_features_by_sqrt_dim: true")
    features, _ = plain.features(_TOKENS, _EVALUATION)
    expected = plain.logits(features, _EVALUATION) / 2  # sqrt(4)
    np.testing.assert_allclose(divided.logits(features, _EVALUATION), expected, atol=1e-6)
    with pytest.raises(ValueError, match=r"^model: divide_features_by_sqrt_dim is for logits from"):
        make(output="divide_features_by_sqrt_dim: true softmax { num_classes: 5 }")


@pytest.mark.parametrize("output", ["", "softmax { num_classes: 5 }"])
@pytest.mark.parametrize("context", [_TRAINING, _EVALUATION], ids=["training", "evaluation"])
def test_losses_are_the_cross_entropies_of_the_logits(output, context):
    model = make(output=output)
    logits = model.logits(model.features(_TOKENS, context)[0], context)
    expected = smoothed_cross_entropy(logits, _LABELS, smoothing=0.1)
    np.testing.assert_allclose(losses(model, context, 0.1), expected, atol=1e-6)


def test_a_sampled_softmax_samples_in_training_only():
    model = make(output="sampled_softmax { num_classes: 5 num_sampled: 2 }")
    features, _ = model.features(_TOKENS, _EVALUATION)
    exact = smoothed_cross_entropy(model.logits(features, _EVALUATION), _LABELS)
    np.testing.assert_allclose(losses(model, _EVALUATION), exact, atol=1e-6)
    rows, labels = tf.reshape(features, [-1, 4]), tf.reshape(_LABELS, [-1])
    sampled = model.softmax.sampled_cross_entropy(rows, labels, _TRAINING)
    found = losses(model, _TRAINING)
    np.testing.assert_allclose(found, tf.reshape(sampled, [2, 3]), atol=1e-6)
    assert not np.allclose(found, exact)


def test_labels_cannot_be_smoothed_over_a_sample():
    model = make(output="sampled_softmax { num_classes: 5 num_sampled: 2 }")
    with pytest.raises(
        ValueError, match=r"^model/softmax: .* Remove label_smoothing, or use softm"
    ):
        losses(model, _TRAINING, 0.1)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            "lstm_stack { num_layers: 1 layer { units: 4 } bidirectional: true }",
            r"^model/body: bidirectional layers",
        ),
        ("multi_head_attention { num_heads: 2 }", r"^model/body: .* Set causal"),
    ],
)
def test_a_language_model_that_sees_later_tokens_is_an_error(body, error):
    with pytest.raises(ValueError, match=error):
        make(body)


def test_a_body_that_does_not_go_token_by_token_is_an_error():
    embedding = Embedding(
        embedding_pb2.Embedding(vocab_size=5, dim=4),
        Place(path="e", input_shape=(None, None), seed=1),
    )
    lstm = lstm_pb2.BidirectionalLstm(lstm=lstm_pb2.Lstm(units=2))
    body = BidirectionalLstm(lstm, Place(path="body", input_shape=(None, None, 4), seed=1))
    with pytest.raises(TypeError, match=r"^body: BidirectionalLstm does not go token by token"):
        TokenModel(embedding, body, None)
