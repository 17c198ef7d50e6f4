"""The language model: a TokenModel that a configuration can name."""

import tensorflow as tf

# Imported for its side effect: it binds itself to its message.
from frazo.layers import sampled_softmax  # noqa: F401
from frazo.layers.embedding import Embedding
from frazo.layers.place import Place
from frazo.layers.sequence_layer_kinds import build_sequence_layer
from frazo.layers.step_context import StepContext
from frazo.models.token_model import TokenModel
from frazo.proto import language_model_pb2
from frazo.registry import build, register, unwrap


@register(language_model_pb2.LanguageModel)
class LanguageModel(TokenModel):
    """A TokenModel without a memory.

    The variables lie below embedding, below body, and below softmax unless the embedding's table is
    the softmax, too.
    """

    def __init__(self, message: language_model_pb2.LanguageModel, place: Place):
        """Makes the layers.

        Args:
          message: The message.
          place: The root of the model. Its input shape is not used.

        Raises:
          ValueError: The body sees later tokens, or the message divides features although the
            embedding's table is not the softmax.
          TypeError: The body does not go token by token.
        """
        is_tied = message.WhichOneof("output") is None
        ends = place.on_stages(0, -1) if is_tied else place.on_stages(0)
        embedding = Embedding(message.embedding, ends.at("embedding", (None, None)))
        body = build_sequence_layer(message.body, place.at("body", embedding.output_shape))
        softmax = None
        if not is_tied:
            _, classifier = unwrap(message, "output")
            last = place.on_stages(-1).at("softmax", (None, body.output_shape[-1]))
            softmax = build(classifier, place=last)
            if message.divide_features_by_sqrt_dim:
                raise ValueError(
                    f"{place.path}: divide_features_by_sqrt_dim is for logits from the embedding's "
                    "table, but there is a softmax of its own. Remove one of the two."
                )
        super().__init__(embedding, body, softmax)
        self.message = message
        # init_state raises ValueError for a body that sees later tokens.
        self.init_state(0, self.memory_cache(None, StepContext.for_evaluation(seed=place.seed)))

    def _tied_logits(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        if self.message.divide_features_by_sqrt_dim:
            x *= x.shape[-1] ** -0.5
        return super()._tied_logits(x, context)
