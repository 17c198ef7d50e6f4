"""Joins losses and gradients by collectives, while the backward pass still runs."""

from collections.abc import Sequence
from typing import Protocol

import tensorflow as tf
from frazo.learn.loss import Loss
from frazo.train.reduction import Gradient, Reduction


class SummingGroup(Protocol):
    """Processes that add their tensors.

    Attributes:
      size: Their number.
    """

    size: int

    def sum(self, tensor: tf.Tensor) -> tf.Tensor:
        """Adds the tensors of all processes. All get the same bits."""
        ...


class CollectiveReduction(Reduction):
    """The reduction of a group of processes.

    Gradients travel in buckets (Li et al. 2020, "PyTorch Distributed", section 3.2): several
    gradients side by side, beginning with those of the last layers, which the backward pass
    computes first. The graph starts the sum of a bucket as soon as its gradients are there.
    """

    def __init__(self, group: SummingGroup, bucket_bytes: int, travel_dtype: tf.DType):
        """Makes no graph yet.

        Args:
          group: The processes.
          bucket_bytes: A bucket is closed once it has so many bytes of float32.
          travel_dtype: What gradients are rounded to on their way, and added in.
        """
        self.num_processes = group.size
        self._group = group
        self._bucket_bytes = bucket_bytes
        self._travel_dtype = travel_dtype

    def reduce(
        self, loss: Loss, gradients: Sequence[Gradient], weights: Sequence[tf.Variable]
    ) -> tuple[Loss, Sequence[Gradient]]:
        del weights
        if self._group.size == 1:
            return loss, gradients
        joined = Loss(*tf.unstack(self._group.sum(tf.stack([loss.total, loss.weight]))))
        share = tf.math.divide_no_nan(loss.weight, joined.weight)
        present = [i for i, gradient in enumerate(gradients) if gradient is not None]
        weighted = [tf.convert_to_tensor(gradients[i]) * share for i in present]
        result = list(gradients)
        for i, value in zip(present, self.bucket_sums(weighted), strict=True):
            result[i] = value
        return joined, result

    def mean(self, values: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        if self._group.size == 1:
            return values
        return [self._group.sum(value) / self._group.size for value in values]

    def sum(self, values: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        if self._group.size == 1 or not values:
            return values
        return tf.unstack(self._group.sum(tf.stack(values)))

    def bucket_sums(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Returns the sums of gradients, which travel in buckets."""
        sums: list[tf.Tensor | None] = [None] * len(gradients)
        for bucket in buckets([g.shape.num_elements() * 4 for g in gradients], self._bucket_bytes):
            flat = tf.concat([tf.reshape(gradients[i], [-1]) for i in bucket], axis=0)
            joined = self._group.sum(tf.cast(flat, self._travel_dtype))
            sizes = [gradients[i].shape.num_elements() for i in bucket]
            for i, part in zip(bucket, tf.split(tf.cast(joined, tf.float32), sizes), strict=True):
                sums[i] = tf.reshape(part, gradients[i].shape)
        return sums


def buckets(sizes: Sequence[int], bucket_bytes: int) -> list[list[int]]:
    """Groups gradients, the last first. A bucket is closed once it has `bucket_bytes` or more.

    Args:
      sizes: The bytes of each gradient.
      bucket_bytes: > 0.

    Returns:
      The indices of each bucket, descending. Every index is in one bucket.
    """
    grouped: list[list[int]] = []
    room = 0
    for index in reversed(range(len(sizes))):
        if room <= 0:
            grouped.append([])
            room = bucket_bytes
        grouped[-1].append(index)
        room -= sizes[index]
    return grouped
