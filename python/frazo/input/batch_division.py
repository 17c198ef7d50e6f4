"""Makes the batches of a pipeline smaller, for one of several processes that share it."""

from frazo.input.share import Share
from frazo.proto import batcher_pb2


def divide_batches(batcher: batcher_pb2.Batcher, share: Share) -> None:
    """Changes the sizes of batches to those of a share, if it divides batches.

    The batches of all shares together are as large as one of the configuration. A bucket whose
    batches have fewer examples than there are shares gives one example to each.

    Args:
      batcher: A whole configuration.
      share: Which part this process reads.

    Raises:
      ValueError: A batch of fixed size cannot be divided; the text says what to change.
    """
    if not share.divides_batches:
        return
    kind = batcher.WhichOneof("kind")
    if kind == "fixed":
        batcher.fixed.batch_size = share.of_batch(batcher.fixed.batch_size)
    elif kind == "packing":
        packing = batcher.packing
        rows = share.of_batch(packing.rows)
        if packing.HasField("open_rows"):
            packing.open_rows = max(rows, share.of(packing.open_rows))
        packing.rows = rows
    elif batcher.buckets.WhichOneof("size") == "tokens":
        batcher.buckets.tokens = max(1, share.of(batcher.buckets.tokens))
    else:
        limits = batcher.buckets.limits
        limits.examples[:] = [max(1, share.of(limit)) for limit in limits.examples]
