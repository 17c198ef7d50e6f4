"""The search for texts with the decoder of Listen, Attend and Spell, as a graph.

usage: frazo_las_search.py [FLOAT32|INT8]
"""

import sys
from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from figures import print_figures
from frazo.layers.packed_kernels import RoundedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.proto import speech_recognition_pb2
from frazo.tasks.asr.attention_head import AttentionHead
from google.protobuf import text_format
from las_workload import (
    CELL_CLIP,
    END,
    END_GAP,
    SIZES,
    START,
    Sizes,
    make_weights,
    utterances_per_second,
)


def make_search(sizes: Sizes, weights: Mapping[str, np.ndarray], decoding_weights: str = "FLOAT32"):
    """Returns what maps the encoder's output and its lengths to texts and their scores."""
    head = _make_head(sizes, weights, decoding_weights)
    # As in an export, INT8 weights are rounded once.
    rounded = RoundedKernels()

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, sizes.memory], tf.float32),
            tf.TensorSpec([None], tf.int32),
        ],
        autograph=False,
    )
    def search(memory, lengths):
        layout = SequenceLayout.of_lengths(lengths, tf.shape(memory)[1])
        return head.recognize(Memory(memory, layout), rounded)

    def run(memory, lengths):
        found = search(tf.constant(memory), tf.constant(lengths))
        texts = zip(found.tokens.numpy()[:, 0], found.lengths.numpy()[:, 0], strict=True)
        return [text[:length].tolist() for text, length in texts], found.scores.numpy()[:, 0]

    return run


def _make_head(
    sizes: Sizes, weights: Mapping[str, np.ndarray], decoding_weights: str
) -> AttentionHead:
    message = text_format.Parse(
        f"""
        embedding {{ vocab_size: {sizes.vocabulary} dim: {sizes.embedding} }}
        recurrent {{
          num_layers: 2
          layer {{ units: {sizes.units} cell_clip: {CELL_CLIP} }}
          attention {{ additive {{ hidden_units: {sizes.hidden} bias: false }} }}
        }}
        softmax {{ num_classes: {sizes.vocabulary} }}
        sos_id: {START}
        decoding_weights: {decoding_weights}
        search {{
          beam {{ width: {sizes.width} valid_eos_max_logit_delta: {END_GAP} }}
          eos_id: {END}
          max_length: {sizes.tokens}
        }}
        """,
        speech_recognition_pb2.AttentionDecoder(),
    )
    head = AttentionHead(message, Place(seed=1), memory_shape=(None, None, sizes.memory))
    left = dict(weights)
    for variable in head.variables:
        variable.assign(left.pop(variable.name.removesuffix(":0")))
    assert not left, f"there are no variables for {list(left)}"
    return head


def main() -> None:
    (decoding_weights,) = sys.argv[1:] or ["FLOAT32"]
    search = make_search(SIZES, make_weights(SIZES), decoding_weights)
    print_figures(las_search=utterances_per_second(search))


if __name__ == "__main__":
    main()
