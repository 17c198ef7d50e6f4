"""The hyperparameters of a run, for TensorBoard's page HParams."""

import time
from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf
from frazo import _core
from frazo.scores.event_file import VERSION

# TensorBoard reads files that have "tfevents" in their name.
HPARAMS_FILE = "events.out.tfevents.hparams"


def write_hparams(logdir: Path, hparams: Mapping[str, bool | float | str]) -> None:
    """Writes the hyperparameters of the run in a log directory, in place of earlier ones.

    The file is in the log directory itself: TensorBoard takes what is in the folders below it,
    such as train and eval_test, for the metrics of the run. Without the package tensorboard nothing
    is written, as nobody could read it.

    Args:
      logdir: The log directory.
      hparams: Values by name.

    Raises:
      FrazoError: The file cannot be written.
    """
    try:
        from tensorboard.plugins.hparams import summary
    except ImportError:
        return
    now = time.time()
    started = summary.session_start_pb(dict(hparams), start_time_secs=now)
    version = tf.compat.v1.Event(wall_time=now, file_version=VERSION)
    event = tf.compat.v1.Event(wall_time=now)
    # TensorBoard's message may be one of a class of its own, of the same form.
    event.summary.ParseFromString(started.SerializeToString())
    with _core.RecordWriter(logdir / HPARAMS_FILE) as records:
        records.write(version.SerializeToString())
        records.write(event.SerializeToString())
