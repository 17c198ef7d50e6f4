"""Trains under faults, and checks that the weights are those of a training without any."""

import collections
import dataclasses
import os
import random
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.manifest import DamagedCheckpointError, step_of

from tests.jobs.text_experiment import write_text_experiment
from tests.jobs.tiny_experiment import (
    Ended,
    Trainer,
    assert_same_values,
    train,
    write_experiment,
)
from tests.soak.soak_error import SoakError

# The names of the faults, and how often each is drawn.
FAULTS = {"kill": 4, "stop": 2, "full disk": 2, "corruption": 3}

# The state of everything that has one takes part.
_SETTINGS = (
    "--set=train.log_interval_steps=10",
    "--set=learner.gradient_norm_tracker.decay=0.9",
    "--set=learner.variational_noise.stddev=0.001",
    "--set=learner.variational_noise.start_step=150",
    "--set=learner.accumulation_steps=3",
    "--set=learner.ema_decay=0.99",
)
# A life ends this many saves after its start at the latest, if a fault ends it.
_MOST_SAVES = 3
_MOST_SECONDS_AFTER_SAVE = 0.3
# The checkpoints have 6 to 60 kB, the logs fewer.
_MOST_FREE_BYTES = 40_000


@dataclasses.dataclass(frozen=True)
class Unbroken:
    """A training without faults.

    Attributes:
      name: What it trains on.
      flags: The trainer's flags without --logdir.
      steps: The steps of the training.
      logdir: Its log directory.
    """

    name: str
    flags: tuple[str, ...]
    steps: int
    logdir: Path


def train_unbroken(directory: Path, name: str, steps: int, saves: int) -> Unbroken:
    """Trains without faults.

    Args:
      directory: Where the data, the experiment and the log directory go.
      name: "texts", which a pipeline reads, or "images".
      steps: The steps of the training.
      saves: The number of checkpoints that it saves.

    Raises:
      SoakError: The training failed.
    """
    write = {"texts": write_text_experiment, "images": write_experiment}[name]
    directory = directory / name
    directory.mkdir()
    flags = (
        f"--config={write(directory)}",
        f"--set=train.max_steps={steps}",
        f"--set=train.save_interval_steps={steps // saves}",
        *_SETTINGS,
    )
    unbroken = Unbroken(name, flags, steps, directory / "log")
    ended = train(*flags, f"--logdir={unbroken.logdir}")
    if ended.code != 0:
        raise SoakError(f"{name}: the unbroken training failed: {ended.err}")
    return unbroken


