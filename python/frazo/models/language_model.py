"""A language model."""

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

    Variables: of the layers, below embedding, body, and softmax unless it is the embedding's table.
    """

    def __init__(self, message: language_model_pb2.LanguageModel, place: Place):
        """Raises ValueError if the body sees later tokens."""
        embedding = Embedding(message.embedding, place.at("embedding", (None, None)))
        body = build_sequence_layer(message.body, place.at("body", embedding.output_shape))
        softmax = None
        if message.WhichOneof("output") is not None:
            _, classifier = unwrap(message, "output")
            softmax = build(classifier, place=place.at("softmax", (None, body.output_shape[-1])))
        super().__init__(embedding, body, softmax)
        self.message = message
        # A body that sees later tokens has no state before the first one, and says so.
        self.init_state(0, self.memory_cache(None, StepContext.for_evaluation(seed=place.seed)))
