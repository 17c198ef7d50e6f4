import pytest
from frazo.cluster.read_layout import Flags, read_layout
from frazo.program.errors import UsageError

SPEC = "worker=localhost:1@controller=localhost:2"


def read(cluster=None, spec=None, **environment):
    return read_layout(Flags(cluster, spec, "sync"), environment, ["evaler_test"])


def error(*arguments, **environment):
    with pytest.raises(UsageError) as failure:
        read(*arguments, **environment)
    return str(failure.value)


def test_without_a_flag_there_is_no_cluster_whatever_the_environment_says():
    assert read(TF_CONFIG="{", SLURM_PROCID="0") is None


def test_each_description_has_its_reader(tmp_path):
    file = tmp_path / "slurm.textproto"
    file.write_text('controller: "localhost:2" workers: "localhost:1"')
    tf_config = '{"cluster": {"worker": ["localhost:1"]}, "task": {"type": "worker"}}'
    slurm = {
        "SLURM_STEP_NODELIST": "localhost",
        "SLURM_STEP_TASKS_PER_NODE": "1",
        "SLURM_STEP_NUM_TASKS": "1",
        "SLURM_PROCID": "0",
    }
    layouts = [
        read(None, SPEC),
        read(str(file)),
        read("TF_CONFIG", TF_CONFIG=tf_config),
        read("Slurm:2", **slurm),
    ]
    controllers = [layout.checked([]).controller for layout in layouts]
    assert controllers == ["localhost:2"] * 4


def test_one_description_is_enough():
    assert error("f", SPEC) == "--cluster and --cluster_spec: give one of them, not both"


def test_a_single_process_cannot_find_the_ports_of_others():
    assert error("local:2") == (
        "--cluster=local:2: the ports are found when all jobs are started together, by "
        "//tools:launch -- --cluster=local:2; a single process needs a file with the addresses"
    )


def test_a_variable_that_is_missing():
    message = "--cluster=tf_config: the variable TF_CONFIG is not set; set it, or give a file"
    assert error("tf_config") == message
