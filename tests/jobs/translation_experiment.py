"""A small translation experiment whose weights are written down, not learned: it translates each
word by itself, with a probability that is known.
"""

import random
from pathlib import Path

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore

TEST_PAIRS = 30
STEPS = 2

_WORDS = 12
_VOCABULARY = ["<unk>", "<s>", "</s>"] + [
    f"{language}{number}" for language in ("en", "de") for number in range(_WORDS)
]
# The longest source is 8 tokens, the longest translation 12.
_POSITIONS = 12
# One element for each token of the vocabulary, then one for each position.
_DIM = len(_VOCABULARY) + _POSITIONS

_PIPELINE = """
pipeline {{
  source {{ files {{ files {{ patterns: "{directory}/{name}" }} {order} }} }}
  processor {{
    tab_separated {{ columns: ["source", "target"] }}
    {texts}
    steps {{ tokenize {{ field: "source" tokenizer {{ word {{ vocabulary: "{directory}/words" }} }} }} }}
    steps {{ tokenize {{ field: "target" tokenizer {{ word {{ vocabulary: "{directory}/words" }} }} }} }}
    steps {{ copy {{ field: "target" output: "target_labels" }} }}
    steps {{ append_eos {{ field: "source" }} }}
    steps {{ prepend_sos {{ field: "target" }} }}
    steps {{ append_eos {{ field: "target_labels" }} }}
  }}
  batcher {{ buckets {{ length_of: ["source", "target"] bounds: [4, 8] tokens: 200 }} }}
}}
"""
_TEXTS = """
    steps { copy { field: "source" output: "source_text" } }
    steps { copy { field: "target" output: "target_text" } }
"""

# Self attention and feed-forward add nothing, so that cross attention is all that the layers do. The
# learning rate is so small that no weight changes.
_EXPERIMENT = """
description: "Pairs."
task {{
  translation {{
    transformer {{
      source_embedding {{ vocab_size: {vocab_size} dim: {dim} }}
      encoder {{
        num_layers: 1 positions {{ learned {{ max_length: {positions} }} }}
        layer {{
          self_attention {{ num_heads: 1 kernel_init {{ constant {{ value: 0 }} }} }}
          feed_forward {{ hidden_units: 8 kernel_init {{ constant {{ value: 0 }} }} }}
        }}
      }}
      decoder {{
        num_layers: 1 positions {{ learned {{ max_length: {positions} }} }}
        layer {{
          self_attention {{ num_heads: 1 causal: true kernel_init {{ constant {{ value: 0 }} }} }}
          cross_attention {{ num_heads: 1 }}
          feed_forward {{ hidden_units: 8 kernel_init {{ constant {{ value: 0 }} }} }}
        }}
      }}
      softmax {{ num_classes: {vocab_size} }}
    }}
    search {{
      beam {{ width: 3 n_best: 2 }} eos_id: 2 max_length: {positions} length_normalization: 0.6
    }}
  }}
}}
inputs {{ key: "Train" value {{ {train} }} }}
inputs {{ key: "Test" value {{ {test} }} }}
learner {{ learning_rate: 1e-30 optimizer {{ adam {{}} }} ema_decay: 0.9 }}
train {{ max_steps: {steps} save_interval_steps: {steps} log_interval_steps: {steps} }}
warm_start {{ checkpoint: "{directory}/weights" }}
"""


def write_translation_experiment(directory: Path) -> Path:
    """Writes 300 pairs to train on, TEST_PAIRS others to test, the words, the weights and the
    experiment; returns its path.

    A source is one to six of the words en0, en1, ...; its translation is the same of de0, de1, ...
    The model gives it a probability over 0.9 (_weights says why), so that every search finds it.
    """
    (directory / "words").write_text("".join(f"{word}\n" for word in _VOCABULARY))
    draw = random.Random(3)
    rows = sorted({_draw_pair(draw) for _ in range(2 * (300 + TEST_PAIRS))})
    draw.shuffle(rows)
    for name, chosen in (("test", rows[:TEST_PAIRS]), ("train", rows[TEST_PAIRS:])):
        with _core.RecordWriter(directory / name) as writer:
            for row in chosen[:300]:
                writer.write(row.encode())
    CheckpointStore(directory / "weights", RetentionPolicy(1)).write(1, whole_tensors(_weights()))
    path = directory / "pairs.textproto"
    train = _PIPELINE.format(
        directory=directory, name="train", order="shuffle { buffer_records: 300 }", texts=""
    )
    test = _PIPELINE.format(directory=directory, name="test", order="epochs: 1", texts=_TEXTS)
    path.write_text(
        _EXPERIMENT.format(
            directory=directory,
            train=train,
            test=test,
            vocab_size=len(_VOCABULARY),
            dim=_DIM,
            positions=_POSITIONS,
            steps=STEPS,
        )
    )
    return path


def translation_of(source: str) -> str:
    return source.replace("en", "de")


def _draw_pair(draw: random.Random) -> str:
    return _pair(" ".join(f"en{draw.randrange(_WORDS)}" for _ in range(draw.randint(1, 6))))


def _pair(source: str) -> str:
    return f"{source}\t{translation_of(source)}"


def _weights() -> dict[str, tf.Tensor]:
    """The variables that translate, by name; all others keep their initial values, which are 0
    where anything would be added.

    A token's vector has a 1 for the token and a 1 for its position. In the decoder's place n the
    query finds the source's token n: before the layer the two ones are normalized to 4.3, the rest
    to -0.2, so that the logit of the right place is 100 * 4.5 / sqrt(39) = 72 above the others. The
    value is 10 for the token that translates it. The token before adds 1 to its own logit, and each
    place less than 1 to each token's, so that no two hypotheses are equally good. The right token
    is thus at least 8 above the 26 others: its probability is over 1 - 26 / e^8 = 0.991, and that
    of a sentence of 7 tokens over 0.94.
    """
    tokens = len(_VOCABULARY)
    positions = np.eye(_POSITIONS, _DIM, k=tokens)
    of_position = positions.T @ positions
    translations = np.zeros([_DIM, _DIM])
    for number, word in enumerate(_VOCABULARY):
        translations[number, _VOCABULARY.index(translation_of(word))] = 10
    logits = np.eye(_DIM, tokens)
    logits[tokens:] = np.random.default_rng(1).random([_POSITIONS, tokens])
    attention = "decoder/layer0/cross_attention"
    arrays = {
        "source_embedding/table": np.eye(tokens, _DIM),
        "encoder/positions/table": positions,
        "decoder/positions/table": positions,
        f"{attention}/query/kernel": 100 * of_position,
        f"{attention}/key_value/kernel": np.concatenate([of_position, translations], 1),
        f"{attention}/output/kernel": np.eye(_DIM),
        "softmax/kernel": logits,
    }
    return {f"transformer/{name}": tf.constant(array, tf.float32) for name, array in arrays.items()}
