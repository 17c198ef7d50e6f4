"""Training steps of car.kitti.StarNetCarModel0701.

usage: frazo_detection_training.py
"""

import tensorflow as tf
from detection_training_workload import PARAMETERS, measure, random_batch
from figures import print_figures
from frazo.config import load_experiment

from tests.benchmarks.frazo_training_step import training_step


def main() -> None:
    # So few cells need no recomputation.
    experiment = load_experiment(
        model="car.kitti.StarNetCarModel0701",
        config=None,
        overrides=["task.point_detection.network.featurizer.recompute=false"],
    )
    batch = random_batch()
    spec = {name: tf.TensorSpec([None, *x.shape[1:]], x.dtype) for name, x in batch.items()}
    print_figures(**measure(training_step(experiment, batch, spec, PARAMETERS)))


if __name__ == "__main__":
    main()
