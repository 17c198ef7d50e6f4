import pytest
from frazo.cluster.layout import OwnPart
from frazo.cluster.slurm import read_slurm
from frazo.config.errors import ConfigError
from frazo.program.errors import UsageError
from hypothesis import given
from hypothesis import strategies as st

STEP = {
    "SLURM_JOB_ID": "1234",
    "SLURM_STEP_NODELIST": "gpu[01-02]",
    "SLURM_STEP_TASKS_PER_NODE": "2,1",
    "SLURM_STEP_NUM_TASKS": "3",
    "SLURM_PROCID": "2",
}
INSECURE = ["security.insecure=true"]


def read(port=None, mode="sync", **changes):
    environment = {k: v for k, v in {**STEP, **changes}.items() if v is not None}
    return read_slurm(port, mode, environment)


def error(kind, **changes):
    with pytest.raises(kind) as failure:
        read(**changes)
    return str(failure.value)


def test_each_task_is_a_worker_and_the_first_is_the_controller_too():
    layout = read(7000)
    cluster = layout.checked(INSECURE)
    assert cluster.controller == "gpu01:7000"
    assert list(cluster.workers) == ["gpu01:7001", "gpu01:7002", "gpu02:7001"]
    assert layout.own == OwnPart("worker", 2, "SLURM_PROCID")
    assert read(SLURM_PROCID="0").own == OwnPart("controller,worker", 0, "SLURM_PROCID")


def test_tasks_may_go_round_the_nodes():
    cluster = read(7000, SLURM_DISTRIBUTION="cyclic:block").checked(INSECURE)
    assert list(cluster.workers) == ["gpu01:7001", "gpu02:7001", "gpu01:7002"]


def test_jobs_on_the_same_node_have_ports_of_their_own():
    # 20000 + 1234 % 500 * 20.
    assert read().checked(INSECURE).controller == "gpu01:24680"
    assert read(SLURM_JOB_ID="1235").checked(INSECURE).controller == "gpu01:24700"


def test_older_names_of_the_variables():
    changes = dict.fromkeys(
        ("SLURM_STEP_NODELIST", "SLURM_STEP_TASKS_PER_NODE", "SLURM_STEP_NUM_TASKS")
    )
    older = {"SLURM_JOB_NODELIST": "n1", "SLURM_TASKS_PER_NODE": "3", "SLURM_NTASKS": "3"}
    assert list(read(7000, **changes, **older).checked(INSECURE).workers) == [
        "n1:7001",
        "n1:7002",
        "n1:7003",
    ]


def test_outside_of_srun():
    message = error(UsageError, SLURM_PROCID=None)
    assert message == (
        "--cluster=slurm: SLURM_PROCID is not set; start the trainer by srun within a Slurm job"
    )


def test_async_training_takes_more_than_workers():
    assert error(UsageError, mode="async").startswith(
        "--cluster=slurm: Slurm's tasks are workers, and --mode=async needs parameter servers, too; "
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"SLURM_STEP_NODELIST": "gpu[1-"},
            'SLURM_STEP_NODELIST:1:1: --cluster=slurm: "gpu[1-": the last bracket is not closed\n',
        ),
        (
            {"SLURM_STEP_TASKS_PER_NODE": "2"},
            "2 tasks on 1 nodes, but the step has 3 tasks and 2 nodes",
        ),
        (
            {"SLURM_STEP_NUM_TASKS": "x"},
            'SLURM_STEP_NUM_TASKS:1:1: --cluster=slurm: "x" is no number',
        ),
        ({"SLURM_PROCID": "3"}, "3 is not a task of the step, which has 3"),
        ({"SLURM_DISTRIBUTION": "plane=4"}, 'tasks are distributed by "plane=4"; give srun'),
    ],
)
def test_what_is_wrong(changes, message):
    assert message in error(ConfigError, **changes)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.sampled_from(["block", "cyclic"]))
def test_every_worker_has_an_address_of_its_own(counts, distribution):
    layout = read(
        7000,
        SLURM_STEP_NODELIST=f"n[1-{len(counts)}]",
        SLURM_STEP_TASKS_PER_NODE=",".join(map(str, counts)),
        SLURM_STEP_NUM_TASKS=str(sum(counts)),
        SLURM_PROCID="0",
        SLURM_DISTRIBUTION=distribution,
    )
    workers = layout.checked(INSECURE).workers
    assert sorted(workers) == [
        f"n{node + 1}:{7001 + number}"
        for node, count in enumerate(counts)
        for number in range(count)
    ]


@given(st.dictionaries(st.sampled_from([*STEP, "SLURM_DISTRIBUTION"]), st.text(max_size=9)))
def test_any_variables_are_a_cluster_or_an_error(changes):
    try:
        read(**changes).checked(INSECURE)
    except (ConfigError, UsageError) as error:
        assert str(error)
