"""Training steps of asr.librispeech.Librispeech960Grapheme.

usage: frazo_speech_training.py
"""

import tensorflow as tf
from figures import print_figures
from frazo.config import load_experiment
from frazo.experiment.model import Model
from frazo.train.train_step import TrainStep
from speech_workload import FEATURES, PARAMETERS, measure, random_batch


def main() -> None:
    experiment = load_experiment(
        model="asr.librispeech.Librispeech960Grapheme", config=None, overrides=[]
    )
    batch = random_batch()
    spec = {name: tf.TensorSpec([None] * x.shape.rank, x.dtype) for name, x in batch.items()}
    spec["frames"] = tf.TensorSpec([None, None, FEATURES], tf.float32)
    model = Model(experiment, spec)
    trained = sum(variable.shape.num_elements() for variable in model.task.trainable_variables)
    assert trained == PARAMETERS
    batches = iter(tf.data.Dataset.from_tensors(batch).repeat())

    @tf.function(autograph=False)
    def step() -> tf.Tensor:
        sums, _ = TrainStep(model)(batches, 0)
        return sums.totals["loss"]

    print_figures(**measure(lambda: step().numpy()))


if __name__ == "__main__":
    main()
