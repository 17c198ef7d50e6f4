"""LeNet5 at batch 256: our trainer beside plain Keras and Lingvo, in turns in one run.

    ./bazelw run -c opt //tests/benchmarks:lenet5 -- [--peers=DIR] [--json=FILE] [--rounds=3]

Our time includes reading, metrics, summaries and checkpoints; the peers' includes neither summaries
nor checkpoints. docs/benchmarks.md says how DIR is made and keeps the last table.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_contender
from tests.benchmarks.side_by_side import Case, Contender, Measurement
from tests.benchmarks.training_process import TrainingProcess, watch_training

RATE = Case("LeNet5 training, batch 256", "steps/s", higher_is_better=True)
SHARE = Case("LeNet5 training, batch 256", "share of the matrix product's peak", True)
START = Case("LeNet5, process start to first step", "s", higher_is_better=False)

STEPS = 800
BATCH_SIZE = 256
# Three checkpoints of ours lie within the timed steps.
SAVE_INTERVAL_STEPS = 200
WORKSPACE = Path(__file__).absolute().parents[2]
PEER_SCRIPTS = Path(__file__).absolute().parent / "peers"
TRAIN_DIGITS = WORKSPACE / "python/frazo/tasks/image/data/mnist_train.tfrecord.gz"
# Ours and Lingvo's; not the line of an evaluation.
LOG_LINE = re.compile(r"\bstep: *(\d+), steps/sec")
# The environment of the build, for programs started beside this one.
OUR_ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "2"}


def make_ours() -> Contender:
    """The trainer and the controller; no evaluation, which the peers do not do either."""

    def measure() -> Measurement:
        with tempfile.TemporaryDirectory() as logdir:
            command = [sys.executable, "-m", "frazo.jobs.trainer", "--model=image.mnist.LeNet5"]
            command += ["--mode=sync", "--run_locally=cpu", f"--logdir={logdir}"]
            command += ["--job=controller,trainer", f"--set=train.max_steps={STEPS}"]
            command += [f"--set=train.save_interval_steps={SAVE_INTERVAL_STEPS}"]
            first_step_line = re.compile(r"^train: first step done")
            return measure_training(
                TrainingProcess(command, OUR_ENVIRONMENT, LOG_LINE, STEPS, first_step_line)
            )

    return Contender("Frazo", measure)


def step_flops() -> int:
    """Returns the work of the products that a training step needs: forward, and in the backward
    pass the gradients of both factors; the gradient of the images is not needed.
    """
    convolutions = [28 * 28 * 25 * 1 * 20, 14 * 14 * 25 * 20 * 50]
    products = [7 * 7 * 50 * 300, 300 * 10]
    return 2 * BATCH_SIZE * (3 * sum(convolutions + products) - convolutions[0])


def measure_training(process: TrainingProcess) -> Measurement:
    before = peak_flops_per_second()
    run = watch_training(process)
    rate = run.steps_per_second()
    # Machines are not equally fast at all times.
    peak = max(before, peak_flops_per_second())
    figures = {
        RATE: rate,
        SHARE: rate * step_flops() / peak,
        START: run.seconds_to_first_step,
    }
    return Measurement(figures, run.peak_memory_mb)


def peak_flops_per_second() -> float:
    """Returns the peak, measured by a process of its own."""
    case = Case("matrix product", "FLOP/s", higher_is_better=True)
    command = [sys.executable, str(PEER_SCRIPTS / "matmul_peak.py")]
    measured = make_contender("peak", command, {"peak": case}, OUR_ENVIRONMENT).measure()
    return measured.figures[case]


def make_keras(name: str, dropout: str) -> Contender:
    """Keras in the build's own TensorFlow."""
    command = [sys.executable, str(PEER_SCRIPTS / "keras_lenet5.py"), f"--train={TRAIN_DIGITS}"]
    command += [f"--steps={STEPS}", f"--dropout={dropout}"]
    step_line = re.compile(r"^step: (\d+)")
    process = TrainingProcess(command, OUR_ENVIRONMENT, step_line, STEPS)
    return Contender(name, lambda: measure_training(process))


def make_lingvo(python: Path, scratch: Path) -> Contender:
    """Lingvo 0.14 in an environment of its own, on the same digits.

    Args:
        python: the environment's interpreter.
        scratch: existing folder for the digits and the logs.
    """
    images = scratch / "digits"
    converter = [sys.executable, "-m", "tests.benchmarks.digits_checkpoint"]
    converted = subprocess.run(
        [*converter, f"--train={TRAIN_DIGITS}", f"--out={images}"],
        env=os.environ | OUR_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    environment = {
        "PYTHONPATH": str(PEER_SCRIPTS),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "LENET5_IMAGES": str(images),
        "LENET5_NUM_IMAGES": converted.stdout.strip(),
    }

    def measure() -> Measurement:
        with tempfile.TemporaryDirectory(dir=scratch) as logdir:
            command = [str(python), "-m", "lingvo.trainer", "--model=lingvo_lenet5.LeNet5"]
            command += ["--mode=sync", "--run_locally=cpu", f"--logdir={logdir}"]
            # Otherwise its trainer sleeps 30 s before it looks for the controller's variables.
            command += ["--checkpoint_in_trainer_cpu"]
            return measure_training(
                TrainingProcess(command, environment, LOG_LINE, STEPS, ends_by_itself=False)
            )

    return Contender("Lingvo 0.14", measure)


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    peers = [
        make_keras("Keras fit", dropout="hidden"),
        make_keras("Keras fit, dropout as ours", dropout="pools"),
    ]
    with tempfile.TemporaryDirectory() as scratch:
        python = options.peers / "lv13/bin/python" if options.peers else None
        if python and python.exists():
            peers.append(make_lingvo(python, Path(scratch)))
        else:
            where = python or "--peers was not given"
            print(f"Lingvo is left out: not installed ({where}); see docs/benchmarks.md")
        return side_by_side.run(
            lambda: side_by_side.compare(make_ours(), peers, options.rounds), options
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
