"""Processes with a network between them train on when a cable was pulled for a while."""

import pytest
from cluster_run import ClusterRun, assert_ended
from tiny_experiment import assert_same_values, write_experiment

from tests.jobs.machine import NoNamespace
from tests.jobs.network import Network

STEPS = 400


@pytest.fixture(scope="module")
def network():
    try:
        made = Network(["controller", "worker 0", "worker 1"])
    except NoNamespace as error:
        pytest.skip(f"no network namespaces can be made here: {error}")
    with made:
        yield made


def cluster_run(folder, flags, network):
    layout = "lease_seconds: 3 security { insecure: true }"
    return ClusterRun(folder, flags, layout=layout, machine=network)


def test_a_run_ends_as_if_no_cable_had_been_pulled(network, tmp_path_factory):
    config = write_experiment(tmp_path_factory.mktemp("data"))
    flags = [f"--config={config}", f"--set=train.max_steps={STEPS}"]
    with cluster_run(tmp_path_factory.mktemp("whole"), flags, network) as whole:
        ended = assert_ended(whole.start_all())
    assert "plain text" in ended[0].err
    with cluster_run(tmp_path_factory.mktemp("cut"), flags, network) as run:
        controller, *workers = run.start_all()
        # The first worker writes the checkpoints, the second only adds to them.
        for number, name in enumerate(["worker 0", "worker 1"], 1):
            controller.wait_for(f"generation {number} begins")
            workers[0].wait_for("saved ckpt-", times=2 * number)
            # On a busy machine a worker may have been silent before.
            silence = rf"{name} \(.*\) gave no sign of life"
            times = controller.count(silence)
            network.cut(name)
            controller.wait_for(silence, times + 1)
            network.mend(name)
        ended = assert_ended([controller, *workers])
    assert "generation 3 begins" in ended[0].out
    assert_same_values(run.logdir, whole.logdir)
