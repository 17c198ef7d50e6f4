"""Training of a speech recogniser beside Keras, in turns.

    ./bazelw run -c opt //tests/benchmarks:speech_training -- [--json=FILE] [--rounds=3]

Listen, Attend and Spell at the size of Lingvo's LibriSpeech model of characters, 132 million
parameters: 4 utterances of 400 frames with 100 characters each, forward, backward and Adam. Ours is
the trainer's step, with all checks. Every measurement is a process of its own. docs/benchmarks.md
keeps the last table.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_python_contender
from tests.benchmarks.side_by_side import Case, Contender

CASES = {
    "rate": Case("speech training", "steps/s", higher_is_better=True),
    "share": Case("speech training", "share of the matrix product's peak", higher_is_better=True),
}

HERE = Path(__file__).absolute().parent
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2"}


def make_contenders() -> tuple[Contender, list[Contender]]:
    keras = HERE / "peers/keras_speech_training.py"
    return (
        make_python_contender("Frazo", HERE / "frazo_speech_training.py", CASES, ENVIRONMENT),
        [make_python_contender("Keras", keras, CASES, ENVIRONMENT)],
    )


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ours, peers = make_contenders()
    return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
