"""Log-mel features of a minute of sound by tf.signal, as a graph on one thread.

usage: tf_sound_features.py
"""

import numpy as np
import tensorflow as tf
from figures import print_figures
from sound_workload import BINS, RATE, times_real_time

_FRAME, _STEP, _FFT = 400, 160, 512


def make_graph():
    """Returns a tf.function that maps float32 [samples] to float32 [frames, BINS]."""
    weights = tf.signal.linear_to_mel_weight_matrix(BINS, _FFT // 2 + 1, RATE, 125.0, 7600.0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)], autograph=False)
    def compute(samples):
        frames = tf.signal.frame(samples * 32768, _FRAME + 1, _STEP)
        emphasised = frames[:, 1:] - 0.97 * frames[:, :-1]
        windowed = emphasised * tf.signal.hann_window(_FRAME)
        spectrum = tf.signal.rfft(windowed, [_FFT])
        power = tf.square(tf.math.real(spectrum)) + tf.square(tf.math.imag(spectrum))
        return tf.math.log(tf.maximum(1.0, tf.matmul(power, weights)))

    return compute


def make_compute():
    """Returns what does so over NumPy arrays."""
    compute = make_graph()
    return lambda samples: np.asarray(compute(tf.constant(samples)))


def main() -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    print_figures(features=times_real_time(make_compute()))


if __name__ == "__main__":
    main()
