"""A mixture of experts that begins as a dense model."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.config import load_experiment
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import first_input
from frazo.program.errors import JobError
from frazo.proto import mixture_of_experts_pb2
from frazo_tools.checkpoint import checkpoint
from frazo_tools.checkpoint.experiment_model import ExperimentModel
from frazo_tools.checkpoint.sample import write_checkpoint
from frazo_tools.checkpoint.source import open_source
from frazo_tools.checkpoint.upcycle import Origin, origins_of

STACK = "task.language_modeling.model.body.transformer_stack"
DENSE, MIXED = (f"lm.synthetic_packed_input.{name}LmTiny2x2" for name in ("Dense", "MoE"))
MIXTURE = f"{STACK}.layer.mixture_of_experts"
AVERAGES = "learner.ema_decay=0.9"


def model_of(name, *overrides):
    experiment = load_experiment(model=name, config=None, overrides=overrides)
    _, source = first_input(experiment)
    return InferenceModel(experiment, source.element_spec)


@pytest.fixture(scope="module")
def dense():
    """A model whose weights and their averages are no initial ones."""
    model = model_of(DENSE, AVERAGES)
    for index, variable in enumerate(model.variables.values()):
        if variable.dtype == tf.float32:
            variable.assign_add(tf.random.stateless_normal(variable.shape, [1, index], stddev=0.05))
    return model


@pytest.fixture
def path(dense, tmp_path):
    values = {name: v.read_value() for name, v in dense.variables.items() if name != "global_step"}
    return write_checkpoint(tmp_path / "log" / "train", 30, values)


def upcycle(path, out, *overrides):
    options = [f"--set={override}" for override in overrides]
    return checkpoint.main(["upcycle", str(path), str(out), f"--model={MIXED}", *options])


def scores(model):
    tokens = tf.random.stateless_uniform([3, 40], [7, 7], 3, 1000, tf.int32)
    return model.task.score(tokens, tf.constant([40, 17, 1])).scores.scores


@pytest.mark.parametrize(
    "room",
    [
        [f"{MIXTURE}.dropless=true"],
        [f"{MIXTURE}.capacity_factor=8"],
        [f"{MIXTURE}.dropless=true", f"{MIXTURE}.experts_per_token=3"],
    ],
)
def test_the_outputs_are_those_of_the_dense_model(dense, path, tmp_path, room, capsys):
    assert upcycle(path, tmp_path / "out", *room) == 0
    printed = capsys.readouterr().out
    # Layers 0 and 2 have two matrices of experts and a router each.
    assert ": 4 with a copy of a dense one for each expert, 2 of routers drawn, " in printed
    assert "as they are at step 30\nnote: the moving averages are left out" in printed
    model = model_of(MIXED, *room)
    model.restore(CheckpointDirectory(tmp_path / "out" / "train").newest(pytest.fail))
    assert model.global_step.numpy() == 30
    np.testing.assert_allclose(scores(model), scores(dense), atol=2e-5)
    # The experts matter: another model gives others.
    assert np.max(np.abs(scores(model_of(MIXED, *room)) - scores(dense))) > 0.1


def test_moving_averages_go_along(dense, path, tmp_path):
    room = [f"{MIXTURE}.dropless=true", AVERAGES]
    assert upcycle(path, tmp_path / "out", *room) == 0
    model = model_of(MIXED, *room)
    model.restore(CheckpointDirectory(tmp_path / "out" / "train").newest(pytest.fail))
    with model.evaluation_weights(), dense.evaluation_weights():
        found, expected = scores(model), scores(dense)
    np.testing.assert_allclose(found, expected, atol=2e-5)
    assert np.max(np.abs(expected - scores(dense))) > 1e-3


def test_routers_are_drawn_as_their_initializer_says(path, tmp_path):
    name = "model/body/layer2/feed_forward/router/kernel"
    assert upcycle(path, tmp_path / "out", f"{MIXTURE}.balancing_bias_rate=0.1", "seed=7") == 0
    found = open_source(tmp_path / "out")
    drawn = model_of(MIXED, "seed=7").variables[name]
    np.testing.assert_array_equal(found.read(name), drawn)
    assert found.read(name.replace("kernel", "bias")).numpy().tolist() == [0.0] * 8
    assert np.max(np.abs(drawn - model_of(MIXED, "seed=8").variables[name])) > 0.01


def test_one_expert_a_token_is_told(path, tmp_path, capsys):
    assert upcycle(path, tmp_path / "out", f"{MIXTURE}.experts_per_token=1") == 0
    assert "layer0/feed_forward: with experts_per_token 1 an output is" in capsys.readouterr().out


def test_other_sizes_are_errors_that_name_the_weights(path, tmp_path, capsys):
    assert upcycle(path, tmp_path / "out", f"{MIXTURE}.hidden_units=64") == 2
    error = capsys.readouterr().err
    at = "model/body/layer0/feed_forward"
    assert error.startswith("checkpoint upcycle: the dense model and the mixture of experts do not")
    assert (
        f"  {at}/experts/output/kernel [8, 64, 128]: {at}/output/kernel is [512, 128] in the "
        "checkpoint, not [64, 128]\n"
    ) in error
    assert not (tmp_path / "out").exists()


def test_shared_experts_have_no_counterpart(path, tmp_path, capsys):
    assert upcycle(path, tmp_path / "out", f"{MIXTURE}.shared_experts=1") == 2
    assert (
        "  model/body/layer0/feed_forward/shared/hidden/kernel [128, 1024]: the checkpoint has "
        "nothing for it\n"
    ) in capsys.readouterr().err


def test_a_dense_experiment_is_an_error(path, tmp_path, capsys):
    assert checkpoint.main(["upcycle", str(path), str(tmp_path / "out"), f"--model={DENSE}"]) == 2
    assert "has no mixture of experts that the checkpoint has not" in capsys.readouterr().err


def test_an_experiment_is_required(tmp_path, capsys):
    assert checkpoint.main(["upcycle", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "--model: no experiment is given" in capsys.readouterr().err


MIXTURES = {"f": mixture_of_experts_pb2.MixtureOfExperts(num_experts=4, hidden_units=6)}
SHAPES = {
    "norm": (2,),
    "f/router/kernel": (2, 4),
    "f/experts/hidden/kernel": (4, 2, 6),
    "f/experts/output/kernel": (4, 6, 2),
}
FEED_FORWARD = {"norm": (2,), "f/hidden/kernel": (2, 6), "f/output/kernel": (6, 2)}
MODEL = ExperimentModel(SHAPES, frozenset(), MIXTURES, {})


def test_origins():
    assert origins_of(MODEL, FEED_FORWARD) == {
        "norm": Origin("norm"),
        "f/router/kernel": Origin(None),
        "f/experts/hidden/kernel": Origin("f/hidden/kernel", 4),
        "f/experts/output/kernel": Origin("f/output/kernel", 4),
    }


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"f/hidden/bias": (6,)}, "f/hidden/bias [6]: the model has no place for it"),
        ({"other": ()}, "other []: the model has no place for it"),
        ({"norm": None}, "norm [2]: the checkpoint has nothing for it"),
        ({"norm": (3,)}, "norm [2]: norm is [3] in the checkpoint, not [2]"),
        (
            {"f/hidden/kernel": None},
            "f/experts/hidden/kernel [4, 2, 6]: the checkpoint has nothing for it",
        ),
        # It is gated.
        (
            {"f/hidden/kernel": (2, 12)},
            "f/experts/hidden/kernel [4, 2, 6]: f/hidden/kernel is [2, 12] in the checkpoint, not "
            "[2, 6]",
        ),
    ],
)
def test_what_has_no_counterpart_is_named(change, problem):
    shapes = {
        name: shape for name, shape in {**FEED_FORWARD, **change}.items() if shape is not None
    }
    with pytest.raises(JobError) as failure:
        origins_of(MODEL, shapes)
    assert str(failure.value).splitlines()[1] == f"  {problem}"
