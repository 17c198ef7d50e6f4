import pytest
from frazo.experiment.job_list import Jobs
from frazo.jobs.mesh_check import check_mesh, require_mesh
from frazo.program.errors import UsageError
from frazo.proto import cluster_pb2, experiment_pb2
from google.protobuf import text_format

_MESH = 'mesh { axes { name: "data" size: 2 } axes { name: "model" size: 2 } }'
_WORKER = Jobs(controller=False, trainer=False, evaluated=(), worker=True)
_EVALUATING = Jobs(controller=False, trainer=False, evaluated=("Test",), worker=True)


def experiment(text=_MESH):
    return text_format.Parse(text, experiment_pb2.Experiment())


def cluster(count, **fields):
    return cluster_pb2.Cluster(workers=[f"127.0.0.1:{7000 + i}" for i in range(count)], **fields)


def test_a_mesh_that_fits_is_accepted():
    check_mesh(experiment(), cluster(4), "sync", _WORKER)
    check_mesh(experiment(), cluster(4, min_workers=4), "sync", _WORKER)
    check_mesh(experiment(""), cluster(3, min_workers=1), "sync", _EVALUATING)
    check_mesh(experiment('mesh { axes { name: "data" } }'), cluster(2), "sync", _EVALUATING)
    assert require_mesh(experiment(""), 1) is None


@pytest.mark.parametrize(
    ("layout", "mode", "jobs", "error"),
    [
        (cluster(3), "sync", _WORKER, "needs 4 workers, and there are 3"),
        (cluster(4, min_workers=2), "sync", _WORKER, "the mesh needs all 4 workers; remove it"),
        (cluster(4), "async", _WORKER, "--mode=async: the workers of a mesh compute each step"),
        (cluster(4), "sync", _EVALUATING, "a worker of a mesh holds a part of the weights"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(layout, mode, jobs, error):
    with pytest.raises(UsageError, match=error):
        check_mesh(experiment(), layout, mode, jobs)
