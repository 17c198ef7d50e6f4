"""Convolutions that make the frames of speech fewer."""

import tensorflow as tf
from frazo.layers.image.batch_norm import BatchNorm
from frazo.layers.layer import constant
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory, SequenceLayer, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import linear_pb2, speech_recognition_pb2
from frazo.registry import register

_WINDOW, _STRIDE = 3, 2


@register(speech_recognition_pb2.FrameSubsampling)
class FrameSubsampling(SequenceLayer):
    """Maps frames [batch, time, features] to [batch, ceil(time / 2^n), units].

    Each of the n convolutions has the kernel [3, 3, channels, filters] over [time, features], and a
    bias or a batch norm. Frame t of its output sees frames 2 t - 1 to 2 t + 1 of its input; there
    are zeros before the first and where the layout has no frame, so that the output of an utterance
    does not depend on what it is batched with; with a batch norm, this holds in evaluation.
    `output_layout` has the layout of the output. Without units, the output's vectors have the
    remaining features with their filters. No frame sees beyond the 2^n that it stands for: `chunk`
    makes the same of an utterance part by part.

    Attributes:
      stride: 2^n, the frames that become one.
    """

    def __init__(self, message: speech_recognition_pb2.FrameSubsampling, place: Place):
        super().__init__(message, place)
        features = self.require_dim()
        self._kernels: list[tf.Variable] = []
        self._biases: list[tf.Variable] = []
        self._norms: list[BatchNorm] = []
        self._input_sizes: list[tuple[int, int]] = []
        self.stride = _STRIDE**message.num_layers
        channels = 1
        for index in range(message.num_layers):
            self._input_sizes.append((features, channels))
            self._add_convolution(place.at(f"conv{index}"), channels)
            features, channels = _halved(features), message.filters
        batch, time = self.input_shape[0], self.input_shape[1]
        for _ in range(message.num_layers):
            time = None if time is None else _halved(time)
        self.output_shape = (batch, time, features * channels)
        self._projection = None
        if message.HasField("units"):
            self._projection = Linear(
                linear_pb2.Linear(units=message.units, bias=True, kernel_init=message.kernel_init),
                place.at("projection", self.output_shape),
            )
            self.output_shape = self._projection.output_shape

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        del memory
        return self.chunk(self.init_state(tf.shape(x)[0]), x, layout, context)[1]

    def init_state(self, rows: int | tf.Tensor) -> State:
        """Returns the state before the first frame: zeros.

        It has the last frame of each convolution's input, [rows, 1, features, channels].
        """
        return {
            f"conv{index}": tf.zeros([rows, 1, *sizes], self.place.compute_dtype)
            for index, sizes in enumerate(self._input_sizes)
        }

    def chunk(
        self, state: State, x: tf.Tensor, layout: SequenceLayout, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """Maps the next frames of utterances, [batch, time, features].

        Args:
          state: The state after the frames before.
          x: The frames. Unless they are the last ones, there is a multiple of `stride` of them.
          layout: The layout of these frames.
          context: The context of the step.

        Returns:
          The state after the frames, and the output, [batch, ceil(time / stride), units].
        """
        y, mask, after = x[..., tf.newaxis], layout.mask, {}
        for index, kernel in enumerate(self._kernels):
            y = tf.where(mask[..., tf.newaxis, tf.newaxis], y, 0)
            y = tf.concat([state[f"conv{index}"], y], 1)
            after[f"conv{index}"] = y[:, -1:]
            # TensorFlow's SAME would pad by the parity of the batch's length.
            y = tf.nn.conv2d(
                y,
                tf.cast(kernel, y.dtype),
                _STRIDE,
                [[0, 0], [0, _STRIDE - 1], [1, _STRIDE - 1], [0, 0]],
            )
            mask = mask[:, ::_STRIDE]
            y = tf.nn.relu(self._shifted(index, y, mask, context))
        shape = tf.shape(y)
        _, _, features, channels = y.shape
        y = tf.reshape(y, [shape[0], shape[1], features * channels])
        return after, (y if self._projection is None else self._projection(y, context))

    def _add_convolution(self, place: Place, channels: int) -> None:
        """Makes the variables of a convolution of so many input channels."""
        message = self.message
        self._kernels.append(
            place.variable(
                "kernel",
                (_WINDOW, _WINDOW, channels, message.filters),
                axes=("height", "width", "input_channels", "channels"),
                init=message.kernel_init,
                decays=True,
            )
        )
        if message.HasField("batch_norm"):
            shape = (None, None, None, message.filters)
            self._norms.append(BatchNorm(message.batch_norm, place.at("norm", shape)))
        else:
            self._biases.append(
                place.variable("bias", (message.filters,), axes=("channels",), init=constant(0))
            )

    def _shifted(
        self, index: int, y: tf.Tensor, mask: tf.Tensor, context: StepContext
    ) -> tf.Tensor:
        """Adds the bias to the output of a convolution, or normalizes it."""
        if self._biases:
            return tf.nn.bias_add(y, tf.cast(self._biases[index], y.dtype))
        of_features = tf.broadcast_to(mask[..., tf.newaxis], tf.shape(y)[:-1])
        return self._norms[index](y, context, of_features)

    def output_layout(self, layout: SequenceLayout) -> SequenceLayout:
        """Returns the layout of the output: a frame is where the first of its two was."""
        mask = layout.mask
        for _ in range(self.message.num_layers):
            mask = mask[:, ::_STRIDE]
        return SequenceLayout(mask=mask)


def _halved(size: int) -> int:
    return -(-size // _STRIDE)
