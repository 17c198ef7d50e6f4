"""Divides the positions of a pipeline anew when the number of its shares changes."""

from collections.abc import Callable, Sequence

import tensorflow as tf
from frazo._core import FrazoError, IteratorLink, divide_pipeline_states
from frazo.input.iterator_position import restore_position, save_position
from frazo.input.share import Share
from frazo.pipeline import search_folders
from frazo.proto import batcher_pb2, pipeline_pb2, pipeline_state_pb2

MakeDataset = Callable[[pipeline_pb2.Pipeline, IteratorLink], tf.data.Dataset]


def divided_position(
    positions: Sequence[tf.Tensor],
    share: Share,
    config_of: Callable[[Share], pipeline_pb2.Pipeline],
    make_dataset: MakeDataset,
) -> tf.Tensor:
    """Returns the position of a new share; all new ones give what the old ones had not given.

    Args:
      positions: The saved positions of the iterators of all old shares, in their order.
      share: The new share.
      config_of: Returns the configuration of a share.
      make_dataset: Makes the dataset whose iterators were saved.

    Raises:
      ValueError: A position does not fit the input; the text says what differs.
    """
    config = config_of(share)
    try:
        states = [
            _with_batcher(_state(position, config_of(old), make_dataset), config.batcher)
            for position, old in (
                (position, Share(replica, len(positions), share.divides_batches))
                for replica, position in enumerate(positions)
            )
        ]
        serialized = config.SerializeToString(deterministic=True)
        divided = divide_pipeline_states(serialized, search_folders(), states, share.replicas)
        link = IteratorLink()
        link.begin_next_at(divided[share.replica])
        iterator = iter(make_dataset(config, link))
    except (FrazoError, tf.errors.OpError) as error:
        raise ValueError(str(getattr(error, "message", error))) from error
    return save_position(iterator)


def _state(position: tf.Tensor, config: pipeline_pb2.Pipeline, make_dataset: MakeDataset) -> bytes:
    link = IteratorLink()
    iterator = iter(make_dataset(config, link))
    restore_position(iterator, position)
    return link.restored_state()


def _with_batcher(state: bytes, batcher: batcher_pb2.Batcher) -> bytes:
    """Returns a state with the sizes of the new batches. Its open batches are records that are
    given again, whatever the sizes.
    """
    message = pipeline_state_pb2.PipelineState.FromString(state)
    message.batcher.CopyFrom(batcher)
    return message.SerializeToString()
