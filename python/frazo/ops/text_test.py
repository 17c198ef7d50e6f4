"""Texts to ids and back in a graph, as the tokenizers do it outside of one."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import _core, ops
from frazo.proto import tokenizer_pb2

WORDS = ["<unk>", "<s>", "</s>", "open", "the", "file"]


def word_tokenizer(**ids) -> bytes:
    return tokenizer_pb2.Tokenizer(word=tokenizer_pb2.WordTokenizer(), **ids).SerializeToString()


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    path = tmp_path_factory.mktemp("words") / "words"
    path.write_text("".join(f"{word}\n" for word in WORDS))
    return str(path)


@pytest.fixture(scope="module")
def files(words):
    return tf.constant([words])


def rows(encoded):
    return [
        ids[:length].tolist()
        for ids, length in zip(encoded.ids.numpy(), encoded.lengths.numpy(), strict=True)
    ]


def test_ids_are_padded_to_the_longest_with_zeros(files):
    encoded = ops.encode_texts(tf.constant(["open the file", "", "file"]), word_tokenizer(), files)
    assert encoded.ids.numpy().tolist() == [[3, 4, 5], [0, 0, 0], [5, 0, 0]]
    assert encoded.lengths.numpy().tolist() == [3, 0, 1]


def test_a_text_gets_its_start_and_its_end(files):
    encoded = ops.encode_texts(
        tf.constant(["open file", ""]),
        word_tokenizer(eos_id=4),
        files,
        prepend_sos=True,
        append_eos=True,
    )
    assert rows(encoded) == [[1, 3, 5, 4], [1, 4]]


@pytest.mark.parametrize(
    ("max_length", "expected"), [(4, [3, 4, 5, 2]), (3, [3, 4, 2]), (1, [2]), (0, [3, 4, 5, 2])]
)
def test_what_is_too_long_is_cut_before_its_end(files, max_length, expected):
    encoded = ops.encode_texts(
        tf.constant(["open the file"]),
        word_tokenizer(),
        files,
        append_eos=True,
        max_length=max_length,
    )
    assert rows(encoded) == [expected]
    assert encoded.whole_lengths.numpy().tolist() == [4]


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=12) | st.text(max_size=12).map(str.encode), max_size=4))
def test_any_bytes_are_read_as_the_tokenizer_reads_them(texts):
    tokenizer = tokenizer_pb2.Tokenizer(grapheme=tokenizer_pb2.GraphemeTokenizer())
    serialized = tokenizer.SerializeToString()
    nothing = tf.zeros([0], tf.string)
    encoded = ops.encode_texts(tf.constant(texts, tf.string, [len(texts)]), serialized, nothing)
    outside = _core.Tokenizer(serialized)
    assert rows(encoded) == [outside.encode(text).tolist() for text in texts]
    decoded = ops.decode_texts(encoded.ids, encoded.lengths, serialized, nothing)
    assert [text.decode() for text in decoded.numpy()] == [
        outside.decode(ids) for ids in rows(encoded)
    ]


def test_ids_of_any_rank_become_texts(files):
    ids = tf.constant([[[3, 5, 2], [5, 9, 9]], [[4, 2, -1], [0, 0, 0]]])
    texts = ops.decode_texts(ids, tf.constant([[3, 1], [2, 0]]), word_tokenizer(), files)
    assert texts.numpy().tolist() == [[b"open file", b"file"], [b"the", b""]]


def test_shapes_are_known_as_far_as_they_are(files):
    @tf.function(input_signature=[tf.TensorSpec([None, 3, None], tf.int32)])
    def shapes(ids):
        encoded = ops.encode_texts(tf.constant(["a", "b"]), word_tokenizer(), files)
        assert encoded.ids.shape.as_list() == [2, None]
        assert encoded.lengths.shape == encoded.whole_lengths.shape == [2]
        lengths = tf.zeros(tf.shape(ids)[:2], tf.int32)
        assert ops.decode_texts(ids, lengths, word_tokenizer(), files).shape.as_list() == [None, 3]
        with pytest.raises(ValueError, match="must be equal"):
            ops.decode_texts(ids, tf.zeros([2, 4], tf.int32), word_tokenizer(), files)

    shapes.get_concrete_function()


def test_what_is_wrong_is_named(files, words, tmp_path):
    def fails(message, call, *arguments, error=tf.errors.InvalidArgumentError):
        with pytest.raises(error, match=message):
            call(*arguments)

    text, ids, lengths = tf.constant(["a"]), tf.constant([[3]]), tf.constant([1])
    serialized = word_tokenizer()
    fails(
        "tokenizer: no serialized frazo.Tokenizer with a kind", ops.encode_texts, text, b"", files
    )
    two = tf.constant([words, words])
    message = "files: 2 of them; a tokenizer of this kind takes 1"
    fails(message, ops.encode_texts, text, serialized, two)
    fails("files: 0 of them", ops.decode_texts, ids, lengths, serialized, two[:0])
    missing = tf.constant([str(tmp_path / "none")])
    fails("none", ops.encode_texts, text, serialized, missing, error=tf.errors.NotFoundError)
    outside = r"ids, row 1: .* 6 "
    fails(
        outside, ops.decode_texts, tf.constant([[3], [6]]), tf.constant([1, 1]), serialized, files
    )
    for length in (-1, 2):
        message = f"lengths: {length} in row 0; expected 0 .. 1"
        fails(message, ops.decode_texts, ids, tf.constant([length]), serialized, files)


def test_other_files_are_another_tokenizer(files, tmp_path):
    other = tmp_path / "other"
    other.write_text("".join(f"{word}\n" for word in reversed(WORDS)))
    encode = tf.function(
        lambda paths: ops.encode_texts(tf.constant(["file"]), word_tokenizer(), paths).ids
    )
    for _ in range(2):
        np.testing.assert_array_equal(encode(files), [[5]])
        np.testing.assert_array_equal(encode(tf.constant([str(other)])), [[0]])
