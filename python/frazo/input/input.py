"""The contract of an input."""

from typing import Any

import tensorflow as tf


class Input:
    """Where batches come from, built from its message.

    element_spec: of one batch, by feature. num_examples: real ones in one pass; None where only
    reading all of them would tell.
    """

    element_spec: dict[str, tf.TensorSpec]
    num_examples: int | None

    def __init__(self, message: Any, *, seed: int):
        """seed: decides the order of a shuffled input."""
        self.message = message
        self.seed = seed

    def dataset(self) -> tf.data.Dataset:
        """Batches: without end and in random order if the input is shuffled, else one pass.

        An iterator can be saved in a tf.train.Checkpoint: its state is small, since the batches are
        a pure function of the message, the files and the seed.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define dataset")
