"""A mixture of experts in the place of a feed-forward layer."""

import tensorflow as tf
from frazo import ops
from frazo.config.validators import require_valid
from frazo.layers.expert_exchange import ExpertExchange
from frazo.layers.expert_feed_forward import ExpertFeedForward
from frazo.layers.feed_forward import FeedForward
from frazo.layers.layer import constant
from frazo.layers.masked_layer import MaskedLayer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import feed_forward_pb2, mixture_of_experts_pb2
from frazo.registry import register
from frazo.shard.axis_group import AxisGroup
from frazo.shard.replicated import cut, enter, leave

_OTHERS = mixture_of_experts_pb2.MixtureOfExperts.OtherExperts
_METRICS = ("dropped_fraction", "load", "router_entropy")


@register(mixture_of_experts_pb2.MixtureOfExperts)
class MixtureOfExperts(MaskedLayer):
    """The weighted sum of the experts that a router chooses for each token.

    Maps [..., dim] to [..., dim]. Lepikhin et al. 2020, section 2 and algorithm 1. The variables
    are router/kernel [dim, num_experts], router/bias [num_experts] if there is a
    balancing_bias_rate (it is not trained), those of an ExpertFeedForward below experts, and those
    of a FeedForward without biases below shared if there are shared_experts.

    A step's metrics, below the layer's path, are dropped_fraction, the share of choices that found
    no slot; load, the largest number of tokens that chose an expert, divided by the mean; and
    router_entropy, the mean entropy of the router's probabilities, in nats.
    """

    def __init__(self, message: mixture_of_experts_pb2.MixtureOfExperts, place: Place):
        """Makes the variables.

        Args:
          message: The message.
          place: The place, with input shape [..., dim].

        Raises:
          ValueError: A token has more experts than there are, or experts without a capacity are
            cut by the batch axis.
        """
        super().__init__(message, place)
        require_valid(message, self.path)
        dim, experts = self.require_dim(), message.num_experts
        router = place.at("router")
        self.router = router.variable(
            "kernel",
            (dim, experts),
            axes=("embed", "router"),
            init=message.router_init,
            decays=True,
        )
        self.bias = None
        if message.balancing_bias_rate:
            self.bias = router.variable(
                "bias", (experts,), axes=("router",), init=constant(0), trainable=False
            )
        self.experts = ExpertFeedForward(message, place.at("experts", (None, dim)))
        self._exchange = self._make_exchange()
        self.shared = None
        if message.shared_experts:
            shared = feed_forward_pb2.FeedForward(
                hidden_units=message.shared_experts * message.hidden_units,
                activation=message.activation,
                gated=message.gated,
                bias=False,
                kernel_init=message.kernel_init,
            )
            self.shared = FeedForward(shared, place.at("shared"))

    def _make_exchange(self) -> ExpertExchange | None:
        """Returns what joins experts of processes that have tokens of their own, if they do."""
        mesh = self.place.mesh
        group = mesh.group("expert")
        if group is None or group.axis != mesh.batch_axis:
            return None
        if not self.capacity:
            raise ValueError(
                f"{self.path}: the mesh axis {group.axis} cuts the experts and the batches, so that an expert "
                "has a fixed number of slots in each process. Remove dropless, or let another axis cut "
                "expert in mesh.rules."
            )
        return ExpertExchange(self.experts, group, self.capacity)

    def _same_tokens(self) -> list[AxisGroup]:
        """Returns the processes that have the same tokens, and other experts or parts of them."""
        mesh = self.place.mesh
        groups = [mesh.group(axis) for axis in ("expert", "mlp")]
        return [group for group in groups if group is not None and group.axis != mesh.batch_axis]

    @property
    def capacity(self) -> int:
        """The number of tokens that an expert takes of a group; 0 for all."""
        message = self.message
        if message.dropless:
            return 0
        even = message.experts_per_token * message.group_size / message.num_experts
        wanted = max(message.min_capacity, int(message.capacity_factor * even))
        return min(wanted, message.group_size)

    def __call__(
        self, x: tf.Tensor, context: StepContext, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        tokens = tf.reshape(x, [-1, self.input_shape[-1]])
        if mask is None:
            flat_mask = tf.ones(tf.shape(tokens)[:1], tf.bool)
        else:
            flat_mask = tf.reshape(mask, [-1])
        routing = self._route(tokens, flat_mask, self.capacity, context)
        self._balance(routing, flat_mask, context)
        y = self._mixed(tokens, routing, self.capacity)
        return self._with_shared(tf.reshape(y, tf.shape(x)), x, context)

    def step(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        if self._exchange is not None:
            raise ValueError(
                f"{self.path}: decoding needs all experts in one process. Decode without a mesh."
            )
        routing = self._route(x, tf.ones(tf.shape(x)[:1], tf.bool), 0, context)
        return self._with_shared(self._mixed(x, routing, 0), x, context)

    def pass_over(self, context: StepContext) -> None:
        zero = tf.zeros([])
        for factor in self._loss_factors():
            context.add_auxiliary_loss(zero, zero, factor)
        for name in _METRICS:
            context.add_metric(f"{self.path}/{name}", zero, zero)

    def _loss_factors(self) -> list[float]:
        factors = self.message.balance_loss_weight, self.message.router_z_loss_weight
        return [factor for factor in factors if factor]

    def _route(
        self, tokens: tf.Tensor, mask: tf.Tensor, capacity: int, context: StepContext
    ) -> ops.Routing:
        message = self.message
        rules = ops.RoutingRules(
            experts_per_token=message.experts_per_token,
            group_size=message.group_size,
            capacity=capacity,
            # Slots that lie side by side are fewer; padded ones let a graph have fixed shapes.
            padded=capacity > 0 and (self._exchange is not None or not ops.uses_kernels()),
            threshold=message.other_experts_threshold,
        )
        logits = context.multiply(tf.cast(tokens, tf.float32), self.router)
        noise = uniform = None
        count, others = tf.shape(tokens)[0], message.experts_per_token - 1
        if context.training and others:
            seed = context.seed_for(self.path)
            if message.other_experts == _OTHERS.RANDOM:
                uniform = tf.random.stateless_uniform([count, others], seed)
            if message.other_experts == _OTHERS.SAMPLED:
                # Gumbel noise: the largest sums are a sample (Kool et al. 2019).
                drawn = tf.random.stateless_uniform([count, message.num_experts], seed, 1e-20)
                noise = -tf.math.log(-tf.math.log(drawn))
        bias = None if self.bias is None else tf.convert_to_tensor(self.bias)
        arguments = ops.RoutingArguments(mask, bias, noise, uniform)
        return ops.route_tokens(logits, rules, arguments)

    def _mixed(self, tokens: tf.Tensor, routing: ops.Routing, capacity: int) -> tf.Tensor:
        """Returns the weighted sums of the experts' outputs, [tokens, dim]."""
        # The kernels are float32.
        wide = tf.cast(tokens, tf.float32) if ops.uses_kernels() else tokens
        groups, weights = self._same_tokens(), routing.weights
        for group in groups:
            wide, weights = enter(wide, group), enter(weights, group)
        rows = ops.dispatch_tokens(wide, routing)
        if self._exchange is not None:
            rows = self._exchange(rows, routing)
        else:
            segments = cut(routing.segments, self.place.mesh.group("expert"), 0)
            # Slots of other processes' experts become zeros.
            rows = self.experts.of_segments(rows, segments, capacity or None)
        mixed = ops.combine_tokens(rows, routing._replace(weights=weights))
        for group in groups:
            mixed = leave(mixed, group)
        return tf.cast(mixed, tokens.dtype)

    def _with_shared(self, y: tf.Tensor, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return y if self.shared is None else y + self.shared(x, context)

    def _balance(self, routing: ops.Routing, mask: tf.Tensor, context: StepContext) -> None:
        """Adds the auxiliary losses, the metrics and the update of the bias to the step."""
        message = self.message
        tokens = tf.reduce_sum(tf.cast(mask, tf.float32))
        if message.balance_loss_weight:
            context.add_auxiliary_loss(routing.balance, tokens, message.balance_loss_weight)
        if message.router_z_loss_weight:
            context.add_auxiliary_loss(routing.squares, tokens, message.router_z_loss_weight)
        loads = tf.cast(routing.loads, tf.float32)
        mean, wishes = tf.reduce_mean(loads), tf.reduce_sum(loads)
        kept = tf.cast(tf.reduce_sum(routing.segments[..., 1]), tf.float32)
        largest = tf.reduce_max(loads)
        divide = tf.math.divide_no_nan
        measured = (
            (divide(wishes - kept, wishes), wishes),
            (divide(largest, mean), tokens),
            (divide(routing.entropy, tokens), tokens),
        )
        for name, (value, weight) in zip(_METRICS, measured, strict=True):
            context.add_metric(f"{self.path}/{name}", value, weight)
        if self.bias is not None and context.training:
            rise = message.balancing_bias_rate * tf.sign(mean - loads)
            context.add_update(self.bias, self.bias + rise)
