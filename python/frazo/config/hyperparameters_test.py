from frazo.config import load_experiment
from frazo.config.hyperparameters import hyperparameters


def of_lenet(*overrides: str) -> dict[str, bool | float | str]:
    experiment = load_experiment(model="image.mnist.LeNet5", config=None, overrides=overrides)
    return hyperparameters(experiment, ["Train"])


def test_numbers_choices_and_switches_have_their_paths():
    found = of_lenet(
        "learner.learning_rate=0.1",
        "learner.optimizer={adam{beta1: 0.75}}",
        "seed=7",
        "train.max_steps=30",
        "compute_dtype=BFLOAT16",
    )
    assert found["learner.learning_rate"] == 0.1
    assert found["learner.optimizer"] == "adam"
    assert found["learner.optimizer.adam.beta1"] == 0.75
    assert (found["seed"], found["train.max_steps"]) == (7, 30)
    assert found["compute_dtype"] == "BFLOAT16"
    assert any(path.startswith("task.") for path in found)
    assert any(path.startswith("inputs.Train.") and "batch" in path for path in found)


def test_what_does_not_decide_on_the_result_is_left_out():
    found = of_lenet()
    assert "description" not in found and "learner.reject_above_norm" not in found
    prefixes = ("learner", "task", "inputs.Train", "train.max_steps", "seed", "compute_dtype")
    assert all(path.startswith(prefixes) for path in found)


def test_what_an_override_changes_is_all_that_differs():
    before, after = of_lenet(), of_lenet("learner.l2_weight=0.25")
    assert after == before | {"learner.l2_weight": 0.25}
