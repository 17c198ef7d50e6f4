"""Small checkpoints for tests."""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.input.iterator_position import save_position

# 2024-01-02 03:04:05 UTC.
SAVED_UNIX_SECONDS = 1704164645.0


def write_checkpoint(folder: Path, step: int, tensors: Mapping[str, tf.Tensor]) -> Path:
    """Writes a checkpoint of `tensors` and global_step as the trainer does. Returns its path."""
    store = CheckpointStore(folder, RetentionPolicy(100), lambda: SAVED_UNIX_SECONDS)
    store.write(step, whole_tensors({**tensors, "global_step": tf.constant(step, tf.int64)}))
    return folder / f"ckpt-{step:08d}"


def trained(value: float) -> dict[str, tf.Tensor]:
    """The state of a training: 10 weights of a model, their averages, slots, and the rest.

    Weights are `value`, averages 10 more, slots 20 more.
    """
    kernel, bias = tf.fill([2, 4], float(value)), tf.fill([2], float(value))
    return {
        "network/conv/kernel": kernel,
        "network/softmax/bias": bias,
        "learner/average/network/conv/kernel": kernel + 10,
        "learner/average/network/softmax/bias": bias + 10,
        "learner/adam/m/network/conv/kernel": kernel + 20,
        "learner/adam/applied_steps": tf.constant(int(value), tf.int64),
        "input/identity": tf.constant(f"identity {value}"),
        "input/iterator": _position(int(value)),
    }


def _position(batches: int) -> tf.Tensor:
    """The position of an input after some batches, a variant."""
    options = tf.data.Options()
    # The position would tell how far it is ahead.
    options.experimental_optimization.inject_prefetch = False
    iterator = iter(tf.data.Dataset.range(100).with_options(options))
    for _ in range(batches):
        next(iterator)
    return save_position(iterator)
