"""The peak figures of processors, as their makers state them."""

from typing import NamedTuple

import tensorflow as tf


class Device(NamedTuple):
    """What a processor can do at most.

    Attributes:
      description: Its name, for people.
      flops: Floating-point operations a second in products of matrices, by the type of their
        arguments.
      memory_bytes: Bytes of its memory.
      bandwidth: Bytes a second between it and its memory.
      link: Bytes a second that it sends to others, each way.
    """

    description: str
    flops: dict[tf.DType, float]
    memory_bytes: float
    bandwidth: float
    link: float


# From NVIDIA's data sheets: dense products, TF32 for float32 where there is such a unit.
DEVICES = {
    "v100": Device(
        "NVIDIA V100 SXM2 32 GB", {tf.float32: 15.7e12, tf.bfloat16: 15.7e12}, 32e9, 0.9e12, 150e9
    ),
    "a100": Device(
        "NVIDIA A100 SXM 80 GB", {tf.float32: 156e12, tf.bfloat16: 312e12}, 80e9, 2.039e12, 300e9
    ),
    "h100": Device(
        "NVIDIA H100 SXM 80 GB", {tf.float32: 494e12, tf.bfloat16: 989e12}, 80e9, 3.35e12, 450e9
    ),
    "h200": Device(
        "NVIDIA H200 SXM 141 GB", {tf.float32: 494e12, tf.bfloat16: 989e12}, 141e9, 4.8e12, 450e9
    ),
}
