"""Training and decoding of TransformerBase beside plain TensorFlow, Lingvo and CTranslate2, in
turns.

    ./bazelw run -c opt //tests/benchmarks:translation -- [--peers=DIR] [--json=FILE] [--rounds=3]

Training: steps on 32 pairs of 32 tokens a side. Decoding: 8 sentences of 25 tokens, beam 4, exactly
25 steps, encoder included, tokenizing not. Every measurement is a process of its own.
docs/benchmarks.md says how DIR is made and keeps the last table.
"""

import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import find_peer, make_contender
from tests.benchmarks.side_by_side import Case, Comparison, Contender, Measurement
from tests.benchmarks.training_process import TrainingProcess, watch_training

RATE = Case("TransformerBase training", "steps/s", higher_is_better=True)
SHARE = Case("TransformerBase training", "share of the matrix product's peak", True)
TRAINING = {"rate": RATE, "share": SHARE}
# Its graphs have no place for the products that the peak is measured with.
LINGVO_TRAINING = {"training": RATE}
DECODING = {"decoding": Case("TransformerBase decoding, float32", "tokens/s", True)}
INT8_DECODING = {"decoding": Case("TransformerBase decoding, int8", "tokens/s", True)}

HERE = Path(__file__).absolute().parent
PEER_SCRIPTS = HERE / "peers"
LINGVO = "Lingvo 0.14"
LINGVO_STEPS = 12
LINGVO_STEP_LINE = re.compile(r"\bstep: *(\d+), steps/sec")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}
OUR_ENVIRONMENT = QUIET | {"PYTHONPATH": os.pathsep.join(sys.path)}


def make_contenders(peers: Path | None) -> list[tuple[Contender, list[Contender]]]:
    """For each case, we and the peers that are installed."""
    lingvo = find_peer(LINGVO, peers, "lv13")
    ctranslate2 = find_peer("CTranslate2", peers, "env")

    def peer(
        name: str, python: Path | None, cases: dict[str, Case], *program: str
    ) -> list[Contender]:
        if python is None:
            return []
        command = [str(python), str(PEER_SCRIPTS / program[0]), *program[1:]]
        return [make_contender(name, command, cases, QUIET)]

    transformer, decoder = "lingvo_transformer.py", "ctranslate2_decoding.py"
    return [
        (
            make_ours("Frazo", "frazo_translation_training.py", TRAINING),
            [
                make_ours("TensorFlow", "peers/tf_transformer_training.py", TRAINING),
                *([make_lingvo_trainer(lingvo)] if lingvo else []),
                *peer(
                    f"{LINGVO}, train_op alone", lingvo, LINGVO_TRAINING, transformer, "training"
                ),
            ],
        ),
        (
            make_ours("Frazo", "frazo_translation_decoding.py", DECODING, "float32"),
            [
                *peer("CTranslate2", ctranslate2, DECODING, decoder, "float32"),
                *peer(LINGVO, lingvo, DECODING, transformer, "decoding"),
            ],
        ),
        (
            make_ours("Frazo", "frazo_translation_decoding.py", INT8_DECODING, "int8"),
            peer("CTranslate2 int8", ctranslate2, INT8_DECODING, decoder, "int8"),
        ),
    ]


def make_ours(name: str, program: str, cases: dict[str, Case], *arguments: str) -> Contender:
    """A program in the build's own environment."""
    command = [sys.executable, str(HERE / program), *arguments]
    return make_contender(name, command, cases, OUR_ENVIRONMENT)


def make_lingvo_trainer(python: Path) -> Contender:
    """Lingvo as its users run it; without checkpoints and summaries, which its model never
    reaches.
    """

    def measure() -> Measurement:
        with tempfile.TemporaryDirectory() as logdir:
            command = [str(python), "-m", "lingvo.trainer", "--mode=sync", "--run_locally=cpu"]
            command += ["--model=lingvo_transformer.TransformerBase", f"--logdir={logdir}"]
            # Otherwise its trainer sleeps 30 s before it looks for the controller's variables.
            command += ["--checkpoint_in_trainer_cpu"]
            environment = QUIET | {"PYTHONPATH": str(PEER_SCRIPTS)}
            run = watch_training(
                TrainingProcess(
                    command, environment, LINGVO_STEP_LINE, LINGVO_STEPS, ends_by_itself=False
                )
            )
        return Measurement({RATE: run.steps_per_second()}, run.peak_memory_mb)

    return Contender(LINGVO, measure)


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
