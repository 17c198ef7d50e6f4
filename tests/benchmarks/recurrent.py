"""Training of LSTM layers beside Keras, in turns.

    ./bazelw run -c opt //tests/benchmarks:recurrent -- [--json=FILE] [--rounds=3]

4 bidirectional layers of 1024 units, 8 sequences of 200 tokens: forward, backward and a step of
gradient descent. Every measurement is a process of its own. docs/benchmarks.md keeps the last
table.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_python_contender
from tests.benchmarks.side_by_side import Case, Contender

CASES = {
    "rate": Case("LSTM training", "steps/s", higher_is_better=True),
    "share": Case("LSTM training", "share of the matrix product's peak", higher_is_better=True),
}

HERE = Path(__file__).absolute().parent
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2"}


def make_contenders() -> tuple[Contender, list[Contender]]:
    return (
        make_python_contender("Frazo", HERE / "frazo_lstm_training.py", CASES, ENVIRONMENT),
        [make_python_contender("Keras", HERE / "peers/keras_lstm_training.py", CASES, ENVIRONMENT)],
    )


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ours, peers = make_contenders()
    return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
