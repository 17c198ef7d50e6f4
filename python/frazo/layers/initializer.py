"""Initial values of variables, a pure function of (initializer, shape, path, seed)."""

import abc
import math
import zlib
from collections.abc import Callable, Sequence

import tensorflow as tf
from frazo.proto import initializer_pb2
from frazo.registry import build
from frazo.shard.mesh import Held, Range, held_shape, is_whole
from google.protobuf.message import Message

# "auto_select" may differ between kinds of devices.
_ALGORITHM = "philox"
_PHILOX = 1

# Philox gives four values for each value of its counter. For four truncated normal values
# TensorFlow reserves 256 values of the counter, because it may have to draw many times for one.
_GROUP = 4
_RESERVED_STEPS = 256

# Kinds that scale unit normal values.
_NORMAL = ("gaussian", "lecun_gaussian")

# The greatest number of values that are drawn at once if only parts of rows are needed.
_MAX_DRAWN = 2**22


class CustomInitializer(abc.ABC):
    """A distribution of your own, built from the message that it is registered for."""

    def __init__(self, message: Message):
        self.message = message

    @abc.abstractmethod
    def __call__(self, shape: Sequence[int], stream: Sequence[int]) -> tf.Tensor:
        """Returns the initial values of a whole variable, float32.

        Args:
          shape: The shape of the variable.
          stream: Two integers, the seed of TensorFlow's stateless random ops for this variable.
        """


def initial_value(
    message: initializer_pb2.Initializer,
    *,
    shape: Sequence[int],
    path: str,
    seed: int,
    held: Held | None = None,
) -> tf.Tensor:
    """Draws initial values, float32.

    A message without a kind is xavier_uniform. The values do not depend on other variables:
    random_stream gives each variable a stream of its own.

    Args:
      message: The distribution.
      shape: The shape of the whole array.
      path: The path of the variable, or of a part of it that is drawn by itself.
      seed: The experiment's seed.
      held: The wanted ranges of each dimension. Rows that are not wanted are not drawn, except by a
        custom distribution. Default: everything.

    Returns:
      The wanted part of the whole array.
    """
    shape = tuple(shape)
    if message.WhichOneof("kind") == "constant":
        return tf.fill(shape if held is None else held_shape(held), message.constant.value)
    stream = random_stream(seed, path)
    if message.WhichOneof("kind") == "custom":
        whole = tf.ensure_shape(build(message)(shape, stream), shape)
        return whole if held is None else _columns(whole, held, first=0)
    if held is None or is_whole(held, shape):
        return _whole(message, shape, stream)
    row_size = math.prod(shape[1:])
    most_rows = max(1, _MAX_DRAWN // row_size)
    blocks = []
    for start, size in held[0]:
        for first in range(start, start + size, most_rows):
            count = min(most_rows, start + size - first)
            rows = _flat(message, shape, stream, Range(first * row_size, count * row_size))
            blocks.append(_columns(tf.reshape(rows, (count, *shape[1:])), held))
    return tf.concat(blocks, 0)


def _whole(
    message: initializer_pb2.Initializer, shape: Sequence[int], stream: Sequence[int]
) -> tf.Tensor:
    kind = message.WhichOneof("kind")
    if kind in _NORMAL:
        unit = tf.random.stateless_normal(shape, stream, alg=_ALGORITHM)
        return _stddev(message, shape) * unit
    if kind == "truncated_gaussian":
        unit = tf.random.stateless_truncated_normal(shape, stream, alg=_ALGORITHM)
        return message.truncated_gaussian.stddev * unit
    limit = _uniform_limit(message, shape)
    return tf.random.stateless_uniform(shape, stream, -limit, limit, alg=_ALGORITHM)


def _flat(
    message: initializer_pb2.Initializer,
    shape: Sequence[int],
    stream: Sequence[int],
    wanted: Range,
) -> tf.Tensor:
    """Draws the range `wanted` of the flattened array, without the values before it."""
    kind = message.WhichOneof("kind")
    if kind in _NORMAL:
        unit = _drawn(tf.raw_ops.StatelessRandomNormalV2, stream, wanted, steps=1)
        return _stddev(message, shape) * unit
    if kind == "truncated_gaussian":
        draw = tf.raw_ops.StatelessTruncatedNormalV2
        return message.truncated_gaussian.stddev * _drawn(
            draw, stream, wanted, steps=_RESERVED_STEPS
        )
    limit = tf.constant(_uniform_limit(message, shape))
    unit = _drawn(tf.raw_ops.StatelessRandomUniformV2, stream, wanted, steps=1)
    return unit * (limit - -limit) + -limit


def _drawn(
    draw: Callable[..., tf.Tensor], stream: Sequence[int], wanted: Range, *, steps: int
) -> tf.Tensor:
    """Draws a range of unit values. A group of values takes `steps` values of the counter."""
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=stream)
    skipped, offset = divmod(wanted.start, _GROUP)
    # The lower word of the counter begins at 0, so that the sum does not overflow.
    counter += tf.constant([skipped * steps, 0], tf.uint64)
    values = draw(shape=[offset + wanted.size], key=key, counter=counter, alg=_PHILOX)
    return values[offset:]


def _columns(rows: tf.Tensor, held: Held, *, first: int = 1) -> tf.Tensor:
    """Cuts the dimensions from `first` on to the ranges of `held`."""
    for dimension, ranges in enumerate(held[first:], first):
        pieces = [
            tf.gather(rows, tf.range(start, start + size), axis=dimension) for start, size in ranges
        ]
        rows = tf.concat(pieces, dimension)
    return rows


def _stddev(message: initializer_pb2.Initializer, shape: Sequence[int]) -> float:
    if message.WhichOneof("kind") == "gaussian":
        return message.gaussian.stddev
    fan_in, _ = fans(shape)
    return message.lecun_gaussian.scale / math.sqrt(fan_in)


def _uniform_limit(message: initializer_pb2.Initializer, shape: Sequence[int]) -> float:
    if message.WhichOneof("kind") == "uniform":
        return message.uniform.limit
    fan_in, fan_out = fans(shape)
    if message.WhichOneof("kind") == "lecun_uniform":
        return message.lecun_uniform.scale * math.sqrt(3 / fan_in)
    return message.xavier_uniform.scale * math.sqrt(6 / (fan_in + fan_out))


def random_stream(seed: int, path: str) -> list[int]:
    """Returns the seed of a variable's random numbers, as tf.random.stateless_* take it."""
    return [seed, zlib.crc32(path.encode())]


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Returns (fan_in, fan_out): the last two sizes times the product of the sizes before them.

    A vector of size n counts as (n, n), a scalar as (1, 1).
    """
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]
