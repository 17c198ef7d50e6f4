"""The choice between Frazo's kernels and graphs of TensorFlow's own ops."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator

import tensorflow as tf


class Implementation(enum.Enum):
    """How an op of ours is computed: Operations.Implementation of proto/operations.proto."""

    AUTO = 0
    KERNEL = 1
    GRAPH = 2


_chosen = Implementation.AUTO


def set_implementation(choice: Implementation) -> None:
    """Decides for all functions that this program traces from now on, and for all eager calls."""
    global _chosen
    _chosen = choice


@contextlib.contextmanager
def implementation(choice: Implementation) -> Iterator[None]:
    """Within it `choice` holds."""
    before = _chosen
    set_implementation(choice)
    try:
        yield
    finally:
        set_implementation(before)


def uses_kernels() -> bool:
    """Whether an op that is called now is a kernel of ours.

    AUTO can't tell whether XLA will compile the function that is being traced: choose GRAPH if
    it will.
    """
    if _chosen is Implementation.AUTO:
        return all(device.device_type == "CPU" for device in tf.config.get_visible_devices())
    return _chosen is Implementation.KERNEL
