"""Writes named arrays as a TensorFlow checkpoint (a tensor bundle)."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np


def write_tensor_bundle(prefix: Path, tensors: Mapping[str, np.ndarray]) -> list[Path]:
    """Writes <prefix>.data-00000-of-00001 and <prefix>.index, and replaces existing ones.

    The files are written under temporary names, flushed to the disk and renamed, the index last: a
    reader that finds an index finds the data too. A missing folder is created.

    Args:
        prefix: path that the files' names start with.
        tensors: the name that each array can be restored by.

    Returns:
        The two files.

    Raises:
        OSError: the files cannot be written; existing ones are unchanged.
    """
    # TensorFlow takes seconds to import; a caller's mistakes are reported before.
    import tensorflow as tf

    prefix.parent.mkdir(parents=True, exist_ok=True)
    names = [f"{prefix.name}.data-00000-of-00001", f"{prefix.name}.index"]
    with tempfile.TemporaryDirectory(dir=prefix.parent, prefix=f".{prefix.name}-") as aside:
        try:
            tf.raw_ops.SaveV2(
                prefix=os.path.join(aside, prefix.name),
                tensor_names=list(tensors),
                shape_and_slices=[""] * len(tensors),
                tensors=[tf.constant(array) for array in tensors.values()],
            )
        except tf.errors.OpError as error:
            raise OSError(f"{prefix}: cannot be written: {error.message}") from error
        for name in names:
            with open(os.path.join(aside, name), "rb") as written:
                os.fsync(written.fileno())
        for name in names:
            os.replace(os.path.join(aside, name), prefix.parent / name)
    return [prefix.parent / name for name in names]
