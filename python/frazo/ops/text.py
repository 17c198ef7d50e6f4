"""TensorFlow ops from texts to ids and back."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class EncodedTexts(NamedTuple):
    """Of B texts.

    Attributes:
      ids: int32 [B, longest]; 0 behind the last of each.
      lengths: int32 [B], ids of each.
      whole_lengths: int32 [B], the same if none had been cut off.
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
    """From texts to ids; bytes that are not UTF-8 are read as U+FFFD.

    Args:
      texts: string [B].
      tokenizer: a serialized frazo.Tokenizer; paths in it do not count.
      files: string [n], the paths of its files in the order of the fields' numbers: a tensor, for those of an
        exported model lie wherever it was put.
      prepend_sos: whether ids begin with the token that starts sentences.
      append_eos: whether ids end with the token that ends sentences.
      max_length: what is over it is cut off at the end, before eos; 0: nothing is.

    Raises:
      tf.errors.InvalidArgumentError: names what is wrong with the tokenizer or a file.
      tf.errors.NotFoundError: a file is missing.
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
    """From ids to texts, string [...], without the tokens that start and end sentences.

    Args:
      ids: int32 [..., longest].
      lengths: int32 [...], how many of the last dimension are ids.
      tokenizer, files: as for encode_texts.

    Raises:
      tf.errors.InvalidArgumentError: an id is outside of the vocabulary, or a length outside of 0 .. longest,
        naming the row; as encode_texts.
    """
    return op_library().frazo_decode_texts(
        files=files, ids=ids, lengths=lengths, tokenizer=tokenizer
    )
