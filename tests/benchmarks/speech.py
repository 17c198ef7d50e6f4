"""Speech recognition's parts beside their peers, in turns.

    ./bazelw run -c opt //tests/benchmarks:speech -- [--json=FILE] [--rounds=3]

The word error rate of 40,000 sentences of 25 words, of which some tenth is wrong, beside jiwer.
Both get lists of str and give substitutions, deletions and insertions. Every measurement is a
process of its own. docs/benchmarks.md keeps the last table.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_python_contender
from tests.benchmarks.side_by_side import Case, Contender

CASES = {
    "rate": Case("word error rate", "words/s", higher_is_better=True),
    "one_thread_rate": Case("word error rate, one thread", "words/s", higher_is_better=True),
}

HERE = Path(__file__).absolute().parent


def make_contenders() -> tuple[Contender, list[Contender]]:
    return (
        make_python_contender("Frazo", HERE / "frazo_word_errors.py", CASES),
        [make_python_contender("jiwer", HERE / "peers/jiwer_word_errors.py", CASES)],
    )


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ours, peers = make_contenders()
    return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
