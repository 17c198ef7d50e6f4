"""Language models have the same losses on any mesh."""

import os
import re

import numpy as np
import pytest
from cluster_run import ClusterRun, assert_ended
from frazo.scores.score_log import ScoreLog
from tiny_experiment import saved_values

STEPS = 50

_MODEL = "task.language_modeling.model"
_STACK = f"{_MODEL}.body.transformer_stack"
_ROWS = "inputs.Train.synthetic_tokens"
_SMALLER = (
    f"train.max_steps={STEPS}",
    "train.steps_per_loop=1",
    "train.log_interval_steps=1",
    f"seed={301 + int(os.environ.get('FRAZO_TEST_SEED') or 0)}",
    f"{_MODEL}.embedding.vocab_size=64",
    f"{_MODEL}.embedding.dim=32",
    f"{_STACK}.num_layers=2",
    f"{_STACK}.layer.self_attention.head_dim=8",
    # Rows of 32 tokens have no padding.
    f"{_ROWS}.vocab_size=64",
    f"{_ROWS}.rows=8",
    f"{_ROWS}.length=32",
    f"{_ROWS}.mean_text_length=8",
)
_DENSE = ("DenseLmTiny2x2", f"{_STACK}.layer.feed_forward.hidden_units=64")
_MIXTURE = (
    "MoELmTiny2x2",
    f"{_STACK}.layer.mixture_of_experts.hidden_units=64",
    # A group is a row, so that each worker has whole groups, and experts leave out the same tokens.
    f"{_STACK}.layer.mixture_of_experts.group_size=32",
    f"{_STACK}.alternating_with[0].feed_forward.hidden_units=64",
    f"{_STACK}.alternating_with[0].self_attention.head_dim=8",
)
# The table has 64 x 32 numbers. A layer has 3 x 32 x 32 of queries, keys and values, 32 x 32 of the
# output and 32 x 4 of relative positions; its feed-forward, or each of 8 experts, has 32 x 128 and
# 64 x 32. All of them are cut. 5 norms of 32 are whole, and so is the router of 32 x 8.
_TABLE, _ATTENTION, _FEED_FORWARD, _NORMS, _ROUTER = 2048, 4224, 6144, 160, 256
_CUT_BY_MODEL = _TABLE + 2 * _ATTENTION


def axes(grid):
    """Returns the mesh of a grid of workers along "data" and "model"."""
    data, columns = grid
    return f'mesh.axes=[{{name: "data" size: {data}}}, {{name: "model" size: {columns}}}]'


def train(folder, model, workers, *mesh):
    """Trains a model by workers of a mesh; returns its log directory and what each has written."""
    name, *changes = model
    flags = [
        f"--model=lm.synthetic_packed_input.{name}",
        *(f"--set={change}" for change in (*_SMALLER, *changes, *mesh)),
    ]
    with ClusterRun(folder, flags, workers=workers) as run:
        _, *ended = assert_ended(run.start_all())
    return run.logdir, [one.out for one in ended]


def losses(logdir):
    """Returns the loss and the norm of the gradients of each step, [steps, 2]."""
    records = ScoreLog(logdir / "train").read()
    assert list(records) == list(range(1, STEPS + 1))
    metrics = [record["metrics"] for record in records.values()]
    return np.array([[each["loss"], each["grad_norm"]] for each in metrics])


def held(outputs):
    """Returns how many of how many parameters each worker holds."""
    found = [re.search(r"holds ([0-9,]+) of ([0-9,]+) parameters", output) for output in outputs]
    return [tuple(int(text.replace(",", "")) for text in match.groups()) for match in found]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The log directory of each model in one worker."""
    folders = {model: tmp_path_factory.mktemp("alone") for model in (_DENSE, _MIXTURE)}
    return {model: train(folder, model, 1, axes((1, 1)))[0] for model, folder in folders.items()}


def share(model, grid):
    """Returns how many of how many parameters a worker of a grid holds."""
    data, columns = grid
    if model is _DENSE:
        cut, whole = _CUT_BY_MODEL + 2 * _FEED_FORWARD, _NORMS
        return cut // columns + whole, cut + whole
    cut, whole, experts = _CUT_BY_MODEL + _FEED_FORWARD, _NORMS + _ROUTER, 8 * _FEED_FORWARD
    return experts // (data * columns) + cut // columns + whole, experts + cut + whole


@pytest.mark.parametrize(
    ("model", "grid"),
    [(_DENSE, (2, 1)), (_DENSE, (1, 2)), (_DENSE, (2, 2)), (_MIXTURE, (2, 2))],
    ids=["dense 2x1", "dense 1x2", "dense 2x2", "mixture 2x2"],
)
def test_losses_do_not_depend_on_the_mesh(alone, model, grid, tmp_path):
    workers = grid[0] * grid[1]
    logdir, outputs = train(tmp_path, model, workers, axes(grid))
    found = losses(logdir)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, losses(alone[model]), rtol=1e-3)
    assert held(outputs) == [share(model, grid)] * workers


@pytest.mark.parametrize("model", [_DENSE, _MIXTURE], ids=["dense", "mixture"])
def test_losses_do_not_depend_on_stages(alone, model, tmp_path):
    sizes = {"data": 1, "stage": 2, "model": 1}
    mesh = ", ".join(f'{{name: "{name}" size: {size}}}' for name, size in sizes.items())
    changes = f"mesh.axes=[{mesh}]", "mesh.pipeline.micro_batches=4"
    logdir, outputs = train(tmp_path, model, 2, *changes)
    np.testing.assert_allclose(losses(logdir), losses(alone[model]), rtol=1e-3)
    # The checkpoint of the stages is that of one process.
    expected, saved = saved_values(alone[model]), saved_values(logdir)
    assert saved.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(saved[name], value, rtol=0.05, atol=2e-3, err_msg=name)
    # Both stages have the table of the tokens, which is the softmax, too, and a layer with 2 norms.
    stage = _TABLE + _ATTENTION + _FEED_FORWARD + 2 * 32
    experts = 7 * _FEED_FORWARD + _ROUTER if model is _MIXTURE else 0
    _, whole = share(model, (1, 1))
    # The last stage has the final norm.
    assert held(outputs) == [(stage + experts, whole), (stage + 32, whole)]
