"""First values of variables: a pure function of (initializer, shape, path, seed)."""

import math
import zlib
from collections.abc import Sequence

import tensorflow as tf
from frazo.proto import initializer_pb2

# Named, because "auto_select" may differ between kinds of devices.
_ALGORITHM = "philox"


def initial_value(
    message: initializer_pb2.Initializer, *, shape: Sequence[int], path: str, seed: int
) -> tf.Tensor:
    """Returns float32 `shape`. A message with nothing set is xavier_uniform.

    The value does not depend on what other variables there are: random_stream gives each its own.
    """
    kind = message.WhichOneof("kind") or "xavier_uniform"
    stream = random_stream(seed, path)
    if kind == "constant":
        return tf.fill(shape, message.constant.value)
    if kind == "gaussian":
        unit = tf.random.stateless_normal(shape, stream, alg=_ALGORITHM)
        return message.gaussian.stddev * unit
    if kind == "truncated_gaussian":
        unit = tf.random.stateless_truncated_normal(shape, stream, alg=_ALGORITHM)
        return message.truncated_gaussian.stddev * unit
    if kind == "uniform":
        limit = message.uniform.limit
    else:
        fan_in, fan_out = fans(shape)
        limit = message.xavier_uniform.scale * math.sqrt(6 / (fan_in + fan_out))
    return tf.random.stateless_uniform(shape, stream, -limit, limit, alg=_ALGORITHM)


def random_stream(seed: int, path: str) -> list[int]:
    """The seed of a variable's random numbers, as tf.random.stateless_* take it."""
    return [seed, zlib.crc32(path.encode())]


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """(fan_in, fan_out): the last two sizes times the product of those before them.

    A vector counts as (n, n), a scalar as (1, 1).
    """
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]
