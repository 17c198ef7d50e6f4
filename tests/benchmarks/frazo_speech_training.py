"""Training steps of asr.librispeech.Librispeech960Grapheme.

usage: frazo_speech_training.py
"""

import tensorflow as tf
from figures import print_figures
from frazo.config import load_experiment
from speech_workload import FEATURES, PARAMETERS, measure, random_batch

from tests.benchmarks.frazo_training_step import training_step


def main() -> None:
    experiment = load_experiment(
        model="asr.librispeech.Librispeech960Grapheme", config=None, overrides=[]
    )
    batch = random_batch()
    spec = {name: tf.TensorSpec([None] * x.shape.rank, x.dtype) for name, x in batch.items()}
    spec["frames"] = tf.TensorSpec([None, None, FEATURES], tf.float32)
    print_figures(**measure(training_step(experiment, batch, spec, PARAMETERS)))


if __name__ == "__main__":
    main()
