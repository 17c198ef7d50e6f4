"""What takes tensors from one stage of a pipeline to its neighbour."""

import itertools

import tensorflow as tf

# The stage that sends and the one that receives.
_SIZE = 2


class StageChannel:
    """A way from one process to another, for one tensor after the other.

    Both processes must build the same calls in the same order: the sender `send`, the receiver
    `receive`. The number of a call in this order is its name. A call waits for its counterpart
    only, and other calls of the process do not wait for it.

    Attributes:
      key: Tells the two processes, and their roles, from every other group of the run.
    """

    def __init__(self, key: int):
        """Sends nothing.

        Args:
          key: The key.
        """
        self.key = key
        self._calls = itertools.count(1)

    def send(self, x: tf.Tensor) -> tf.Operation:
        """Returns the op that sends x. It runs only if a result of the graph depends on it.

        Args:
          x: Any shape; float32 or bfloat16.
        """
        # TensorFlow sends no bfloat16; each is a float32.
        sent = tf.raw_ops.CollectiveBcastSendV2(
            input=tf.cast(x, tf.float32), **self._call(), communication_hint="ring"
        )
        return sent.op

    def receive(self, shape: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
        """Returns the tensor that the other process sends.

        Args:
          shape: int32 [rank], its shape.
          dtype: Its type, float32 or bfloat16.
        """
        received = tf.raw_ops.CollectiveBcastRecvV2(
            shape=shape, T=tf.float32, **self._call(), communication_hint="ring"
        )
        return tf.cast(received, dtype)

    def _call(self) -> dict[str, object]:
        return {
            "group_size": _SIZE,
            "group_key": self.key,
            "instance_key": next(self._calls),
        }
