"""Workers of a mesh, each of which holds a part of the weights, in real processes."""

import re
import shutil
import signal

import numpy as np
import pytest
from cluster_run import ClusterRun, assert_ended
from tiny_experiment import saved_values, train, write_experiment

HALF, STEPS = 20, 40
# 64 x 16 + 16 of the hidden layer and 16 x 6 + 6 of the softmax.
PARAMETERS = 1142

_MESH = '--set=mesh.axes=[{{name: "data" size: {}}}, {{name: "model" size: {}}}]'
_CUT = "--set=mesh.cut_optimizer=true"
_ANY_DATA = '--set=mesh.axes=[{name: "data"}, {name: "model" size: 2}]'


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    """An experiment without randomness of its own in each worker."""
    changes = [
        # The images in memory: a step's batch is the same whoever reads which part of it.
        "inputs.Train.image.max_images=100",
        "task.image_classifier.network.layers=[{flatten {}}, {linear {units: 16 activation: RELU}}]",
        "learner.optimizer.momentum.momentum=0.9",
        "learner.clip_global_norm=0.5",
    ]
    path = write_experiment(tmp_path_factory.mktemp("data"))
    return [f"--config={path}", *(f"--set={change}" for change in changes)]


@pytest.fixture(scope="module")
def alone(flags, tmp_path_factory):
    """The weights of one process."""
    logdir = tmp_path_factory.mktemp("alone")
    ended = train(*flags, f"--set=train.max_steps={STEPS}", f"--logdir={logdir}", "--job=trainer")
    assert ended.code == 0, ended.err
    return saved_values(logdir)


@pytest.fixture(scope="module")
def half(flags, tmp_path_factory):
    """The log directory of four workers that did the first half, with pieces of the optimizer."""
    flags = [*flags, f"--set=train.max_steps={HALF}", _MESH.format(2, 2), _CUT]
    with ClusterRun(tmp_path_factory.mktemp("half"), flags, workers=4) as run:
        followers = [run.start("evaler_test")]
        ended = assert_ended([*run.start_all(), *followers])
    for rank, worker in enumerate(ended[1:5]):
        place = f"data {rank // 2}, model {rank % 2}"
        line = (
            f"data 2 x model 2: the worker at {place} holds {PARAMETERS // 2} of 1,142 parameters"
        )
        assert line in worker.out
    assert "num_examples_in_batch: 16" in ended[1].out
    # It reads the parts of all workers as one.
    assert f"its last checkpoint, of step {HALF}, is done" in ended[5].out
    return run.logdir


def assert_close(logdir, expected):
    found = saved_values(logdir)
    assert found.keys() == expected.keys()
    for name in found:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.mark.parametrize(("grid", "more"), [((2, 1), [_CUT]), ((1, 2), []), ((2, 2), [])], ids=str)
def test_any_mesh_goes_on_where_four_workers_stopped(half, flags, alone, tmp_path, grid, more):
    flags = [*flags, f"--set=train.max_steps={STEPS}", _MESH.format(*grid), *more]
    with ClusterRun(tmp_path, flags, workers=grid[0] * grid[1]) as run:
        shutil.copytree(half, run.logdir)
        ended = assert_ended(run.start_all())
    assert re.search(f"goes on from .*ckpt-000000{HALF}: step {HALF} of {STEPS}", ended[1].out)
    assert_close(run.logdir, alone)


def test_one_process_goes_on_where_four_workers_stopped(half, flags, alone, tmp_path):
    logdir = tmp_path / "log"
    shutil.copytree(half, logdir)
    ended = train(*flags, f"--set=train.max_steps={STEPS}", f"--logdir={logdir}", "--job=trainer")
    assert ended.code == 0, ended.err
    assert_close(logdir, alone)


def test_a_lost_worker_stops_the_others_and_fewer_go_on(flags, tmp_path):
    endless = [*flags, _ANY_DATA, "--set=train.max_steps=1000000"]
    (tmp_path / "four").mkdir()
    with ClusterRun(tmp_path / "four", endless, workers=4) as run:
        _, *workers = run.start_all()
        workers[0].wait_for(f"saved ckpt-000000{HALF}")
        workers[3].send(signal.SIGKILL)
        for worker in workers[:3]:
            worker.wait_for(r"begins anew .*: worker 3 \(.*\) gave no sign of life")
    saved = max(int(path.stem[-8:]) for path in (run.logdir / "train").glob("ckpt-*.manifest"))
    (tmp_path / "two").mkdir()
    flags = [*flags, _ANY_DATA, f"--set=train.max_steps={saved + HALF}"]
    with ClusterRun(tmp_path / "two", flags, workers=2) as fewer:
        shutil.copytree(run.logdir, fewer.logdir)
        ended = assert_ended(fewer.start_all())
    assert "data 1 x model 2: the worker at data 0, model 0 holds" in ended[1].out
    assert f"ckpt-{saved:08}: step {saved} of {saved + HALF}" in ended[1].out


def test_a_mesh_that_does_not_fit_ends_before_anything_starts(flags, tmp_path):
    with ClusterRun(tmp_path, [*flags, _ANY_DATA], workers=3) as run:
        (ended,) = assert_ended([run.start("worker 0")], [2])
    assert "the mesh (model 2) needs a multiple of 2 workers, and there are 3" in ended.err
    ended = train(*flags, _MESH.format(2, 2), f"--logdir={tmp_path}/log", "--job=trainer")
    assert ended.code == 2
    assert "the mesh (data 2 x model 2) needs 4 workers, and there is 1" in ended.err
