"""The shapes of an input's largest batch, which the plan of a step is made for."""

from collections.abc import Mapping

import tensorflow as tf
from frazo.input.input import Input
from frazo.proto import batcher_pb2, pipeline_pb2


def largest_batch(source: Input) -> dict[str, tf.TensorSpec]:
    """Returns the specs of the largest batch, all of whose sizes are known.

    Args:
      source: The input, for one process.

    Raises:
      ValueError: The configuration puts no bound on a size.
    """
    spec = source.element_spec
    if all(feature.shape.is_fully_defined() for feature in spec.values()):
        return dict(spec)
    if isinstance(source.message, pipeline_pb2.Pipeline):
        rows, longest = _sizes(source.message.batcher, source)
        return {name: _sized(name, feature, rows, longest) for name, feature in spec.items()}
    raise ValueError(
        f"{type(source).__name__} does not say how large its batches are: the shape of "
        f"{_first_unknown(spec)} is not known before it is read."
    )


def _sizes(batcher: batcher_pb2.Batcher, source: Input) -> tuple[int, int | None]:
    """Returns the rows of the largest batch, and the length of each."""
    kind = batcher.WhichOneof("kind")
    if kind == "fixed":
        return source.share.of_batch(batcher.fixed.batch_size), None
    if kind == "packing":
        # Rows hold whole streams; the lengths are in the spec.
        return source.share.of_batch(batcher.packing.rows), None
    buckets = batcher.buckets
    if buckets.WhichOneof("size") == "tokens":
        sizes = [
            (max(1, source.share.of(buckets.tokens) // bound), bound) for bound in buckets.bounds
        ]
    else:
        limits = list(buckets.limits.examples)
        if len(limits) == 1:
            limits *= len(buckets.bounds)
        rows = [max(1, source.share.of(limit)) for limit in limits]
        sizes = list(zip(rows, buckets.bounds, strict=True))
    return max(sizes, key=lambda size: (size[0] * size[1], size[1]))


def _sized(name: str, spec: tf.TensorSpec, rows: int, longest: int | None) -> tf.TensorSpec:
    shape = spec.shape.as_list()
    if shape[0] is None:
        shape[0] = rows
    if len(shape) > 1 and shape[1] is None:
        if longest is None:
            raise ValueError(
                f"the batches have {rows} examples, but nothing limits the length of '{name}', and "
                "a plan needs it. Use batcher.buckets, whose largest bound is the limit."
            )
        shape[1] = longest
    return tf.TensorSpec(shape, spec.dtype)


def _first_unknown(spec: Mapping[str, tf.TensorSpec]) -> str:
    return next(name for name, each in spec.items() if not each.shape.is_fully_defined())
