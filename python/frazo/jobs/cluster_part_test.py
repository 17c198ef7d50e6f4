import pytest
from frazo.config import ConfigError
from frazo.experiment.job_list import Jobs
from frazo.jobs.cluster_part import resolve_cluster
from frazo.jobs.flags import parse_flags
from frazo.program.errors import UsageError

INPUTS = ["Train", "Test", "Dev_2"]
SPEC = "--cluster_spec=controller=localhost:1@worker=localhost:2,localhost:3"
ASYNC_SPEC = f"{SPEC}@ps=localhost:4,localhost:5"


def part(*arguments, **environment):
    flags = parse_flags(["--model=x", "--logdir=/tmp/log", *arguments])
    return resolve_cluster(flags, environment, INPUTS)


def members(*arguments, **environment):
    found = part(*arguments, **environment).members()
    return [(member.job, member.index) for member in found]


def error(*arguments, **environment):
    with pytest.raises(UsageError) as failure:
        part(*arguments, **environment)
    return str(failure.value)


def test_without_a_cluster():
    assert part() is None
    assert part("--job=trainer", TF_CONFIG="{}", SLURM_PROCID="3") is None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((SPEC, "--job=worker", "--task=1"), [("worker", 1)]),
        ((SPEC, "--job=trainer", "--task=1"), [("worker", 1)]),
        (
            (SPEC, "--job=evaler_test,worker,decoder_dev_2,Controller", "--task=0"),
            [("controller", 0), ("worker", 0), ("evaler_test", 0), ("decoder_dev_2", 0)],
        ),
        ((SPEC, "--job=EVALER_TEST"), [("evaler_test", 0)]),
        ((SPEC, "--job=evaler_once_test@5"), []),
        (
            (ASYNC_SPEC, "--mode=async", "--job=controller,trainer"),
            [("controller", 0), ("trainer", 0)],
        ),
        ((ASYNC_SPEC, "--mode=async", "--job=ps", "--task=1"), [("ps", 1)]),
        ((ASYNC_SPEC, "--job=worker", "--task=0"), [("worker", 0)]),
    ],
)
def test_the_members_of_a_process(arguments, expected):
    assert members(*arguments) == expected


def test_a_trainer_of_sync_training_is_a_worker():
    found = part(SPEC, "--job=trainer", "--task=1")
    assert found.jobs == Jobs(False, False, (), worker=True)
    assert found.index == 1
    assert list(found.cluster.workers) == ["localhost:2", "localhost:3"]


def test_the_environment_gives_job_and_task_unless_flags_do():
    value = (
        '{"cluster": {"worker": ["localhost:2", "localhost:3"], "evaluator": ["localhost:9"]},'
        '"task": {"type": "worker", "index": 1}}'
    )
    assert members("--cluster=tf_config", TF_CONFIG=value) == [("worker", 1)]
    assert members("--cluster=tf_config", "--job=evaler_test", TF_CONFIG=value) == [
        ("evaler_test", 0)
    ]
    evaluator = value.replace('"worker", "index": 1', '"evaluator"')
    assert members("--cluster=tf_config", TF_CONFIG=evaluator) == [
        ("evaler_test", 0),
        ("evaler_dev_2", 0),
    ]
    ps = value.replace('"worker": [', '"ps": ["localhost:7"], "worker": [').replace(
        '"worker", "index": 1', '"ps"'
    )
    assert error("--cluster=tf_config", TF_CONFIG=ps) == (
        "TF_CONFIG: synchronous training has no parameter servers; use --mode=async, or leave this "
        "process out"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--mode=async",),
            "--mode=async: it takes a cluster with parameter servers: give --cluster=FILE, or start all "
            "jobs by //tools:launch -- --mode=async --cluster=local:2+1",
        ),
        (("--task=0",), "--task: there is no cluster; give --cluster=FILE, too, or remove it"),
        (
            ("--cluster_set=lease_seconds=3",),
            "--cluster_set: there is no cluster; give --cluster=FILE, too, or remove it",
        ),
        (
            (SPEC,),
            "--job: say what this process does in the cluster: controller, worker, ps (async), trainer "
            "(async), evaler_NAME, decoder_NAME, or several with commas",
        ),
        (
            (SPEC, "--job=worker"),
            "--task: there are 2 members called worker; say which one this is: 0 to 1",
        ),
        (
            (SPEC, "--job=worker", "--task=2"),
            "--task=2: there are 2 members called worker; expected 0 to 1",
        ),
        (
            (SPEC, "--job=controller", "--task=1"),
            "--task=1: these jobs have no numbers; expected 0",
        ),
        (
            (SPEC, "--job=ps"),
            "--job=ps: synchronous training has no parameter servers; use --mode=async, or leave this "
            "process out",
        ),
        (
            (SPEC, "--mode=async", "--job=worker", "--task=0"),
            "--mode=async: the cluster has no parameter servers, which hold the variables; add "
            "parameter_servers to it, or use --mode=sync",
        ),
        (
            (
                ASYNC_SPEC,
                "--cluster_set=gradient_compression=BFLOAT16",
                "--mode=async",
                "--job=trainer",
            ),
            "--mode=async: cluster.gradient_compression is for workers that exchange their gradients; "
            "remove it, or use --mode=sync",
        ),
        (
            (ASYNC_SPEC, "--mode=async", "--job=trainer,worker"),
            "--job=trainer,worker: a process has one of TensorFlow's servers; give trainer, worker and "
            "ps a process each",
        ),
        (
            (SPEC, "--cluster_set=followers=evaler_tset", "--job=controller"),
            'cluster.followers[0]: the experiment has no input called "tset"; did you mean '
            '"evaler_test"?',
        ),
    ],
)
def test_what_is_wrong(arguments, message):
    assert error(*arguments) == message


def test_an_impossible_layout_is_an_error_before_anything_else():
    with pytest.raises(ConfigError, match="is also that of workers"):
        part("--cluster_spec=controller=localhost:1@worker=localhost:2,localhost:2")


def test_synchronous_training_has_no_parameter_servers():
    found = part(ASYNC_SPEC, "--job=worker", "--task=0").cluster
    assert not found.parameter_servers
    assert (
        len(part(ASYNC_SPEC, "--mode=async", "--job=ps", "--task=0").cluster.parameter_servers) == 2
    )
