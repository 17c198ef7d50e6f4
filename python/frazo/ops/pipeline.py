"""The TensorFlow op of the input pipeline."""

from __future__ import annotations

import tensorflow as tf

from frazo import _core
from frazo.ops.library import op_library
from frazo.pipeline import PipelineConfig, read_config, search_folders


def pipeline_dataset(
    config: PipelineConfig,
    link: _core.IteratorLink | None = None,
    *,
    numbered: bool = False,
) -> tf.data.Dataset:
    """Reads files and makes batches in C++ threads, as a Pipeline message describes.

    The batches depend on the message and the files only, never on threads. A saved iterator
    (`tf.train.Checkpoint`) holds some KB: the position in each file, and the records that wait in
    partly filled batches. A restored iterator continues with the very next batch. It refuses a
    state of another configuration, vocabulary or other files and names the difference.

    Args:
      config: The message, its textproto, or the path of a file that holds it. Relative paths in it
        are looked up below the current directory, then below Frazo's own tree.
      link: As long as it lives, iterators of the dataset publish their counters here with each
        batch, and begin where it says. By default they write the first bad records and the first
        damage that they skip to standard error.
      numbered: Adds to each batch how many records were read before that of each example. Not for
        a batcher that packs.

    Returns:
      A dataset of dict[str, tf.Tensor]; the message determines the names, types and shapes. Numeric
      tensors are the pipeline's own memory, not copies. If numbered, of pairs of such a dict and
      the numbers, int64 [batch].

    Raises:
      frazo._core.FrazoError: The configuration is wrong; the message names the field.
      tf.errors.NotFoundError, tf.errors.PermissionDeniedError: When an iterator is made or later.
      tf.errors.DataLossError, tf.errors.InvalidArgumentError, tf.errors.FailedPreconditionError:
        While iterating or restoring: a file is damaged, a record cannot be processed, a state does
        not fit.
    """
    serialized = read_config(config).SerializeToString(deterministic=True)
    spec = {
        name: tf.TensorSpec(shape, tf.string if dtype == "object" else tf.as_dtype(dtype))
        for name, (dtype, shape) in _core.pipeline_tensors(serialized, search_folders()).items()
    }
    if numbered:
        spec = (spec, tf.TensorSpec([None], tf.int64))
    flat = tf.nest.flatten(spec)
    handle = op_library().frazo_pipeline_dataset(
        config=serialized,
        search_folders=tf.constant(search_folders(), tf.string),
        output_types=[tensor.dtype for tensor in flat],
        output_shapes=[tensor.shape for tensor in flat],
        link=0 if link is None else link.number,
        numbered=numbered,
    )
    return tf.data.experimental.from_variant(handle, spec)
