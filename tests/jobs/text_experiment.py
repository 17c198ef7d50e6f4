"""A small experiment on texts, whose batches come from a pipeline."""

import random
from pathlib import Path

from frazo import _core

TEST_LINES = 60

_WORDS = 50
_CLASSES = 3

_PIPELINE = """
pipeline {{
  source {{ files {{ files {{ patterns: "{directory}/{name}-*" }} {order} }} }}
  processor {{
    tab_separated {{ columns: ["label", "text"] }}
    steps {{ parse_numbers {{ field: "label" type: INT32 shape {{}} }} }}
    steps {{ tokenize {{ field: "text" tokenizer {{ word {{ vocabulary: "{directory}/words" }} }} }} }}
    steps {{ filter_by_length {{ field: "text" max_length: 15 }} }}
  }}
  batcher {{ buckets {{ length_of: "text" bounds: [5, 10, 15] tokens: 60 }} }}
  made_by: "the test"
}}
"""

_EXPERIMENT = """
description: "Texts."
task {{
  text_classifier {{
    embedding {{ vocab_size: {vocab_size} dim: 8 }}
    softmax {{ num_classes: {classes} }}
  }}
}}
inputs {{ key: "Train" value {{ {train} }} }}
inputs {{ key: "Test" value {{ {test} }} }}
learner {{ learning_rate: 1e-2 optimizer {{ adam {{}} }} }}
train {{ max_steps: 200 save_interval_steps: 100 log_interval_steps: 50 steps_per_loop: 5 }}
"""


def write_text_experiment(directory: Path) -> Path:
    """Writes 300 lines to train on in three files, TEST_LINES to test, the words and the
    experiment; returns its path.

    A line is 1 to 20 words; every other word is of the label's own third of the vocabulary. Lines
    over 15 words, which only the training files have, are filtered out.
    """
    draw = random.Random(7)
    specials = ["<unk>", "<s>", "</s>"]
    words = [f"word{number}" for number in range(_WORDS)]
    (directory / "words").write_text("".join(f"{word}\n" for word in specials + words))
    for name, count, longest in (
        ("train-0", 120, 20),
        ("train-1", 80, 20),
        ("train-2", 100, 20),
        ("test-0", TEST_LINES, 15),
    ):
        with _core.RecordWriter(directory / name) as writer:
            for _ in range(count):
                writer.write(_line(draw, words, draw.randint(1, longest)))
    places = {"directory": directory}
    path = directory / "texts.textproto"
    path.write_text(
        _EXPERIMENT.format(
            train=_PIPELINE.format(name="train", order="shuffle { buffer_records: 100 }", **places),
            test=_PIPELINE.format(name="test", order="epochs: 1", **places),
            vocab_size=len(specials) + len(words),
            classes=_CLASSES,
        )
    )
    return path


def _line(draw: random.Random, words: list[str], length: int) -> bytes:
    label = draw.randrange(_CLASSES)
    own = words[label::_CLASSES]
    text = [draw.choice(words if place % 2 else own) for place in range(length)]
    return f"{label}\t{' '.join(text)}".encode()
