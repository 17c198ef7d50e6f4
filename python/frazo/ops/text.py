"""TensorFlow ops that convert texts to ids and back."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class EncodedTexts(NamedTuple):
    """The ids of B texts.

    Attributes:
      ids: int32 [B, longest]; 0 after the last id of each.
      lengths: int32 [B], number of ids of each.
      whole_lengths: int32 [B], the lengths without cutting off.
    """

    ids: tf.Tensor
    lengths: tf.Tensor
    whole_lengths: tf.Tensor


def encode_texts(
    texts: tf.Tensor,
    tokenizer: bytes,
    files: tf.Tensor,
    *,
    prepend_sos: bool = False,
    append_eos: bool = False,
    max_length: int = 0,
) -> EncodedTexts:
    """Converts texts to ids. Bytes that are not valid UTF-8 are read as U+FFFD.

    Args:
      texts: string [B].
      tokenizer: A serialized frazo.Tokenizer; its paths are ignored.
      files: string [n], the paths of its files in the order of the fields' numbers. A tensor,
        because an exported model may be moved.
      prepend_sos: Whether ids begin with the token that starts sentences.
      append_eos: Whether ids end with the token that ends sentences.
      max_length: Longer ids are cut off at the end, before eos. 0: no limit.

    Raises:
      tf.errors.InvalidArgumentError: The message names the error in the tokenizer or a file.
      tf.errors.NotFoundError: A file is missing.
    """
    encoded = op_library().frazo_encode_texts(
        files=files,
        texts=texts,
        tokenizer=tokenizer,
        prepend_sos=prepend_sos,
        append_eos=append_eos,
        max_length=max_length,
    )
    return EncodedTexts(*encoded)


def decode_texts(
    ids: tf.Tensor, lengths: tf.Tensor, tokenizer: bytes, files: tf.Tensor
) -> tf.Tensor:
    """Converts ids to texts, string [...], without the tokens that start and end sentences.

    Args:
      ids: int32 [..., longest].
      lengths: int32 [...], number of ids in the last dimension.
      tokenizer: As for encode_texts.
      files: As for encode_texts.

    Raises:
      tf.errors.InvalidArgumentError: An id is outside the vocabulary, or a length outside 0 ..
        longest; the message names the row. Also as encode_texts.
    """
    return op_library().frazo_decode_texts(
        files=files, ids=ids, lengths=lengths, tokenizer=tokenizer
    )
