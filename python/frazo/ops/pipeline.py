"""The TensorFlow op of the input pipeline."""

from __future__ import annotations

import tensorflow as tf

from frazo import _core
from frazo.ops.library import op_library
from frazo.pipeline import PipelineConfig, read_config, search_folders


def pipeline_dataset(config: PipelineConfig) -> tf.data.Dataset:
    """From files to batches, as a Pipeline message says, in C++ threads.

    The batches depend on the message and the files alone, never on threads. A saved iterator
    (`tf.train.Checkpoint`) holds some KB: where each file stands, and which records wait in batches that are
    not full yet. Restored, it goes on with the very next batch; a state of another configuration, vocabulary
    or other files is refused, naming the difference.

    Args:
      config: the message, its textproto, or the path of a file that holds it. Relative paths in it are
        looked for below the current directory, then below Frazo's own tree.

    Returns:
      A dataset of dict[str, tf.Tensor]; the message tells the names, types and shapes. Tensors of numbers
      are the pipeline's own memory, not copied.

    Raises:
      frazo._core.FrazoError: the configuration is wrong; the message names the place in it.
      tf.errors.NotFoundError, tf.errors.PermissionDeniedError: from making an iterator on.
      tf.errors.DataLossError, tf.errors.InvalidArgumentError, tf.errors.FailedPreconditionError: while
        iterating or restoring: a file is damaged, a record cannot be processed, a state does not fit.
    """
    serialized = read_config(config).SerializeToString(deterministic=True)
    spec = {
        name: tf.TensorSpec(shape, tf.string if dtype == "object" else tf.as_dtype(dtype))
        for name, (dtype, shape) in _core.pipeline_tensors(serialized, search_folders()).items()
    }
    flat = tf.nest.flatten(spec)
    handle = op_library().frazo_pipeline_dataset(
        config=serialized,
        search_folders=tf.constant(search_folders(), tf.string),
        output_types=[tensor.dtype for tensor in flat],
        output_shapes=[tensor.shape for tensor in flat],
    )
    return tf.data.experimental.from_variant(handle, spec)
