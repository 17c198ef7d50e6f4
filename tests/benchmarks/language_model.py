"""Language models beside plain TensorFlow, PyTorch and Lingvo, in turns.

    ./bazelw run -c opt //tests/benchmarks:language_model -- [--peers=DIR] [--json=FILE]

Transformer: 6 layers of 512, 8 heads, 2,048 hidden units, 32,000 tokens, 35.3 million parameters.
Training: steps on 8 rows of 128 tokens, with Adam. Generation: 8 texts of 64 tokens, greedily.
Words: the model of the One Billion Word benchmark, scaled to 120.5 million parameters: 99,184
words, of which a step computes 8,192; steps on 32 rows of 20 words, with Adagrad. All in float32.
Every measurement is a process of its own. docs/benchmarks.md says how DIR is made.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import find_peer, make_contender
from tests.benchmarks.side_by_side import Case, Comparison, Contender

_PEAK = "share of the matrix product's peak"
TRAINING = {
    "rate": Case("Transformer training", "steps/s", higher_is_better=True),
    "share": Case("Transformer training", _PEAK, higher_is_better=True),
}
GENERATION = {"generation": Case("Transformer generation", "tokens/s", higher_is_better=True)}
WORDS = {
    "tokens": Case("1BWds training, scaled", "words/s", higher_is_better=True),
    "share": Case("1BWds training, scaled", _PEAK, higher_is_better=True),
}
# In these the peak is not measured.
TORCH_TRAINING = {"rate": TRAINING["rate"]}
LINGVO_WORDS = {"tokens": WORDS["tokens"]}
_PROGRAMS = {"PyTorch": "torch_language.py", "Lingvo 0.14": "lingvo_words.py"}
CASES = {"training": TRAINING, "generation": GENERATION, "words": WORDS}

HERE = Path(__file__).absolute().parent
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}
OUR_ENVIRONMENT = QUIET | {"PYTHONPATH": os.pathsep.join(sys.path)}


def make_contenders(peers: Path | None) -> list[tuple[Contender, list[Contender]]]:
    """For each of CASES, we and the peers that are installed."""
    others = {
        "training": _peer("PyTorch", peers, "torch", TORCH_TRAINING),
        "generation": [],
        "words": _peer("Lingvo 0.14", peers, "lv13", LINGVO_WORDS),
    }
    return [
        (
            _ours("Frazo", "frazo_language.py", what, cases),
            [_ours("TensorFlow", "peers/tf_language.py", what, cases), *others[what]],
        )
        for what, cases in CASES.items()
    ]


def _ours(name: str, program: str, what: str, cases: Mapping[str, Case]) -> Contender:
    """Returns a program in the build's own environment."""
    return make_contender(name, [sys.executable, str(HERE / program), what], cases, OUR_ENVIRONMENT)


def _peer(name: str, peers: Path | None, folder: str, cases: Mapping[str, Case]) -> list[Contender]:
    """Returns a peer where it is installed."""
    python = find_peer(name, peers, folder)
    if python is None:
        return []
    command = [str(python), str(HERE / "peers" / _PROGRAMS[name])]
    return [make_contender(name, command, cases, QUIET)]


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    contests = make_contenders(options.peers)

    def measure() -> list[Comparison]:
        return [
            comparison
            for ours, peers in contests
            for comparison in side_by_side.compare(ours, peers, options.rounds)
        ]

    return side_by_side.run(measure, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
