"""LeNet5 at batch 256 on workers of one thread each: the cluster's path beside one process, and
beside TensorFlow's MultiWorkerMirroredStrategy, in turns in one run.

    ./bazelw run -c opt //tests/benchmarks:cluster -- [--json=FILE] [--rounds=3]

A worker runs on one processor of its own, with all its threads; the controller runs where there is
room. docs/benchmarks.md keeps the last table.
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence

from frazo.shard.worker_processes import free_addresses

from tests.benchmarks import side_by_side
from tests.benchmarks.lenet5 import LOG_LINE, OUR_ENVIRONMENT, PEER_SCRIPTS, TRAIN_DIGITS
from tests.benchmarks.side_by_side import Case, Comparison, Contender, Measurement
from tests.benchmarks.training_process import TrainingProcess, watch_training

BATCH_SIZE = 256
STEPS = 400
FIRST_STEP_LINE = re.compile(r"^train: first step done")


def one_thread(processor: int, command: Sequence[str]) -> list[str]:
    return ["taskset", "-c", str(processor), *command]


def trainer(logdir: str, batch_size: int, *flags: str) -> list[str]:
    """Returns the command of a member, or of one process alone."""
    return [
        sys.executable,
        "-m",
        "frazo.jobs.trainer",
        "--model=image.mnist.LeNet5",
        f"--logdir={logdir}",
        f"--set=train.max_steps={STEPS}",
        f"--set=train.save_interval_steps={STEPS}",
        f"--set=inputs.Train.image.batch_size={batch_size}",
        # So that the speed is timed over many lines.
        "--set=train.log_interval_steps=20",
        *flags,
    ]


def watch(case: Case, start: Case, command: Sequence[str], batch_size: int) -> Measurement:
    process = TrainingProcess(command, OUR_ENVIRONMENT, LOG_LINE, STEPS, FIRST_STEP_LINE)
    run = watch_training(process)
    figures = {case: run.steps_per_second() * batch_size, start: run.seconds_to_first_step}
    return Measurement(figures, run.peak_memory_mb)


@contextlib.contextmanager
def beside(commands: Sequence[Sequence[str]]) -> Iterator[None]:
    """Runs programs beside what is measured; they end by themselves soon after it."""
    environment = os.environ | OUR_ENVIRONMENT
    processes = [
        subprocess.Popen(c, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for c in commands
    ]
    try:
        yield
        for process in processes:
            process.wait(timeout=120)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def make_local(case: Case, start: Case) -> Contender:
    """One process on one thread."""

    def measure() -> Measurement:
        with tempfile.TemporaryDirectory() as logdir:
            command = trainer(logdir, BATCH_SIZE, "--job=controller,trainer")
            return watch(case, start, one_thread(0, command), BATCH_SIZE)

    return Contender("Frazo, one process", measure)


def make_cluster(case: Case, start: Case, workers: int, batch_size: int) -> Contender:
    """A controller, and workers that divide a batch."""

    def measure() -> Measurement:
        with tempfile.TemporaryDirectory() as logdir:
            controller, *addresses = free_addresses(1 + workers)
            cluster = f"--cluster_spec=controller={controller}@worker={','.join(addresses)}"

            def member(*flags: str) -> list[str]:
                return trainer(logdir, batch_size, cluster, *flags)

            first, *others = (
                one_thread(rank, member("--job=worker", f"--task={rank}"))
                for rank in range(workers)
            )
            with beside([member("--job=controller"), *others]):
                return watch(case, start, first, batch_size)

    return Contender("Frazo", measure)


def make_mirrored(case: Case, start: Case) -> Contender:
    """Keras on two workers."""

    def measure() -> Measurement:
        addresses = ",".join(free_addresses(2))
        script = str(PEER_SCRIPTS / "keras_multi_worker_lenet5.py")
        command = [sys.executable, script, f"--train={TRAIN_DIGITS}", f"--steps={STEPS}"]
        command.append(f"--workers={addresses}")
        first, other = (one_thread(rank, [*command, f"--rank={rank}"]) for rank in range(2))
        with beside([other]):
            step_line = re.compile(r"^step: (\d+)")
            run = watch_training(TrainingProcess(first, OUR_ENVIRONMENT, step_line, STEPS))
        figures = {
            case: run.steps_per_second() * BATCH_SIZE,
            start: run.seconds_to_first_step,
        }
        return Measurement(figures, run.peak_memory_mb)

    return Contender("MultiWorkerMirroredStrategy", measure)


def compare(rounds: int) -> list[Comparison]:
    def cases(name: str) -> tuple[Case, Case]:
        return (
            Case(f"LeNet5, {name}", "examples/s", higher_is_better=True),
            Case(f"LeNet5, {name}, process start to first step", "s", higher_is_better=False),
        )

    one, same, larger = (
        cases("1 worker"),
        cases("2 workers, a batch of 256 in all"),
        cases("2 workers, a batch of 512 in all"),
    )
    return [
        *side_by_side.compare(make_cluster(*one, 1, BATCH_SIZE), [make_local(*one)], rounds),
        *side_by_side.compare(
            make_cluster(*same, 2, BATCH_SIZE), [make_local(*same), make_mirrored(*same)], rounds
        ),
        *side_by_side.compare(
            make_cluster(*larger, 2, 2 * BATCH_SIZE), [make_local(*larger)], rounds
        ),
    ]


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    return side_by_side.run(lambda: compare(options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
