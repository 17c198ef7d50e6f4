import frazo_kitti_scores
import kitti_scenes
import numpy as np
import numpy_kitti_scores
import pytest

from tests.benchmarks import detection_score


def test_contenders_find_the_same_precisions():
    scenes = kitti_scenes.make_scenes(40)
    ours = frazo_kitti_scores.score(scenes)
    np.testing.assert_allclose(ours, numpy_kitti_scores.score(scenes), rtol=1e-9)
    assert ours.min() > 0
    assert ours.max() < 100


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(kitti_scenes, "SCENES", 10)


def test_rates_are_measured(small):
    scenes = []

    def score(of_scenes):
        scenes.append(len(of_scenes))
        return np.ones(1)

    assert kitti_scenes.scenes_per_second(score) > 0
    assert len(scenes) == 3


def test_cases_name_what_is_compared():
    ours, (peer,) = detection_score.make_contenders()
    assert (ours.name, peer.name) == ("Frazo", "NumPy")
