"""Frazo's TensorFlow ops.

The library of ops is loaded once, when the first of them is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from frazo import _core

# Ops of this module, too.
from frazo.decoding_ops import (  # noqa: F401
    Int8Matrix,
    cached_attention,
    int8_matmul,
    pack_matrix,
    packed_matmul,
    quantize_matrix,
)
from frazo.loss_ops import smoothed_cross_entropy  # noqa: F401
from frazo.op_library import op_library
from frazo.pipeline import PipelineConfig, read_config, search_folders
from frazo.proto import record_source_pb2


def record_dataset(
    files: Sequence[str | os.PathLike[str]] | tf.Tensor, compression: str = "none"
) -> tf.data.Dataset:
    """The records of TFRecord files, one file after the other.

    Both CRCs of every record are checked. A saved iterator (`tf.train.Checkpoint`) holds a place, and once
    restored goes on with the very next record.

    Args:
      files: n paths, n >= 1.
      compression: of all files: "none", "gzip", "zlib" or "zstd".

    Returns:
      A dataset of scalar strings, the bytes of the records.

    Raises:
      tf.errors.InvalidArgumentError: no files, or an unknown compression; while iterating, the wrong
        compression for a file, or a record over 1 GiB.
      tf.errors.NotFoundError, tf.errors.PermissionDeniedError: while iterating.
      tf.errors.DataLossError: while iterating: the file is damaged or was cut short; the message names the
        file, the record and its byte. An iterator that is asked on goes on with the next file.
    """
    if not tf.is_tensor(files):
        files = tf.constant(
            [os.fspath(file) for file in files], dtype=tf.string, shape=[len(files)]
        )
    handle = op_library().frazo_record_dataset(files=files, compression=compression)
    return tf.data.experimental.from_variant(handle, tf.TensorSpec([], tf.string))


def search_begin(
    config: tf.Tensor,
    *,
    sentences: tf.Tensor,
    vocabulary: int,
    source: tf.Tensor | int = 0,
    source_lengths: tf.Tensor | None = None,
    forced: tf.Tensor | None = None,
    forced_lengths: tf.Tensor | None = None,
    seeds: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """A search for token sequences; frazo.decode.graph_search is the loop around it.

    Args:
      config: string [], a serialized frazo.Search.
      sentences: int32 [], B.
      vocabulary: V.
      source: int32 [], S, attention weights a row; 0 for none.
      source_lengths: int32 [B]: source positions that count for the coverage. None: S for each.
      forced: int32 [B, longest]: tokens that each hypothesis begins with, up to forced_lengths.
      forced_lengths: int32 [B].
      seeds: int64 [B]: what tells a sentence's random draws from another's. None: 0, 1, ...

    Returns:
      (search, parents, row_sentences): variant [], int32 [rows], int32 [rows].

    Raises:
      tf.errors.InvalidArgumentError: names the field of the config or the input that is wrong.
    """
    nothing = tf.zeros([0], tf.int32)
    begun = op_library().frazo_search_begin(
        config=config,
        sentences=sentences,
        vocabulary=vocabulary,
        source=source,
        source_lengths=nothing if source_lengths is None else source_lengths,
        forced=tf.zeros([0, 0], tf.int32) if forced is None else forced,
        forced_lengths=nothing if forced_lengths is None else forced_lengths,
        seeds=tf.zeros([0], tf.int64) if seeds is None else seeds,
    )
    return begun.search, begun.parents, begun.row_sentences


def search_step(
    search: tf.Tensor,
    scores: tf.Tensor,
    attention: tf.Tensor | None = None,
    is_last_chunk: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """One step of a search, which is done when no row is left.

    Args:
      search: variant [], from search_begin or search_step; not changed.
      scores: float32 [rows, V], logits or log-probabilities, as the config says.
      attention: float32 [rows, S], if the search has a source.
      is_last_chunk: bool [rows], for transducers: whether the row reads the last chunk.

    Returns:
      (search, tokens, parents, row_sentences): the search after the step, and int32 [next rows]: the token
      that each row was extended by, the row that it extends, and its sentence.

    Raises:
      tf.errors.InvalidArgumentError: a shape does not fit, or the scores of a row are all NaN or hold plus
        infinity; names the sentence, the hypothesis and the step.
      tf.errors.FailedPreconditionError: the search is done.
    """
    stepped = op_library().frazo_search_step(
        search=search,
        scores=scores,
        attention=tf.zeros([0, 0]) if attention is None else attention,
        is_last_chunk=tf.zeros([0], tf.bool) if is_last_chunk is None else is_last_chunk,
    )
    return stepped.next_search, stepped.tokens, stepped.parents, stepped.row_sentences


def search_results(search: tf.Tensor) -> dict[str, tf.Tensor]:
    """The hypotheses of a search that have ended by now, best first: the fields of frazo.decode.search.Results."""
    return op_library().frazo_search_results(search=search)._asdict()


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


def sparse_conv2d_gradient(
    x: tf.Tensor, kernel: tf.Tensor, output_gradient: tf.Tensor, *, stride: int, padding: str
) -> tuple[tf.Tensor, tf.Tensor]:
    """The gradients of tf.nn.conv2d(x, kernel, stride, padding) for x and for kernel.

    Takes time proportional to the nonzero elements of output_gradient: worth it where at most a third are, as
    behind max pooling. The result does not depend on the number of threads.

    Args:
      x: float32 [batch, height, width, channels].
      kernel: float32 [kernel_height, kernel_width, channels, filters].
      output_gradient: float32 [batch, out_height, out_width, filters].
      stride: step of the window in both directions, pixels.
      padding: "SAME" or "VALID".

    Raises:
      tf.errors.InvalidArgumentError: the shapes do not belong to one convolution.
    """
    gradients = op_library().frazo_sparse_conv2d_gradient(
        input=x, filter=kernel, output_gradient=output_gradient, stride=stride, padding=padding
    )
    return gradients.input_gradient, gradients.filter_gradient


def pipeline_dataset(config: PipelineConfig) -> tf.data.Dataset:
    """From files to batches, as a Pipeline message says, in C++ threads.

    The batches depend on the message and the files alone, never on threads. A saved iterator
    (`tf.train.Checkpoint`) holds some KB: where each file stands, and which records wait in batches that are
    not full yet. Restored, it goes on with the very next batch; a state of another configuration, vocabulary
    or other files is refused, naming the difference.

    Args:
      config: the message, its textproto, or the path of a file that holds it. Relative paths in it are
        looked for below the current directory, then below Frazo's own tree.

    Returns:
      A dataset of dict[str, tf.Tensor]; the message tells the names, types and shapes. Tensors of numbers
      are the pipeline's own memory, not copied.

    Raises:
      frazo._core.FrazoError: the configuration is wrong; the message names the place in it.
      tf.errors.NotFoundError, tf.errors.PermissionDeniedError: from making an iterator on.
      tf.errors.DataLossError, tf.errors.InvalidArgumentError, tf.errors.FailedPreconditionError: while
        iterating or restoring: a file is damaged, a record cannot be processed, a state does not fit.
    """
    serialized = read_config(config).SerializeToString(deterministic=True)
    spec = {
        name: tf.TensorSpec(shape, tf.string if dtype == "object" else tf.as_dtype(dtype))
        for name, (dtype, shape) in _core.pipeline_tensors(serialized, search_folders()).items()
    }
    flat = tf.nest.flatten(spec)
    handle = op_library().frazo_pipeline_dataset(
        config=serialized,
        search_folders=tf.constant(search_folders(), tf.string),
        output_types=[tensor.dtype for tensor in flat],
        output_shapes=[tensor.shape for tensor in flat],
    )
    return tf.data.experimental.from_variant(handle, spec)


def record_source_dataset(
    source: record_source_pb2.RecordSource,
    *,
    seed: int = 301,
    replica: int = 0,
    replicas: int = 1,
    skip_damaged: bool = False,
) -> tf.data.Dataset:
    """The records that a RecordSource message describes, for a function of yours to process.

        records = record_source_dataset(source, seed=1)
        batches = records.map(lambda source_id, record: parse(record)).batch(32)

    The order depends on the message, the files and the arguments alone. A saved iterator is some hundred
    bytes, whatever the shuffle buffer, and goes on with the very next record.

    Args:
      source: relative paths in it are looked for below the current directory, then below Frazo's own tree.
      seed: decides the order of shuffled and mixed sources.
      replica: this consumer is number `replica` of `replicas`; each record goes to exactly one.
      replicas: > replica.
      skip_damaged: damaged records and files are passed over, with a warning, instead of being an error.

    Returns:
      A dataset of (source_id, record): int32 [], which part of a mixture (else 0), and string [].

    Raises:
      tf.errors.OpError: its classes, from making an iterator on, name the file, the record and its byte.
    """
    handle = op_library().frazo_record_source_dataset(
        source=source.SerializeToString(deterministic=True),
        search_folders=tf.constant(search_folders(), tf.string),
        seed=seed,
        replica=replica,
        replicas=replicas,
        skip_damaged=skip_damaged,
    )
    return tf.data.experimental.from_variant(
        handle, (tf.TensorSpec([], tf.int32), tf.TensorSpec([], tf.string))
    )


def load() -> None:
    """Loads the library now: for a SavedModel, whose graph names its ops.

    Raises FileNotFoundError naming the places where it should be.
    """
    op_library()
