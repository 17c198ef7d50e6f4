"""One run that suffers faults, and one that does not."""

import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.manifest import DamagedCheckpointError
from frazo.scores.score_log import ScoreLog

from tests.jobs.text_experiment import write_text_experiment
from tests.jobs.tiny_experiment import values_of
from tests.soak.cluster_faults import FaultyRun, draw_faults
from tests.soak.kept_run import EVALER, KeptRun
from tests.soak.soak_error import SoakError

_LEASE_SECONDS = 2.0
_STEPS_PER_SAVE = 25
# Between two faults are some checkpoints, and steps that are trained while an evaler suffers.
_STEPS_PER_FAULT = 150
# Relative, of the last losses on the test lines. Fewer workers read the records in another order.
_LOSS_TOLERANCE = 0.2
_UNFINISHED = (".frazo-tmp", ".partial")


class ClusterSoak:
    """A training under faults, and the same without."""

    def __init__(self, folder: Path, faults: int, workers: int, min_workers: int):
        """Writes the experiment.

        Args:
          folder: For all files.
          faults: How many faults the run gets.
          workers: The number of workers.
          min_workers: That of the cluster; 0: all workers.
        """
        self._folder = folder
        self._faults = faults
        self._workers = workers
        self._steps = (faults + 2) * _STEPS_PER_FAULT
        self._is_same = min_workers in (0, workers)
        self._layout = (
            f"lease_seconds: {_LEASE_SECONDS} rejoin_seconds: 1 controller_timeout_seconds: 60"
        )
        if min_workers:
            self._layout += f" min_workers: {min_workers}"
        self._flags = [
            f"--config={write_text_experiment(folder)}",
            f"--set=train.max_steps={self._steps}",
            f"--set=train.save_interval_steps={_STEPS_PER_SAVE}",
            f"--set=train.keep_checkpoints={self._steps}",
            "--set=learner.learning_rate=0.001",
            "--set=learner.ema_decay=0.99",
        ]

    def run(self, draw: random.Random, say: Callable[[str], None]) -> str:
        """Trains without faults, then with, and compares.

        Args:
          draw: Decides the faults.
          say: Gets a line about each fault.

        Returns:
          What happened.

        Raises:
          SoakError: The run did not take the faults as it should.
        """
        with self._start("unbroken") as unbroken:
            FaultyRun(unbroken).finish()
        say(f"the run without faults has trained {self._steps} steps")
        with self._start("broken") as run:
            faulty = FaultyRun(run, _STEPS_PER_FAULT)
            faults = draw_faults(self._faults, self._workers, _LEASE_SECONDS, draw)
            for number, fault in enumerate(faults, 1):
                faulty.suffer(fault)
                say(
                    f"fault {number} of {len(faults)}: {fault}, at step {run.step()} or later, "
                    f"generation {run.generation()}; restarts: {run.restarts.total()}"
                )
            faulty.finish()
            generations, restarts = run.generation(), run.restarts
        for text in run.own_ends:
            say(f"by itself: {text}")
        self._check(run.logdir, unbroken.logdir)
        counts = ", ".join(f"{count} x {kind}" for kind, count in sorted(faulty.counts.items()))
        how = "the very checkpoints and scores" if self._is_same else "about the loss"
        return (
            f"the training ended with {how} of one without faults, after {counts}; "
            f"{generations} generations, {restarts.total()} restarts"
        )

    def _start(self, name: str) -> KeptRun:
        folder = self._folder / name
        folder.mkdir()
        return KeptRun(folder, self._flags, self._workers, self._layout)

    def _check(self, logdir: Path, unbroken: Path) -> None:
        steps = _whole_steps(logdir / "train")
        expected = list(range(_STEPS_PER_SAVE, self._steps + 1, _STEPS_PER_SAVE))
        # Others come before workers join or leave.
        missing = sorted(set(expected) - set(steps))
        if missing or steps[-1] != self._steps:
            raise SoakError(f"{logdir}: there are no checkpoints of the steps {missing}")
        left = [p.name for p in (logdir / "train").iterdir() if p.name.endswith(_UNFINISHED)]
        if left:
            raise SoakError(f"{logdir}: files of unfinished saves are left: {', '.join(left)}")
        scores, others = (_scores(directory) for directory in (logdir, unbroken))
        if self._steps not in scores:
            raise SoakError(f"{logdir}: the last checkpoint was not evaluated")
        if not self._is_same:
            one, other = (found[self._steps]["loss"] for found in (scores, others))
            if not math.isclose(one, other, rel_tol=_LOSS_TOLERANCE):
                raise SoakError(f"{logdir}: the loss is {one:g}, without faults {other:g}")
            return
        if steps != expected:
            raise SoakError(
                f"{logdir}: these checkpoints are too many: {set(steps) - set(expected)}"
            )
        for step in sorted(scores.keys() & others.keys()):
            if scores[step] != others[step]:
                raise SoakError(
                    f"{logdir}: the scores of step {step} are {scores[step]}, without faults "
                    f"{others[step]}"
                )
        for step in steps:
            _require_same(logdir, unbroken, step)


def _whole_steps(directory: Path) -> list[int]:
    """Returns the steps of the checkpoints; all must be whole."""
    checkpoints = CheckpointDirectory(directory)
    steps = checkpoints.recorded_steps()
    for step in steps:
        try:
            checkpoints.open(step)
        except DamagedCheckpointError as error:
            raise SoakError(str(error)) from error
    return steps


def _scores(logdir: Path) -> dict[int, dict[str, float]]:
    records = ScoreLog(logdir / EVALER.replace("evaler", "eval")).read()
    return {step: record["metrics"] for step, record in records.items()}


def _require_same(one: Path, other: Path, step: int) -> None:
    """Two checkpoints have the same weights and learner, bit for bit."""
    left, right = (_values(logdir, step) for logdir in (one, other))
    for name in left.keys() | right.keys():
        if name not in left or name not in right or left[name].tobytes() != right[name].tobytes():
            raise SoakError(f"{one}: {name} of step {step} is not as without faults, in {other}")


def _values(logdir: Path, step: int) -> dict[str, np.ndarray]:
    # A wrong position in an input shows in the weights of later steps.
    return values_of(CheckpointDirectory(logdir / "train").open(step).prefix)
