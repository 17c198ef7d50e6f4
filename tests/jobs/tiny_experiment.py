"""A small experiment and real processes that train it, for the end-to-end tests of the jobs."""

import dataclasses
import fcntl
import os
import re
import resource
import signal
import threading
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.jobs.trainer_process import FRESH, start_trainer

# Beyond this something hangs; the tests' own processes take some seconds.
TIMEOUT_SECONDS = 280
# A page, the least that there is: some 35 of a training's lines.
PIPE_BYTES = 4096

_SIDE = 8
_CLASSES = 6

_EXPERIMENT = """
description: "Tiny."
task {{
  image_classifier {{
    network {{
      layers {{ conv2d {{ filters: 8 kernel_height: 3 kernel_width: 3 }} }}
      layers {{ batch_norm {{ decay: 0.9 }} }}
      layers {{ activation: RELU }}
      layers {{ dropout {{ rate: 0.1 }} }}
      layers {{ flatten {{}} }}
    }}
    softmax {{ num_classes: {classes} }}
  }}
}}
inputs {{ key: "Train" value {{ image {{
  records {{ files: "{directory}/train.tfrecord" }}
  batch_size: 16 height: {side} width: {side} shuffle: true
}} }} }}
inputs {{ key: "Test" value {{ image {{
  records {{ files: "{directory}/test.tfrecord" }}
  batch_size: 16 height: {side} width: {side}
}} }} }}
learner {{ learning_rate: 1e-3 optimizer {{ adam {{}} }} ema_decay: 0.99 }}
train {{ max_steps: 60 save_interval_steps: 20 log_interval_steps: 10 steps_per_loop: 5 }}
"""


def write_experiment(directory: Path) -> Path:
    """Writes 100 images to train on, 40 to test, and the experiment; returns its path.

    An image is noise with one bright row, whose number is the label.
    """
    random = np.random.default_rng(7)
    for name, count in (("train", 100), ("test", 40)):
        with tf.io.TFRecordWriter(str(directory / f"{name}.tfrecord")) as records:
            for label in random.integers(0, _CLASSES, count):
                image = random.integers(0, 150, (_SIDE, _SIDE), dtype=np.uint8)
                image[label] += 100
                records.write(_example(image, int(label)))
    path = directory / "tiny.textproto"
    path.write_text(_EXPERIMENT.format(directory=directory, side=_SIDE, classes=_CLASSES))
    return path


def _example(image: np.ndarray, label: int) -> bytes:
    feature = {
        "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[image.tobytes()])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


@dataclasses.dataclass(frozen=True)
class Ended:
    """A process that has ended. out, err: what it wrote."""

    code: int
    out: str
    err: str


class Trainer:
    """A trainer process. Used as a context manager it is gone afterwards.

    It waits when it has written PIPE_BYTES of lines that nobody has read.
    """

    def __init__(self, *arguments: str, **environment: str):
        reader, writer = os.pipe()
        self._out = os.fdopen(reader)
        self._err = os.fdopen(os.memfd_create("err"), "w+")
        # So that it is never far ahead of who reads its lines, and a test can tell where it is.
        fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        with open(writer, "w") as out:
            self._process = start_trainer(
                _varied(arguments),
                {**os.environ, **environment},
                out,
                self._err,
                # What is in the environment can change how a program begins.
                FRESH if environment else None,
            )
        self._lines: list[str] = []

    def __enter__(self) -> "Trainer":
        return self

    def __exit__(self, *_) -> None:
        self._process.kill()
        self._process.wait()
        self._out.close()
        self._err.close()

    def wait_for(self, pattern: str) -> str:
        """Reads standard output up to the first line that matches."""
        if self.reaches(pattern):
            return self._lines[-1]
        raise AssertionError(f"no line matches {pattern!r} in:\n{self.end()}")

    def reaches(self, pattern: str, times: int = 1) -> bool:
        """Reads standard output up to a number of lines that match, or to its end.

        Returns:
          Whether there were so many.
        """
        while times:
            line = self._out.readline()
            if not line:
                return False
            self._lines.append(line)
            times -= re.search(pattern, line) is not None
        return True

    def limit_file_size(self, limit: int | None) -> None:
        """Lets no file of the process grow beyond `limit` bytes, or lets all grow again."""
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        soft = hard if limit is None else limit
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (soft, hard))

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill_after(self, seconds: float) -> Ended:
        """kill -9."""
        return self.signal_after(seconds, signal.SIGKILL)

    def signal_after(self, seconds: float, number: signal.Signals) -> Ended:
        time.sleep(seconds)
        self._process.send_signal(number)
        return self.end()

    def end(self) -> Ended:
        """Waits for the end of the process, and kills one that hangs."""
        watchdog = threading.Timer(TIMEOUT_SECONDS, self._process.kill)
        watchdog.start()
        try:
            out = self._out.read()
            code = self._process.wait()
        finally:
            watchdog.cancel()
        self._err.seek(0)
        return Ended(code, "".join(self._lines) + out, self._err.read())


def _varied(arguments: tuple[str, ...]) -> list[str]:
    """With another seed of the training where FRAZO_TEST_SEED asks for one."""
    seed = int(os.environ.get("FRAZO_TEST_SEED") or 0)
    if seed and any(argument.startswith("--config=") for argument in arguments):
        return [f"--set=seed={301 + seed}", *arguments]
    return list(arguments)


def train(*arguments: str, **environment: str) -> Ended:
    """Runs a trainer to its end."""
    with Trainer(*arguments, **environment) as trainer:
        return trainer.end()


def saved_values(logdir: Path) -> dict[str, np.ndarray]:
    """All that the newest checkpoint holds of the model and the learner, by name."""
    return values_of(str(logdir / "train"))


def values_of(checkpoint: str) -> dict[str, np.ndarray]:
    """The same of a checkpoint with a prefix, or of the newest one in a directory."""
    reader = tf.train.load_checkpoint(checkpoint)
    # NumPy has no type for a position in an input.
    names = (n for n in sorted(reader.get_variable_to_shape_map()) if not n.startswith("input/"))
    return {name: np.asarray(reader.get_tensor(name)) for name in names}


def assert_same_values(one: Path, other: Path) -> None:
    """The newest checkpoints of two log directories are equal, bit for bit."""
    left, right = saved_values(one), saved_values(other)
    assert left.keys() == right.keys()
    for name in left:
        np.testing.assert_array_equal(left[name], right[name], err_msg=name, strict=True)
