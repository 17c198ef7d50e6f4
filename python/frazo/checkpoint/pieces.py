"""Divides what need not fit into memory together, and writes tensors so."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import tensorflow as tf
from frazo.checkpoint.saved_tensor import SavedTensor

# More would take more memory, fewer would make more files.
PIECE_BYTES = 256 << 20

Item = TypeVar("Item")


def write_in_pieces(
    prefix: Path, tensors: Iterable[SavedTensor], piece_bytes: int = PIECE_BYTES
) -> int:
    """Writes tensors as TensorFlow's files PREFIX.index and PREFIX.data-*, of which each has one
    piece of them.

    Args:
      prefix: The path that the files' names begin with. The folder has no other files.
      tensors: Taken one after the other. Without any, nothing is written.
      piece_bytes: A piece ends with the tensor that makes it as large as this; > 0. One piece at a
        time is in memory, unless the caller holds the tensors.

    Returns:
      The number of pieces.

    Raises:
      OSError, tf.errors.OpError: The files cannot be written.
    """
    written = []
    for index, piece in enumerate(in_pieces(tensors, _bytes, piece_bytes)):
        own = prefix.parent / f"piece-{index}" / prefix.name
        own.parent.mkdir()
        _write_bundle(own, piece)
        # The next one takes its memory.
        piece.clear()
        written.append(own)
    if not written:
        return 0
    # It moves the pieces' data files, and does not copy them.
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=[str(own) for own in written],
        destination_prefix=str(prefix),
        delete_old_dirs=False,
    )
    for own in written:
        shutil.rmtree(own.parent)
    return len(written)


def _write_bundle(prefix: Path, tensors: Sequence[SavedTensor]) -> None:
    """Writes tensors as TensorFlow's files PREFIX.index and PREFIX.data-00000-of-00001."""
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=[tensor.name for tensor in tensors],
        shape_and_slices=[tensor.shape_and_slice for tensor in tensors],
        tensors=[tensor.value for tensor in tensors],
    )


def in_pieces(
    items: Iterable[Item], size_of: Callable[[Item], int], piece_bytes: int = PIECE_BYTES
) -> Iterator[list[Item]]:
    """Yields pieces of a sequence, each of which ends with the item that makes it large enough.

    Args:
      items: Taken one after the other.
      size_of: Returns the bytes of an item.
      piece_bytes: What is large enough; > 0.
    """
    piece: list[Item] = []
    size = 0
    for item in items:
        piece.append(item)
        size += size_of(item)
        if size >= piece_bytes:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _bytes(tensor: SavedTensor) -> int:
    """Returns the size of the values; 0 for texts and positions of inputs, which are small."""
    value = tensor.value
    if value.dtype in (tf.string, tf.variant):
        return 0
    return value.dtype.size * int(tf.size(value))
