"""One training takes each fault; //tests/soak does this at random, for as long as it is told to."""

import random

import pytest

from tests.soak.soak_error import SoakError
from tests.soak.soak_training import FAULTS, BrokenTraining, train_unbroken

STEPS = 900


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return train_unbroken(tmp_path_factory.mktemp("unbroken"), "texts", STEPS, saves=15)


def test_a_training_takes_each_fault(unbroken, tmp_path):
    training = BrokenTraining(unbroken, tmp_path / "log", random.Random(205))
    for fault in FAULTS:
        training.live(fault)
    assert training.counts.total() > 0
    training.finish()


def test_other_weights_are_noticed(unbroken, tmp_path):
    training = BrokenTraining(unbroken, tmp_path / "log", random.Random(205))
    training._flags.append("--set=learner.learning_rate=0.02")
    with pytest.raises(SoakError, match="after no fault: the weights differ"):
        training.finish()
