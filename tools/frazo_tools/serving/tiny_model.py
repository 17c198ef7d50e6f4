"""A SavedModel of a few functions, for tests."""

from pathlib import Path

import tensorflow as tf
from frazo.export.export_folder import write_row_wise

_X = tf.TensorSpec([None, 2], tf.float32, name="x")
_FACTOR = tf.TensorSpec([], tf.float32, name="factor")
_TEXTS = tf.TensorSpec([None], tf.string, name="texts")
_NUMBERS = tf.TensorSpec([None], tf.int64, name="numbers")


class TinyModel(tf.Module):
    """Its signatures:

    serving_default takes texts, string [rows]. It returns upper, string [rows], and lengths, int32
    [rows], in bytes.
    letters takes texts. It returns letters, string [rows, longest], their bytes, "" after the last,
    and lengths.
    scale takes x, float32 [rows, 2], and factor, float32 []. It returns scaled, float32 [rows, 2].
    It fails if a factor is 13, or a row begins with a negative number.
    total takes numbers, int64 [rows]. It returns total, int64 []: its rows depend on each other.
    """

    def __init__(self, version: int):
        super().__init__()
        self.version = tf.Variable(version, dtype=tf.int64)

    @tf.function(input_signature=[_TEXTS])
    def upper(self, texts):
        return {"upper": tf.strings.upper(texts), "lengths": tf.strings.length(texts)}

    @tf.function(input_signature=[_TEXTS])
    def letters(self, texts):
        letters = tf.strings.bytes_split(texts)
        return {"letters": letters.to_tensor(), "lengths": tf.strings.length(texts)}

    @tf.function(input_signature=[_X, _FACTOR])
    def scale(self, x, factor):
        tf.debugging.assert_none_equal(factor, 13.0, message="an unlucky factor")
        tf.debugging.assert_non_negative(x[:, 0], message="a row begins with a negative number")
        return {"scaled": x * factor}

    @tf.function(input_signature=[_NUMBERS])
    def total(self, numbers):
        return {"total": tf.reduce_sum(numbers) * self.version}


def write_tiny_model(directory: Path, version: int = 1) -> Path:
    """Writes the model; returns its directory. Totals are multiplied by the version."""
    model = TinyModel(version)
    signatures = {
        "serving_default": model.upper,
        "letters": model.letters,
        "scale": model.scale,
        "total": model.total,
    }
    tf.saved_model.save(model, str(directory), signatures=signatures)
    row_wise = {"serving_default": {}, "letters": {"letters": "lengths"}, "scale": {}}
    write_row_wise(directory, row_wise)
    return directory
