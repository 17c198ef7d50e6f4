"""Language models beside plain TensorFlow and PyTorch, in turns.

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
from tests.benchmarks.figures_program import make_contender
from tests.benchmarks.side_by_side import Case, Comparison, Contender

_PEAK = "share of the matrix product's peak"
TRAINING = {
    "rate": Case("Transformer training", "steps/s", higher_is_better=True),
    "share": Case("Transformer training", _PEAK, higher_is_better=True),
}
# Its peak is not measured.
TORCH_TRAINING = {"rate": TRAINING["rate"]}
GENERATION = {"generation": Case("Transformer generation", "tokens/s", higher_is_better=True)}
WORDS = {
    "tokens": Case("1BWds training, scaled", "words/s", higher_is_better=True),
    "share": Case("1BWds training, scaled", _PEAK, higher_is_better=True),
}
CASES = {"training": TRAINING, "generation": GENERATION, "words": WORDS}

HERE = Path(__file__).absolute().parent
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}
OUR_ENVIRONMENT = QUIET | {"PYTHONPATH": os.pathsep.join(sys.path)}


def make_contenders(peers: Path | None) -> list[tuple[Contender, list[Contender]]]:
    """For each of CASES, we and the peers that are installed."""
    contests = []
    for what, cases in CASES.items():
        others = [_ours("TensorFlow", "peers/tf_language.py", what, cases)]
        if what == "training":
            others += _torch(peers)
        contests.append((_ours("Frazo", "frazo_language.py", what, cases), others))
    return contests


def _ours(name: str, program: str, what: str, cases: Mapping[str, Case]) -> Contender:
    """Returns a program in the build's own environment."""
    return make_contender(name, [sys.executable, str(HERE / program), what], cases, OUR_ENVIRONMENT)


def _torch(peers: Path | None) -> list[Contender]:
    """Returns PyTorch where it is installed, and says where it is not."""
    python = peers / "torch/bin/python" if peers else None
    if python is None or not python.exists():
        print(f"PyTorch is left out: not installed ({python or '--peers was not given'})")
        return []
    program = str(HERE / "peers/torch_language.py")
    return [make_contender("PyTorch", [str(python), program], TORCH_TRAINING)]


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
