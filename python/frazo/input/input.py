"""The contract of an input."""

import tensorflow as tf
from google.protobuf.message import Message


class Input:
    """Where batches come from, built from its message.

    element_spec: of one batch, by feature. num_examples: real ones in one pass.
    """

    element_spec: dict[str, tf.TensorSpec]
    num_examples: int

    def __init__(self, message: Message, *, seed: int):
        """seed: decides the order of a shuffled input."""
        self.message = message
        self.seed = seed

    def dataset(self) -> tf.data.Dataset:
        """Batches: without end and in random order if the input is shuffled, else one pass.

        An iterator of a shuffled dataset can be saved in a tf.train.Checkpoint: its state is the
        number of the next batch, since batch i is a pure function of (seed, i).
        """
        raise NotImplementedError(f"{type(self).__name__} does not define dataset")
