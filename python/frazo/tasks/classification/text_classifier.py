"""Classification of texts."""

from collections.abc import Mapping

import tensorflow as tf
from frazo.input.graph_tokenizer import GraphTokenizer
from frazo.input.input_texts import FeatureEncoding, InputTexts
from frazo.layers.embedding import Embedding
from frazo.layers.masked_mean import masked_mean
from frazo.layers.place import Place
from frazo.layers.sequence_layer_kinds import build_sequence_layer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import text_classifier_pb2
from frazo.registry import register
from frazo.tasks.classification.classifier import Classifier
from frazo.tasks.classification.classifier_servable import Preparation

_FEATURES = ("text", "text_length", "label")


class _TextPreparation(Preparation):
    """Takes texts, string [batch], and encodes them as the input does."""

    def __init__(self, encoding: FeatureEncoding):
        super().__init__(tf.TensorSpec([None], tf.string, name="texts"))
        self._tokenizer = GraphTokenizer(encoding.tokenizer)
        self._encoding = encoding

    def __call__(self, values: tf.Tensor) -> Mapping[str, tf.Tensor]:
        encoded = self._tokenizer.encode(
            values,
            prepend_sos=self._encoding.prepend_sos,
            append_eos=self._encoding.append_eos,
            max_length=self._encoding.max_length,
        )
        return {"text": encoded.ids, "text_length": encoded.lengths}


@register(text_classifier_pb2.TextClassifier)
class TextClassifier(Classifier):
    """softmax(network(mean over tokens of encoder(embedding(text)))).

    The batches have text, int32 [batch, time], the ids of tokens; text_length, int32 [batch], the
    number of tokens without padding; and label, int32 [batch].
    """

    shown_feature = "text"

    def __init__(
        self,
        message: text_classifier_pb2.TextClassifier,
        place: Place,
        *,
        input_spec: Mapping[str, tf.TensorSpec],
    ):
        """Makes the layers.

        Args:
          message: The message.
          place: The root of the model.
          input_spec: The features of the batches.

        Raises:
          ValueError: The batches lack a feature.
        """
        super().__init__(message, place, input_spec=input_spec)
        for name in _FEATURES:
            if name not in input_spec:
                raise ValueError(
                    f"text_classifier: the batches have no feature '{name}', but "
                    f"{', '.join(sorted(input_spec))}. Name the input's fields {' and '.join(_FEATURES[::2])}; "
                    "text must be tokenized."
                )
        text_shape = tuple(input_spec["text"].shape)
        self.embedding = Embedding(message.embedding, place.at("embedding", text_shape))
        self.encoder = None
        shape = self.embedding.output_shape
        if message.HasField("encoder"):
            self.encoder = build_sequence_layer(message.encoder, place.at("encoder", shape))
            shape = self.encoder.output_shape
        self.build_network((text_shape[0], shape[-1]))

    def features(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> tf.Tensor:
        x, lengths = self.embedding(batch["text"], context), batch["text_length"]
        if self.encoder is not None:
            layout = SequenceLayout.of_lengths(lengths, tf.shape(x)[1])
            x = self.encoder(x, layout, context)
        return masked_mean(x, lengths)

    def preparation(self, texts: InputTexts) -> Preparation:
        return _TextPreparation(texts.encoding("text"))
