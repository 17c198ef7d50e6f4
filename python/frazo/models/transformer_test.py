import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.smoothed_cross_entropy import smoothed_cross_entropy
from frazo.layers.step_context import StepContext
from frazo.models.small_batch import small_batch
from frazo.models.token_model import Tokens
from frazo.models.transformer import Transformer
from frazo.proto import transformer_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)


def model_text(dim, hidden, heads, layers, vocab, extra=""):
    """The model of Lingvo's WMT configurations: no shared tables, no final norm."""
    attention = f"num_heads: {heads} per_dim_scale: true"
    embedding = f"vocab_size: {vocab} dim: {dim} scale_by_sqrt_dim: true"
    stack = f"num_layers: {layers} positions {{ sinusoidal {{}} }} input_dropout: 0.1"
    layer = (
        f"feed_forward {{ hidden_units: {hidden} }} attention_adds_to_normalized: true "
        "residual_dropout: 0.1"
    )
    return f"""
        source_embedding {{ {embedding} }}
        target_embedding {{ {embedding} }}
        encoder {{ {stack} layer {{ self_attention {{ {attention} }} {layer} }} }}
        decoder {{
          {stack}
          layer {{
            self_attention {{ {attention} causal: true }} cross_attention {{ {attention} }} {layer}
          }}
        }}
        softmax {{ num_classes: {vocab} kernel_init {{ gaussian {{ stddev: 0.05 }} }} }}
        {extra}
    """


_SMALL = model_text(dim=8, hidden=16, heads=2, layers=2, vocab=11)


def make(text):
    message = text_format.Parse(text, transformer_pb2.Transformer())
    return Transformer(message, Place(path="model", seed=1))


def parameters(model):
    return sum(variable.shape.num_elements() for variable in model.variables)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        # d = 512, ff = 2048. An attention has 4 (d^2 + d) + 64 = 1,050,688, a feed-forward
        # 2 d ff + ff + d = 2,099,712, a norm 2 d. The encoder has 6 (1,050,688 + 2,099,712 +
        # 2,048), the decoder 6 (2 * 1,050,688 + 2,099,712 + 3,072), the tables have 2 * 32,000 d,
        # and the softmax has 32,000 (d + 1).
        ({"dim": 512, "hidden": 2048, "heads": 8, "layers": 6, "vocab": 32000}, 93_323_648),
        ({"dim": 64, "hidden": 128, "heads": 2, "layers": 2, "vocab": 32000}, 6_343_616),
        ({"dim": 256, "hidden": 512, "heads": 2, "layers": 2, "vocab": 2000}, 4_174_544),
    ],
    ids=["WmtEnDeTransformerBase", "WmtEnDeTransformerSmall", "WmtCaptionEnDeTransformer"],
)
def test_number_of_parameters(sizes, expected):
    assert parameters(make(model_text(**sizes))) == expected


def test_tables_and_softmax_can_be_one():
    message = text_format.Parse(_SMALL, transformer_pb2.Transformer())
    separate = parameters(Transformer(message, Place(path="model", seed=1)))
    message.ClearField("target_embedding")
    message.ClearField("softmax")
    model = Transformer(message, Place(path="model", seed=1))
    # The model lacks a table [11, 8] and a softmax [8, 11] with 11 biases.
    assert parameters(model) == separate - 88 - 88 - 11
    assert [v.name for v in model.variables if "embedding" in v.name] == [
        "model/source_embedding/table:0"
    ]
    tokens = Tokens(tf.constant([[3, 4]]), SequenceLayout(mask=tf.constant([[True, True]])))
    logits, _ = model.decode(tokens, model.encode(tokens, _EVALUATION), _EVALUATION)
    assert logits.shape == [1, 2, 11]
    assert model.target_vocab_size == 11


def test_learns_a_batch_by_heart():
    model = make(_SMALL)
    source, target, labels = small_batch()
    weights = tf.cast(target.layout.mask, tf.float32)
    variables = model.trainable_variables
    slots = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in variables]

    @tf.function(autograph=False)
    def step(count):
        context = StepContext.for_training(seed=1, global_step=count)
        with tf.GradientTape() as tape:
            logits, _ = model.decode(target, model.encode(source, context), context)
            losses = smoothed_cross_entropy(logits, labels, smoothing=0.1)
            loss = tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
        gradients = tape.gradient(loss, variables)
        for variable, gradient, (m, v) in zip(variables, gradients, slots, strict=True):
            gradient = tf.convert_to_tensor(gradient)
            m.assign(0.9 * m + 0.1 * gradient)
            v.assign(0.99 * v + 0.01 * tf.square(gradient))
            variable.assign_sub(0.01 * m / (tf.sqrt(v) + 1e-6))
        return loss

    for count in range(80):
        step(tf.constant(count, tf.int64))
    logits, _ = model.decode(target, model.encode(source, _EVALUATION), _EVALUATION)
    predicted = tf.argmax(logits, -1, output_type=tf.int32)
    mask = target.layout.mask.numpy()
    np.testing.assert_array_equal(predicted.numpy()[mask], labels.numpy()[mask])


@pytest.mark.parametrize("missing", ["causal: true", "cross_attention"])
def test_decoder_that_sees_the_future_or_no_source_is_an_error(missing):
    message = text_format.Parse(_SMALL, transformer_pb2.Transformer())
    if missing == "cross_attention":
        message.decoder.layer.ClearField("cross_attention")
    else:
        message.decoder.layer.self_attention.ClearField("causal")
    with pytest.raises(
        ValueError, match=r"^model: decoder\.layer.*: a decoder (must not see|attends to)"
    ):
        Transformer(message, Place(path="model", seed=1))
