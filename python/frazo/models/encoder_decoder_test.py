"""Tests of the kinds of sources. sequence_conformance_test has what holds for all models."""

import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.encoder_decoder import Frames
from frazo.models.small_batch import small_batch
from frazo.models.transformer import Transformer
from frazo.proto import transformer_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TABLE = "{ vocab_size: 10 dim: 4 }"
_FRAMES = Frames(tf.zeros([2, 4, 3]), SequenceLayout(tf.ones([2, 4], tf.bool)))


def make(text):
    attention, feed_forward = "num_heads: 1", "feed_forward { hidden_units: 3 }"
    text += f"""
        encoder {{ num_layers: 1 layer {{ self_attention {{ {attention} }} {feed_forward} }} }}
        decoder {{ num_layers: 1 layer {{
          self_attention {{ {attention} causal: true }} cross_attention {{ {attention} }}
          {feed_forward}
        }} }}
    """
    message = text_format.Parse(text, transformer_pb2.Transformer())
    return Transformer(message, Place(path="model", seed=1))


def test_frames_are_read_as_they_are():
    model = make(f"source_features: 3 target_embedding {_TABLE}")
    assert model.source_vocab_size is None
    memory = model.encode(_FRAMES, _EVALUATION)
    assert memory.values.shape == [2, 4, 3]
    logits, _ = model.decode(small_batch().target, memory, _EVALUATION)
    assert logits.shape == [2, 3, 10]


def test_frames_have_no_table_for_the_target():
    with pytest.raises(ValueError, match=r"^model: .*set target_embedding"):
        make("source_features: 3")


@pytest.mark.parametrize(
    ("text", "source", "error"),
    [
        (
            f"source_features: 3 target_embedding {_TABLE}",
            small_batch().source,
            "is Tokens, .* Fra",
        ),
        (f"source_embedding {_TABLE}", _FRAMES, "is Frames, .* made for Tokens"),
    ],
    ids=["ids", "frames"],
)
def test_a_source_of_the_other_kind_is_an_error(text, source, error):
    with pytest.raises(TypeError, match=f"^model: the source {error}"):
        make(text).encode(source, _EVALUATION)
