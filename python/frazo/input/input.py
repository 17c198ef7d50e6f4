"""The contract of an input."""

from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow as tf
from frazo.input.lost_records import NOTHING_LOST, LostRecords
from frazo.input.share import WHOLE, Share
from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message


class Input:
    """A source of batches, built from its message.

    Attributes:
      element_spec: Specs of one batch, by feature.
      num_examples: Number of real examples in one pass, in all shares together, known from open()
        on; None if only a full pass would tell.
    """

    element_spec: dict[str, tf.TensorSpec]
    num_examples: int | None

    def __init__(self, message: Any, *, seed: int, share: Share = WHOLE):
        """Builds the input without its files, as a model is built where the data is not.

        Args:
          message: The configuration.
          seed: Decides the order of a shuffled input.
          share: The part of the input that this process reads.
        """
        self.message = message
        self.seed = seed
        self.share = share

    def open(self) -> None:
        """Reads or checks the files now, so that their errors do not come with the first batch.

        Raises:
          ValueError, OSError, frazo._core.FrazoError: The files cannot be used; the text names one.
        """

    def dataset(self) -> tf.data.Dataset:
        """Returns the batches: endless and in random order if the input is shuffled, else one pass.

        An iterator can be saved in a tf.train.Checkpoint. Its state is small, because the batches
        are a pure function of the message, the files and the seed.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define dataset")

    def identity(self) -> dict[str, str]:
        """Returns what decides the order of the batches, by name, beyond an iterator's own state.

        A saved position of an iterator is used only if each of these is the same. An input whose
        iterators compare their states themselves, and refuse a wrong one, returns less. Here: every
        field of the message, the seed and the share.
        """
        fields = {
            field.name: text_format.MessageToString(only, as_one_line=True)
            for field, only in _single_fields(self.message)
        }
        share = f"{self.share.replica} of {self.share.replicas}"
        return {**fields, "seed": str(self.seed), "share": share}

    def continued_position(self, positions: Sequence[tf.Tensor]) -> tf.Tensor:
        """Returns the saved position of this share after those of another number of shares.

        All new shares together give every record that the old ones had not given yet.

        Args:
          positions: The saved positions of the iterators of all old shares, in their order.

        Raises:
          ValueError: The input cannot tell; the text says why.
        """
        raise ValueError(
            f"{len(positions)} workers shared the input, {self.share.replicas} do now, and "
            f"{type(self).__name__} cannot divide it anew"
        )

    def numbered_dataset(self) -> tf.data.Dataset:
        """Returns the batches of dataset(), each with the numbers of its examples: int64 [batch].

        An example's number is that of its record, counted from 0 in the order in which the input
        reads them. An input that keeps this order and leaves out no record keeps this method.
        """

        def number(first: tf.Tensor, batch: dict[str, tf.Tensor]) -> tuple:
            rows = tf.shape(tf.nest.flatten(batch)[0], tf.int64)[0]
            return first + rows, (batch, first + tf.range(rows))

        return self.dataset().scan(tf.constant(0, tf.int64), number)

    def lost_records(self) -> LostRecords:
        """Returns what was lost of the records up to the last batch.

        It tells of the iterator of dataset() that gave a batch last, and counts since that
        iterator's first start, also in earlier processes. An input that can lose nothing keeps
        this method.
        """
        return NOTHING_LOST


def _single_fields(message: Message) -> Iterator[tuple[FieldDescriptor, Message]]:
    """Yields each set field, with a message in which it alone is set."""
    for field, _ in message.ListFields():
        only = type(message)()
        only.CopyFrom(message)
        for other, _ in message.ListFields():
            if other.name != field.name:
                only.ClearField(other.name)
        yield field, only
