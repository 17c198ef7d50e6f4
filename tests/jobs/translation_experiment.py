"""A small translation experiment, which some seconds teach its pairs' words."""

import random
from pathlib import Path

from frazo import _core

TEST_PAIRS = 30
STEPS = 400

_WORDS = 12

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

_EXPERIMENT = """
description: "Pairs."
task {{
  translation {{
    transformer {{
      source_embedding {{ vocab_size: {vocab_size} dim: 32 scale_by_sqrt_dim: true }}
      encoder {{
        num_layers: 1 positions {{ sinusoidal {{}} }} final_norm: true
        layer {{ self_attention {{ num_heads: 2 }} feed_forward {{ hidden_units: 64 }} }}
      }}
      decoder {{
        num_layers: 1 positions {{ sinusoidal {{}} }} final_norm: true
        layer {{
          self_attention {{ num_heads: 2 causal: true }} cross_attention {{ num_heads: 2 }}
          feed_forward {{ hidden_units: 64 }}
        }}
      }}
    }}
    search {{ beam {{ width: 3 n_best: 2 }} eos_id: 2 max_length: 12 length_normalization: 0.6 }}
  }}
}}
inputs {{ key: "Train" value {{ {train} }} }}
inputs {{ key: "Test" value {{ {test} }} }}
learner {{
  learning_rate: 5e-3 optimizer {{ adam {{ beta2: 0.98 }} }} ema_decay: 0.9
  schedule {{ linear_rampup_exponential_decay {{
    warmup_steps: 30 decay_start: 200 decay_end: {steps} end: 0.1
  }} }}
}}
train {{
  max_steps: {steps} save_interval_steps: {steps} log_interval_steps: {steps} steps_per_loop: 20
}}
"""


def write_translation_experiment(directory: Path) -> Path:
    """Writes 300 pairs to train on, TEST_PAIRS others to test, the words and the experiment; returns
    its path.

    A source is one to six of the words en0, en1, ...; its translation is the same of de0, de1, ...
    Each word alone is among those to train on.
    """
    specials = ["<unk>", "<s>", "</s>"]
    words = [f"{language}{number}" for language in ("en", "de") for number in range(_WORDS)]
    (directory / "words").write_text("".join(f"{word}\n" for word in specials + words))
    draw = random.Random(3)
    words_alone = [_pair(f"en{number}") for number in range(_WORDS)]
    pairs = {_draw_pair(draw) for _ in range(2 * (300 + TEST_PAIRS))}
    rows = sorted(pairs.difference(words_alone))
    draw.shuffle(rows)
    for name, chosen in (("test", rows[:TEST_PAIRS]), ("train", words_alone + rows[TEST_PAIRS:])):
        with _core.RecordWriter(directory / name) as writer:
            for row in chosen[:300]:
                writer.write(row.encode())
    path = directory / "pairs.textproto"
    train = _PIPELINE.format(
        directory=directory, name="train", order="shuffle { buffer_records: 300 }", texts=""
    )
    test = _PIPELINE.format(directory=directory, name="test", order="epochs: 1", texts=_TEXTS)
    path.write_text(
        _EXPERIMENT.format(
            train=train, test=test, vocab_size=len(specials) + len(words), steps=STEPS
        )
    )
    return path


def translation_of(source: str) -> str:
    return source.replace("en", "de")


def _draw_pair(draw: random.Random) -> str:
    return _pair(" ".join(f"en{draw.randrange(_WORDS)}" for _ in range(draw.randint(1, 6))))


def _pair(source: str) -> str:
    return f"{source}\t{translation_of(source)}"
