"""Training steps of car.kitti.StarNetCarModel0701.

usage: frazo_detection_training.py
"""

import tensorflow as tf
from detection_training_workload import PARAMETERS, measure, random_batch
from figures import print_figures
from frazo.config import load_experiment
from frazo.experiment.model import Model
from frazo.train.train_step import TrainStep


def main() -> None:
    # So few cells need no recomputation.
    experiment = load_experiment(
        model="car.kitti.StarNetCarModel0701",
        config=None,
        overrides=["task.point_detection.network.featurizer.recompute=false"],
    )
    batch = random_batch()
    spec = {name: tf.TensorSpec([None, *x.shape[1:]], x.dtype) for name, x in batch.items()}
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
