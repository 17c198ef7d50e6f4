"""The peak figures of processors, as their makers state them."""

from typing import NamedTuple


class Device(NamedTuple):
    """What a processor can do at most.

    Attributes:
      description: Its name, for people.
      flops: Floating-point operations a second in products of matrices, by the type of their
        results, as TensorFlow names it.
      memory_bytes: Bytes of its memory.
      bandwidth: Bytes a second between it and its memory.
      link: Bytes a second that it sends to others, each way.
    """

    description: str
    flops: dict[str, float]
    memory_bytes: float
    bandwidth: float
    link: float


# From NVIDIA's data sheets: dense products, TF32 for float32 where there is such a unit.
DEVICES = {
    "h100": Device(
        "NVIDIA H100 SXM 80 GB", {"float32": 494e12, "bfloat16": 989e12}, 80e9, 3.35e12, 450e9
    ),
    "h200": Device(
        "NVIDIA H200 SXM 141 GB", {"float32": 494e12, "bfloat16": 989e12}, 141e9, 4.8e12, 450e9
    ),
    "a100": Device(
        "NVIDIA A100 SXM 80 GB", {"float32": 156e12, "bfloat16": 312e12}, 80e9, 2.039e12, 300e9
    ),
    "v100": Device(
        "NVIDIA V100 SXM2 32 GB", {"float32": 15.7e12, "bfloat16": 15.7e12}, 32e9, 0.9e12, 150e9
    ),
}
DEFAULT_DEVICE = "h100"
