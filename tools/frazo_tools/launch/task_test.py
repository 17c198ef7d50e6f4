from frazo.proto import cluster_pb2
from frazo_tools.launch.task import Task, tasks_of

CLUSTER = cluster_pb2.Cluster(
    controller="c:1",
    workers=["a:1", "b:1"],
    parameter_servers=["d:1"],
    followers=["evaler_test", "decoder_a/b"],
)


def names(mode):
    return [task.name for task in tasks_of(CLUSTER, mode)]


def test_sync_training_needs_no_parameter_servers():
    assert names("sync") == ["controller", "worker 0", "worker 1", "evaler_test", "decoder_a/b"]


def test_async_training_has_a_trainer_and_parameter_servers():
    assert names("async") == [
        "controller",
        "ps 0",
        "worker 0",
        "worker 1",
        "trainer",
        "evaler_test",
        "decoder_a/b",
    ]


def test_flags_and_names_of_files():
    assert Task("worker", 1).flags() == ["--job=worker", "--task=1"]
    assert Task("controller").flags() == ["--job=controller"]
    assert (Task("worker", 1).file_name, Task("decoder_a/b").file_name) == (
        "worker_1",
        "decoder_a_b",
    )
