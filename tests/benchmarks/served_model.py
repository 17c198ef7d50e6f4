"""The export of serving.py: a Transformer of random weights, and what it translates."""

import random
from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.restore import variable_key
from frazo.export.export_folder import write_row_wise
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.proto import pipeline_pb2, translation_pb2
from frazo.tasks.mt.translation import Translation
from frazo_tools.checkpoint.ctranslate2_export import vocabularies_of, write_ctranslate2
from google.protobuf import text_format

# As mt.gettext_en_de.TransformerTiny.
_VOCABULARY, _DIM, _LAYERS, _HEADS = 8000, 256, 3, 4
WARM_UP = 64
_FEWEST_WORDS, _MOST_WORDS = 5, 24
_SPECIAL = ["<unk>", "<s>", "</s>"]
_ATTENTION = f"num_heads: {_HEADS}"
_REST = f"feed_forward {{ hidden_units: {4 * _DIM} }}"
_STACK = f"num_layers: {_LAYERS} positions {{ sinusoidal {{}} }} final_norm: true"
# Exactly 25 steps: no translation ends before.
_TRANSLATION = f"""
  transformer {{
    source_embedding {{ vocab_size: {_VOCABULARY} dim: {_DIM} scale_by_sqrt_dim: true }}
    encoder {{ {_STACK} layer {{ self_attention {{ {_ATTENTION} }} {_REST} }} }}
    decoder {{
      {_STACK}
      layer {{
        self_attention {{ {_ATTENTION} causal: true }} cross_attention {{ {_ATTENTION} }} {_REST}
      }}
    }}
  }}
  search {{ beam {{ width: 4 }} eos_id: 2 banned_tokens: 2 max_length: 25 }}
"""
_TEXTS = """
  processor {{
    raw {{ name: "source" }}
    steps {{ tokenize {{ field: "source" tokenizer {{ word {{ vocabulary: "{0}" }} }} }} }}
    steps {{ copy {{ field: "source" output: "target_labels" }} }}
    steps {{ append_eos {{ field: "source" }} }}
  }}
  batcher {{ fixed {{ batch_size: 1 }} }}
"""


def sentences(count: int) -> list[str]:
    """Returns sentences of random words."""
    rng = random.Random(1)
    return [
        " ".join(
            f"w{rng.randrange(len(_SPECIAL), _VOCABULARY)}"
            for _ in range(rng.randint(_FEWEST_WORDS, _MOST_WORDS))
        )
        for _ in range(count)
    ]


def write_model(directory: Path) -> None:
    """Writes the export; its vocabulary is beside it."""
    servable = _task().servable(_texts(directory))
    tf.saved_model.save(servable, str(directory), signatures=servable.signatures())
    write_row_wise(directory, servable.row_wise())


def write_ctranslate2_model(directory: Path) -> None:
    """Writes the same model for CTranslate2, to directory + ".ctranslate2"."""
    task = _task()
    weights = {variable_key(variable): variable.numpy() for variable in task.variables}
    write_ctranslate2(
        directory.with_name(directory.name + ".ctranslate2"),
        task.message,
        weights,
        vocabularies_of(task.message, _texts(directory)),
    )


def _task() -> Translation:
    ids, lengths = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)
    spec = {}
    for name in ("source", "target", "target_labels"):
        spec |= {name: ids, f"{name}_length": lengths}
    message = text_format.Parse(_TRANSLATION, translation_pb2.Translation())
    return Translation(message, Place(seed=1), input_spec=spec)


def _texts(directory: Path) -> InputTexts:
    vocabulary = directory.with_name(directory.name + ".words")
    words = [*_SPECIAL, *(f"w{number}" for number in range(len(_SPECIAL), _VOCABULARY))]
    vocabulary.write_text("".join(f"{word}\n" for word in words))
    return InputTexts(text_format.Parse(_TEXTS.format(vocabulary), pipeline_pb2.Pipeline()))
