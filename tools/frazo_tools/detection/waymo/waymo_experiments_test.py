"""From frames to what the models of car.waymo see."""

import numpy as np
import pytest
from frazo import _core
from frazo.config import load_experiment
from frazo.pipeline import Pipeline
from frazo.proto import prepare_scene_pb2
from frazo_tools.detection.waymo import sample_frames, waymo


@pytest.fixture(name="records", scope="module")
def _records(tmp_path_factory):
    """The folder of records of a frame for training and one for validation."""
    folder = tmp_path_factory.mktemp("waymo")
    for number, split in enumerate(["training", "validation"]):
        (folder / split).mkdir()
        frame, _ = sample_frames.sample_frame(number)
        with _core.RecordWriter(folder / split / "segment.tfrecord") as writer:
            writer.write(frame.SerializeToString())
    splits = [f"train={folder}/training", f"val={folder}/validation"]
    assert waymo.main([*splits, f"--out={folder}/records", "--processes=1"]) == 0
    return folder / "records"


def pipeline_of(records, name, split):
    """Returns the input of an experiment with batches of one scene of these records."""
    experiment = load_experiment(model=f"car.waymo.{name}", config=None, overrides=[])
    config = experiment.inputs[split].pipeline
    (pattern,) = config.source.files.files.patterns
    # The experiments read what the tool writes into /tmp/waymo.
    config.source.files.files.patterns[:] = [pattern.replace("/tmp/waymo", str(records))]
    config.batcher.fixed.batch_size = 1
    return config


@pytest.mark.parametrize("name", ["StarNetVehicle", "StarNetPed"])
@pytest.mark.parametrize("split", ["Train", "Dev"])
def test_what_the_experiments_name_is_there(records, name, split):
    pipeline = Pipeline(pipeline_of(records, name, split))
    batch = next(iter(pipeline))
    assert pipeline.counters["bad_records"] == 0
    start = 1_500_000_000_000_000 + (0 if split == "Train" else 100_000)
    assert batch["scene_id"][0] == f"1005_000_1025_000_{start}".encode()
    # x, y, z, intensity, elongation, no-label zone.
    assert batch["neighbors"].shape == (1, 1024, 512, 6)
    assert batch["neighbor_counts"].max() > 0


def test_the_truth_is_that_of_the_frame(records):
    batch = next(iter(Pipeline(pipeline_of(records, "StarNetVehicle", "Dev"))))
    # The label of the car says 7 points; the raters said 2 of the pedestrian; the sign has none.
    assert batch["box_labels"][0].tolist() == [1, 2, 3]
    assert batch["box_difficulties"][0].tolist() == [1, 2, 999]
    assert (batch["left_out_points"][0], batch["labelled"][0]) == (0, 1)
    frame, expected = sample_frames.sample_frame(1)
    # Points in no-label zones are removed.
    outside = expected[expected[:, 5] < 0]
    points = batch["points"][0]
    np.testing.assert_allclose(points[:, :3], outside[:, :3], rtol=0, atol=1e-5)
    np.testing.assert_allclose(points[:, 3:], outside[:, 3:], rtol=1e-6)
    box = frame.laser_labels[0].box
    center = [box.center_x, box.center_y, box.center_z]
    np.testing.assert_allclose(batch["boxes"][0][0], [*center, 0.5, 0.25, 0.125, 0.75], rtol=1e-6)


def test_objects_can_be_pasted(records):
    config = pipeline_of(records, "StarNetPed", "Dev")
    config.processor.steps[0].prepare_scene.steps.add().paste_objects.MergeFrom(
        prepare_scene_pb2.SceneStep.PasteObjects(
            database=[f"{records}/objects.tfrecord-*"],
            classes=["Vehicle", "Pedestrian"],
            min_points=1,
        )
    )
    batch = next(iter(Pipeline(config)))
    # A car and a pedestrian of the other frame, which meet nothing here.
    assert batch["box_labels"][0].tolist()[:3] == [1, 2, 3]
    assert sorted(batch["box_labels"][0].tolist()[3:]) == [1, 2]
