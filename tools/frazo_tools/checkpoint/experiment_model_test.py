"""The variables of a model that is not made."""

import numpy as np
import pytest
from frazo.config import load_experiment
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import first_input
from frazo_tools.checkpoint.experiment_model import experiment_model, shown


def load(name, *overrides):
    return load_experiment(model=name, config=None, overrides=overrides)


@pytest.mark.parametrize("name", ["image.mnist.LeNet5", "lm.synthetic_packed_input.MoELmTiny2x2"])
def test_the_variables_are_those_of_the_model(name):
    experiment = load(name, "learner.ema_decay=0.9")
    found = experiment_model(experiment)
    _, source = first_input(experiment)
    model = InferenceModel(experiment, source.element_spec)
    weights = {v.name.removesuffix(":0"): v for v in model.task.variables}
    assert found.shapes == {weight: tuple(v.shape) for weight, v in weights.items()}
    assert {f"learner/average/{weight}" for weight in found.averaged} == {
        v.name.removesuffix(":0") for v in model.averages.averages
    }
    for weight in list(found.initial.keys() & weights.keys())[:3]:
        np.testing.assert_array_equal(found.initial[weight](), weights[weight])


def test_mixtures_are_found_by_their_paths():
    found = experiment_model(load("lm.synthetic_packed_input.MoELmTiny2x2"))
    paths = [f"body/layer{i}/feed_forward" for i in (0, 2)]
    assert [path.removeprefix("model/") for path in sorted(found.mixtures)] == paths
    for path, message in found.mixtures.items():
        assert message.num_experts == 8
        assert f"{path}/router/kernel" in found.initial
        assert found.shapes[f"{path}/experts/output/kernel"] == (8, 512, 128)
    assert not found.averaged


def test_few_problems_are_shown():
    assert shown(["a", "b"]) == "  a\n  b"
    assert shown(list("abcdefghijklmnopqrstuv")).splitlines()[-2:] == ["  t", "  and 2 more"]