class BrokenTraining:
    """A training that faults interrupt.

    Attributes:
      counts: How often each fault has happened.
      is_finished: Whether the training has finished.
    """

    def __init__(self, unbroken: Unbroken, logdir: Path, draw: random.Random):
        """Starts nothing.

        Args:
          unbroken: The same training without faults.
          logdir: The log directory, which does not exist yet.
          draw: Decides the moments and the extent of the faults.
        """
        self._unbroken = unbroken
        self._logdir = logdir
        self._draw = draw
        self._flags = [*unbroken.flags, f"--logdir={logdir}"]
        self.counts: collections.Counter[str] = collections.Counter()
        self.is_finished = False

    def live(self, fault: str) -> None:
        """Runs the trainer until a fault ends it, or until the training has finished.

        Args:
          fault: One of FAULTS. The training may finish before it happens; then it is not counted.

        Raises:
          SoakError: The trainer did not take the fault as it should.
        """
        lives = {
            "kill": self._kill,
            "stop": self._stop,
            "full disk": self._fill_disk,
            "corruption": self._corrupt,
        }
        lives[fault]()

    def finish(self) -> None:
        """Trains to the end without another fault, and compares.

        Raises:
          SoakError: The training failed, its weights are not those of the unbroken one, or files
            of unfinished saves are left.
        """
        # The last life may have finished the training but not have cleared up.
        self._require(train(*self._flags), 0)
        try:
            assert_same_values(self._logdir, self._unbroken.logdir)
        except AssertionError as error:
            raise self._error(f"the weights differ from those of the unbroken run: {error}") from (
                error
            )
        left = [
            path.name
            for path in (self._logdir / "train").iterdir()
            if path.suffix in (".frazo-tmp", ".partial")
        ]
        if left:
            raise self._error(f"files of unfinished saves are left: {', '.join(left)}")
        shutil.rmtree(self._logdir)

    def _kill(self) -> None:
        """Sends SIGKILL at a random moment, also while the program starts."""
        self._end_by("kill", signal.SIGKILL, [-signal.SIGKILL])

    def _stop(self) -> None:
        """Sends SIGTERM at a random moment. Before the program handles it, it is a kill."""
        self._end_by("stop", signal.SIGTERM, [0, -signal.SIGTERM])

    def _end_by(self, fault: str, number: signal.Signals, codes: Sequence[int]) -> None:
        with Trainer(*self._flags) as trainer:
            saves = self._draw.randint(0, _MOST_SAVES)
            if not trainer.reaches("saved ckpt-", times=saves):
                self._finished(trainer.end())
                return
            longest = _MOST_SECONDS_AFTER_SAVE if saves else 10.0
            ended = trainer.signal_after(self._draw.uniform(0, longest), number)
        self.counts[fault] += 1
        if "\ndone: " in ended.out:
            self._finished(ended)
            return
        self._require(ended, *codes)

    def _fill_disk(self) -> None:
        """Lets no file grow beyond a random size, for a random number of log lines or for good."""
        with Trainer(*self._flags) as trainer:
            if not trainer.reaches("saved ckpt-|first step", times=self._draw.randint(1, 2)):
                self._finished(trainer.end())
                return
            trainer.limit_file_size(self._draw.randint(0, _MOST_FREE_BYTES))
            if self._draw.random() < 0.5:
                trainer.reaches("step: ", times=self._draw.randint(1, 40))
                trainer.limit_file_size(None)
            ended = trainer.end()
        self.counts["full disk"] += 1
        if ended.code == 0:
            self._finished(ended)
        else:
            self._require(ended, 1)

    def _corrupt(self) -> None:
        """Kills the trainer, then damages the newest checkpoint unless it is the only one."""
        self._kill()
        if self.is_finished:
            return
        whole = _whole_checkpoints(self._logdir / "train")
        if len(whole) < 2:
            return
        files = sorted(
            path for path in (self._logdir / "train").iterdir() if step_of(path.name) == whole[-1]
        )
        damage: Callable[[Path], None] = self._draw.choice(
            [self._flip_a_bit, self._truncate, Path.unlink]
        )
        damage(self._draw.choice(files))
        self.counts["corruption"] += 1

    def _flip_a_bit(self, path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[self._draw.randrange(len(content))] ^= 1 << self._draw.randrange(8)
        path.write_bytes(content)

    def _truncate(self, path: Path) -> None:
        os.truncate(path, self._draw.randrange(path.stat().st_size))

    def _finished(self, ended: Ended) -> None:
        self._require(ended, 0)
        self.is_finished = True

    def _require(self, ended: Ended, *codes: int) -> None:
        if ended.code not in codes or "Traceback" in ended.err:
            raise self._error(f"the trainer ended with {ended.code}:\n{ended.out}\n{ended.err}")

    def _error(self, what: str) -> SoakError:
        so_far = ", ".join(f"{count} x {fault}" for fault, count in self.counts.items())
        return SoakError(f"{self._logdir}, after {so_far or 'no fault'}: {what}")


def _whole_checkpoints(train_directory: Path) -> list[int]:
    directory = CheckpointDirectory(train_directory)
    whole = []
    for step in directory.recorded_steps():
        try:
            directory.open(step)
        except DamagedCheckpointError:
            continue
        whole.append(step)
    return whole
