"""A run takes some random faults; //tests/soak:cluster_soak gives it as many as it is told to."""

import random

import pytest

from tests.soak.cluster_soak_run import ClusterSoak
from tests.soak.soak_error import SoakError

FAULTS = 10


def test_a_run_with_all_its_workers_ends_with_the_same_weights(tmp_path):
    told = ClusterSoak(tmp_path, FAULTS, workers=2, min_workers=0).run(random.Random(205), print)
    assert "the very checkpoints" in told


def test_a_run_that_goes_on_with_fewer_workers_ends_well(tmp_path):
    told = ClusterSoak(tmp_path, FAULTS, workers=3, min_workers=1).run(random.Random(206), print)
    assert "about the loss" in told


def test_another_weight_is_noticed(tmp_path, monkeypatch):
    soak = ClusterSoak(tmp_path, 0, workers=2, min_workers=0)
    start = soak._start

    def start_otherwise(name):
        if name == "broken":
            soak._flags.append("--set=learner.learning_rate=0.002")
        return start(name)

    monkeypatch.setattr(soak, "_start", start_otherwise)
    with pytest.raises(SoakError, match="without faults"):
        soak.run(random.Random(205), print)
