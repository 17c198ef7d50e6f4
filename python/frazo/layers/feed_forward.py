"""Position-wise feed-forward layer."""

import tensorflow as tf
from frazo.layers.activation import activate
from frazo.layers.dropout import Dropout
from frazo.layers.fused_linear import FusedLinear
from frazo.layers.layer import Layer
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import dropout_pb2, feed_forward_pb2, linear_pb2
from frazo.registry import register
from frazo.shard.mesh import Fused


@register(feed_forward_pb2.FeedForward)
class FeedForward(Layer):
    """activation(x V + b) W + c, or gated (activation(x G + a) * (x V + b)) W + c.

    Maps [..., dim] to [..., dim]. Vaswani et al. 2017, equation 2; Shazeer 2020, equation 6.
    The variables are hidden/kernel [dim, hidden_units], or [dim, 2 hidden_units] with G first if
    gated, output/kernel [hidden_units, dim], and their biases. If the mesh cuts "mlp", each process
    computes its own hidden units.
    """

    def __init__(self, message: feed_forward_pb2.FeedForward, place: Place):
        super().__init__(message, place)
        dim, units = self.require_dim(), message.hidden_units
        hidden_shape = (*self.input_shape[:-1], units)
        if message.gated:
            self.hidden = FusedLinear(
                Fused.equal("mlp", 2, units),
                place.at("hidden"),
                bias=message.bias,
                kernel_init=message.kernel_init,
            )
        else:
            hidden = linear_pb2.Linear(
                units=units,
                bias=message.bias,
                activation=message.activation,
                kernel_init=message.kernel_init,
            )
            self.hidden = Linear(hidden, place.at("hidden"), keeps_cut=True)
        self.dropout = Dropout(
            dropout_pb2.Dropout(rate=message.hidden_dropout),
            place.at("hidden_dropout", hidden_shape),
            cut_axis="mlp",
        )
        output = linear_pb2.Linear(units=dim, bias=message.bias, kernel_init=message.kernel_init)
        self.output = Linear(output, place.at("output", hidden_shape), axes=("mlp", "embed"))

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        hidden = self.hidden(x, context)
        if self.message.gated:
            gate, value = self.hidden.split(hidden)
            hidden = activate(gate, self.message.activation) * value
        return self.output(self.dropout(hidden, context), context)
