"""A tokenizer inside of a graph, whose files go with an exported model."""

import tensorflow as tf
from frazo import ops
from frazo.input.tokenizer_files import tokenizer_files, without_files
from frazo.proto import tokenizer_pb2


class GraphTokenizer(tf.Module):
    """Encodes and decodes string tensors; a SavedModel of it holds the files as assets."""

    def __init__(self, tokenizer: tokenizer_pb2.Tokenizer):
        super().__init__()
        self._serialized = without_files(tokenizer).SerializeToString(deterministic=True)
        self._files = [tf.saved_model.Asset(path) for path in tokenizer_files(tokenizer)]

    def encode(
        self,
        texts: tf.Tensor,
        *,
        prepend_sos: bool = False,
        append_eos: bool = False,
        max_length: int = 0,
    ) -> ops.EncodedTexts:
        """As ops.encode_texts."""
        return ops.encode_texts(
            texts,
            self._serialized,
            self._paths(),
            prepend_sos=prepend_sos,
            append_eos=append_eos,
            max_length=max_length,
        )

    def decode(self, ids: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        """As ops.decode_texts."""
        return ops.decode_texts(ids, lengths, self._serialized, self._paths())

    def _paths(self) -> tf.Tensor:
        if not self._files:
            return tf.zeros([0], tf.string)
        return tf.stack([file.asset_path for file in self._files])
