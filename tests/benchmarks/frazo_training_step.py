"""The trainer's step on a batch from memory, for programs that measure it."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from frazo.experiment.model import Model
from frazo.proto import experiment_pb2
from frazo.train.train_step import TrainStep


def training_step(
    experiment: experiment_pb2.Experiment,
    batch: Mapping[str, tf.Tensor],
    spec: Mapping[str, tf.TensorSpec],
    parameters: int,
) -> Callable[[], np.ndarray]:
    """Returns a function that does one step, to its end, and returns the loss.

    Args:
        experiment: its task has one model.
        batch: what every step trains on.
        spec: what the model is built for.
        parameters: how many values the model trains.

    Raises:
        ValueError: the model trains another number of values.
    """
    model = Model(experiment, dict(spec))
    trained = sum(variable.shape.num_elements() for variable in model.task.trainable_variables)
    if trained != parameters:
        raise ValueError(
            f"the model trains {trained} values, and not {parameters}; both sides of a benchmark "
            "must train the same model"
        )
    batches = iter(tf.data.Dataset.from_tensors(dict(batch)).repeat())

    @tf.function(autograph=False)
    def step() -> tf.Tensor:
        sums, _ = TrainStep(model)(batches, 0)
        return sums.totals["loss"]

    return lambda: step().numpy()
