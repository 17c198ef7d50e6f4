import pytest

from frazo.config import load_experiment
from frazo.config.hyperparameters import hyperparameters

EXPERIMENT = """
    description: "A small classifier."
    task { language_modeling {
      model {
        embedding { vocab_size: 8 dim: 4 }
        body { lstm_stack { num_layers: 1 layer { units: 4 } } }
      }
      search { greedy {} max_length: 8 eos_id: 2 }
    } }
    inputs { key: "Train" value { synthetic_tokens { rows: 4 length: 8 vocab_size: 8 } } }
    learner { learning_rate: 0.01 optimizer { sgd {} } }
    train { max_steps: 10 }
"""


@pytest.fixture
def changed(tmp_path):
    """Returns the hyperparameters of a small experiment with overrides."""
    path = tmp_path / "small.textproto"
    path.write_text(EXPERIMENT)

    def of(*overrides: str) -> dict[str, bool | float | str]:
        experiment = load_experiment(model=None, config=str(path), overrides=overrides)
        return hyperparameters(experiment, ["Train"])

    return of


def test_numbers_choices_and_switches_have_their_paths(changed):
    found = changed(
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
    assert any(path == "inputs.Train.synthetic_tokens.rows" for path in found)


def test_what_does_not_decide_on_the_result_is_left_out(changed):
    found = changed()
    assert "description" not in found and "learner.reject_above_norm" not in found
    prefixes = ("learner", "task", "inputs.Train", "train.max_steps", "seed", "compute_dtype")
    assert all(path.startswith(prefixes) for path in found)


def test_what_an_override_changes_is_all_that_differs(changed):
    before, after = changed(), changed("learner.l2_weight=0.25")
    assert after == before | {"learner.l2_weight": 0.25}
