"""A function of ids, written out with GRAPH, loads where there is TensorFlow alone."""

import json
import subprocess
import sys

import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.encoder_decoder import Tokens
from frazo.models.transformer import Transformer
from frazo.proto import transformer_pb2
from google.protobuf import text_format

_ATTENTION = "num_heads: 2"
_MODEL = f"""
    source_embedding {{ vocab_size: 11 dim: 8 }}
    target_embedding {{ vocab_size: 11 dim: 8 }}
    encoder {{
      num_layers: 1 positions {{ sinusoidal {{}} }}
      layer {{ self_attention {{ {_ATTENTION} }} feed_forward {{ hidden_units: 16 }} }}
    }}
    decoder {{
      num_layers: 1 positions {{ sinusoidal {{}} }}
      layer {{
        self_attention {{ {_ATTENTION} causal: true }} cross_attention {{ {_ATTENTION} }}
        feed_forward {{ hidden_units: 16 }}
      }}
    }}
    softmax {{ num_classes: 11 }}
"""
_SOURCES = [[3, 4, 5, 2], [6, 7, 8, 2]]
_BARE = """
import json, sys
import tensorflow as tf

model = tf.saved_model.load(sys.argv[1])
logits = model.signatures["serving_default"](tf.constant(json.loads(sys.argv[2])))["logits"]
assert "frazo" not in sys.modules
print(json.dumps(logits.numpy().tolist()))
"""


class ThreeSteps(tf.Module):
    """The logits of the first three steps of decoding, each after the token 1."""

    def __init__(self, model, *, int8):
        super().__init__()
        self.model = model
        self._int8 = int8

    def logits(self, ids):
        rows = tf.shape(ids)[0]
        layout = SequenceLayout(mask=tf.ones_like(ids, tf.bool))
        evaluation = StepContext.for_evaluation(seed=0)
        cache = self.model.memory_cache(
            self.model.encode(Tokens(ids, layout), evaluation), evaluation
        )
        state = self.model.init_state(rows, cache)
        context = StepContext.for_decoding(tf.range(rows), PackedKernels(int8=self._int8))
        steps = []
        for _ in range(3):
            state, logits = self.model.step(state, tf.ones([rows], tf.int32), cache, context)
            steps.append(logits)
        return {"logits": tf.stack(steps, 1)}


def traced(module, choice):
    with ops.implementation(choice):
        return tf.function(module.logits, autograph=False).get_concrete_function(
            tf.TensorSpec([None, 4], tf.int32, name="ids")
        )


@pytest.mark.parametrize("int8", [False, True])
def test_an_export_with_graph_loads_without_our_library(tmp_path, int8):
    message = text_format.Parse(_MODEL, transformer_pb2.Transformer())
    module = ThreeSteps(Transformer(message, Place(path="model", seed=1)), int8=int8)
    expected = traced(module, ops.Implementation.KERNEL)(tf.constant(_SOURCES))["logits"]
    signature = traced(module, ops.Implementation.GRAPH)
    tf.saved_model.save(module, str(tmp_path), {"serving_default": signature})
    ended = subprocess.run(
        [sys.executable, "-c", _BARE, str(tmp_path), json.dumps(_SOURCES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    # Rounded to int8, a value next to the middle of two whole numbers can go either way: by a scale of
    # the largest, 1 / 127, of sums of 8 or 16.
    tolerance = 0.1 if int8 else 1e-4
    assert tf.reduce_max(tf.abs(json.loads(ended.stdout) - expected)) < tolerance
