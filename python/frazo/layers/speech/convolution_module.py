"""The convolution over time of a Conformer."""

import tensorflow as tf
from frazo.layers.layer import constant
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.residual import token_norm
from frazo.layers.sequence_layer import Memory, SequenceLayer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import conformer_pb2, initializer_pb2, linear_pb2
from frazo.registry import register


@register(conformer_pb2.ConvolutionModule)
class ConvolutionModule(SequenceLayer):
    """silu(norm(depthwise(glu(x)))) W: maps [batch, time, dim] to the same (Gulati et al. 2020).

    The message has the formula. The variables are input/kernel [dim, 2 dim] with A first,
    depthwise/kernel [frames, dim], output/kernel [dim, dim], their biases, and those of norm.
    Positions without a frame count as zeros, as those outside the sequence do.
    """

    def __init__(self, message: conformer_pb2.ConvolutionModule, place: Place):
        super().__init__(message, place)
        dim = self.require_dim()
        self._input = self._linear("input", 2 * dim)
        inner = place.at("depthwise")
        frames = message.frames_before + 1 + message.frames_after
        self._kernel = inner.variable(
            "kernel",
            (frames, dim),
            axes=("width", "channels"),
            init=initializer_pb2.Initializer(lecun_uniform=initializer_pb2.Initializer.FanIn()),
            decays=True,
        )
        self._bias = inner.variable("bias", (dim,), axes=("channels",), init=constant(0))
        self._norm = token_norm(message.norm, place.at("norm"))
        self._output = self._linear("output", dim)

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        """See SequenceLayer.

        Raises:
          ValueError: The sequences are packed.
        """
        del memory
        if layout.segment_ids is not None:
            raise ValueError(
                f"{self.path}: a convolution over time would mix the packed sequences of a row. "
                "Batch the input by buckets, without packing."
            )
        value, gate = tf.split(self._input(x, context), 2, -1)
        y = tf.where(layout.mask[..., tf.newaxis], value * tf.sigmoid(gate), 0)
        return self._output(tf.nn.silu(self._norm(self._convolved(y), context)), context)

    def _convolved(self, x: tf.Tensor) -> tf.Tensor:
        # TensorFlow's kernel takes a tenth of the time of 31 shifted products and their sum.
        sides = [self.message.frames_before, self.message.frames_after]
        padded = tf.pad(x, [[0, 0], sides, [0, 0]])[:, tf.newaxis]
        kernel = tf.cast(self._kernel, x.dtype)[tf.newaxis, :, :, tf.newaxis]
        y = tf.nn.depthwise_conv2d(padded, kernel, [1, 1, 1, 1], "VALID")
        # For a batch without rows the kernel says the length of its padded input.
        return tf.nn.bias_add(y[:, 0, : tf.shape(x)[1]], tf.cast(self._bias, x.dtype))

    def _linear(self, name: str, units: int) -> Linear:
        message = linear_pb2.Linear(units=units, bias=True, kernel_init=self.message.kernel_init)
        return Linear(message, self.place.at(name))
