"""Training and decoding of TransformerBase beside plain TensorFlow, Lingvo and CTranslate2, in turns.

    ./bazelw run -c opt //tests/benchmarks:translation -- [--peers=DIR] [--json=FILE] [--rounds=3]

Training: steps on 32 pairs of 32 tokens a side. Decoding: 8 sentences of 25 tokens, beam 4, exactly
25 steps, encoder included, tokenizing not. Every measurement is a process of its own.
docs/benchmarks.md says how DIR is made and keeps the last table.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_contender
from tests.benchmarks.side_by_side import Case, Comparison, Contender

TRAINING = {"training": Case("TransformerBase training", "steps/s", higher_is_better=True)}
DECODING = {"decoding": Case("TransformerBase decoding, float32", "tokens/s", True)}
INT8_DECODING = {"decoding": Case("TransformerBase decoding, int8", "tokens/s", True)}

HERE = Path(__file__).absolute().parent
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}
OUR_ENVIRONMENT = QUIET | {"PYTHONPATH": os.pathsep.join(sys.path)}


def make_contenders(peers: Path | None) -> list[tuple[Contender, list[Contender]]]:
    """For each case, we and the peers that are installed."""

    def ours(name: str, program: str, cases: dict[str, Case], *arguments: str) -> Contender:
        command = [sys.executable, str(HERE / program), *arguments]
        return make_contender(name, command, cases, OUR_ENVIRONMENT)

    def peer(name: str, folder: str, cases: dict[str, Case], *arguments: str) -> list[Contender]:
        program, *rest = arguments
        python = peers / folder / "bin/python" if peers else None
        if python and python.exists():
            command = [str(python), str(HERE / "peers" / program), *rest]
            return [make_contender(name, command, cases, QUIET)]
        where = python or "--peers was not given"
        print(f"{name} is left out: not installed ({where}); see docs/benchmarks.md")
        return []

    lingvo, ctranslate2 = "lingvo_transformer.py", "ctranslate2_decoding.py"
    return [
        (
            ours("Frazo", "frazo_translation_training.py", TRAINING),
            [
                ours("TensorFlow", "peers/tf_transformer_training.py", TRAINING),
                *peer("Lingvo 0.14", "lv13", TRAINING, lingvo, "training"),
            ],
        ),
        (
            ours("Frazo", "frazo_translation_decoding.py", DECODING, "float32"),
            [
                *peer("CTranslate2", "env", DECODING, ctranslate2, "float32"),
                *peer("Lingvo 0.14", "lv13", DECODING, lingvo, "decoding"),
            ],
        ),
        (
            ours("Frazo", "frazo_translation_decoding.py", INT8_DECODING, "int8"),
            peer("CTranslate2 int8", "env", INT8_DECODING, ctranslate2, "int8"),
        ),
    ]


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
