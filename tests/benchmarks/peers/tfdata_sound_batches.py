"""Padded batches of log-mel features from FLAC records with tf.data.

usage: tfdata_sound_batches.py FOLDER

soundfile decodes, tf.signal computes the features, each of as many utterances at once as tf.data
finds best.
"""

import io
import sys
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from figures import print_figures
from sound_workload import BINS
from tf_sound_features import make_graph
from utterance_workload import BOUNDS, LIMITS, times_real_time

# As in tfdata_pairs.py.
_BOUNDARIES = [bound + 1 for bound in BOUNDS]
_BATCH_SIZES = [*LIMITS, 1]


def read_by_soundfile(content: bytes) -> np.ndarray:
    # Imported here, so that the rest can be tested where it is not installed.
    import soundfile

    samples, _ = soundfile.read(io.BytesIO(content), dtype="float32")
    return samples


def make_batches(
    folder: str, read: Callable[[bytes], np.ndarray], *, epochs: int | None = None
) -> tf.data.Dataset:
    """Makes batches of utterances.tfrecord in FOLDER.

    Args:
        folder: the folder.
        read: maps the bytes of a FLAC file to samples, float32 [samples] in [-1, 1].
        epochs: how often all records come; None: without end.
    """
    compute = make_graph()

    def prepare(record):
        samples = tf.numpy_function(read, [record], tf.float32, stateful=False)
        frames = compute(tf.ensure_shape(samples, [None]))
        return {"frames": frames, "frames_length": tf.shape(frames)[0]}

    records = tf.data.TFRecordDataset(f"{folder}/utterances.tfrecord").repeat(epochs)
    utterances = records.map(prepare, num_parallel_calls=tf.data.AUTOTUNE)
    batches = utterances.bucket_by_sequence_length(
        lambda utterance: utterance["frames_length"],
        _BOUNDARIES,
        _BATCH_SIZES,
        padded_shapes={"frames": [None, BINS], "frames_length": []},
    )
    return batches.prefetch(tf.data.AUTOTUNE)


def main() -> None:
    (folder,) = sys.argv[1:]
    batches = make_batches(folder, read_by_soundfile).as_numpy_iterator()
    print_figures(sound_batches=times_real_time(batches.__next__))


if __name__ == "__main__":
    main()
