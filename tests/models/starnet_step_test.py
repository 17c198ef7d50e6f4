"""A step of training and a decoding of StarNet's published models at full size, with as many points
as they take. It needs up to 12 GB of memory and minutes.
"""

import resource
import time

import numpy as np
import pytest
import tensorflow as tf
from frazo.config import load_experiment
from frazo.experiment.model import Model
from frazo.train.train_step import TrainStep

# The points of a cell: their number, and the radius in metres.
NEIGHBORS, RADIUS = 512, 2.75
# The number of scenes in a batch; the models train on two, whose cells are seldom full.
SCENES = 1


def full_batch(centers, anchors, features):
    """Returns cells full of points on walls, one of whose anchors in 50 stands for an object."""
    generator = np.random.default_rng(1)
    neighbors = generator.uniform(-RADIUS, RADIUS, [SCENES, centers, NEIGHBORS, 3 + features])
    neighbors[..., 0] *= generator.uniform(0, 1, [SCENES, centers, 1])
    labels = (generator.uniform(size=[SCENES, centers, anchors]) < 0.02).astype(np.int32)
    residuals = generator.normal(size=[SCENES, centers, anchors, 7]) * 0.3 * labels[..., np.newaxis]
    places = generator.uniform(-30, 30, [SCENES, centers, 3]) * [1, 1, 0]
    return {
        "centers": tf.constant(places, tf.float32),
        "neighbors": tf.constant(neighbors, tf.float32),
        "neighbor_counts": tf.fill([SCENES, centers], NEIGHBORS),
        "anchor_labels": tf.constant(labels),
        "anchor_residuals": tf.constant(residuals, tf.float32),
    }


def show(what, began):
    """Says how long something took, and the most memory that the process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what}: {time.monotonic() - began:.1f} s, peak memory {peak:.1f} GiB", flush=True)


@pytest.mark.parametrize(
    ("name", "centers", "anchors", "features"),
    [
        ("kitti.StarNetCarModel0701", 768, 100, 1),
        ("kitti.StarNetPedCycModel0704", 512, 108, 1),
        ("waymo.StarNetVehicle", 1024, 100, 3),
        ("waymo.StarNetPed", 1024, 50, 3),
    ],
)
def test_a_step_is_finite_and_moves_every_weight(name, centers, anchors, features):
    experiment = load_experiment(model=f"car.{name}", config=None, overrides=[])
    batch = full_batch(centers, anchors, features)
    spec = {key: tf.TensorSpec([None, *x.shape[1:]], x.dtype) for key, x in batch.items()}
    model = Model(experiment, spec)
    weights = model.task.trainable_variables
    before = [weight.numpy() for weight in weights]
    iterator = iter(tf.data.Dataset.from_tensors(batch).repeat())

    @tf.function(autograph=False)
    def step():
        sums, _ = TrainStep(model)(iterator, 0)
        return sums.totals["loss"] / sums.weights["loss"], sums.nonfinite

    step.get_concrete_function()
    for number in range(2):
        began = time.monotonic()
        loss, nonfinite = step()
        show(f"{name}: training step {number}", began)
        assert float(nonfinite) == 0
        assert 0 < float(loss) < 100
    for weight, values in zip(weights, before, strict=True):
        assert np.any(weight.numpy() != values), weight.name
    detect = tf.function(model.task.detect, autograph=False)
    for number in range(2):
        began = time.monotonic()
        found = detect(batch)
        show(f"{name}: decoding {number}, {np.sum(found.counts)} detections", began)
    assert found.boxes.shape[0] == SCENES
    assert np.all(np.isfinite(found.boxes))
