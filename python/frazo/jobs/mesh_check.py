"""Checks that the mesh of an experiment fits the workers, before anything starts."""

from frazo.experiment.job_list import Jobs
from frazo.program.errors import UsageError
from frazo.proto import cluster_pb2, experiment_pb2
from frazo.shard.mesh_layout import MeshLayout, mesh_layout


def require_mesh(experiment: experiment_pb2.Experiment, num_workers: int) -> MeshLayout | None:
    """Returns the mesh of the workers; None if the experiment has none.

    Args:
      experiment: The experiment.
      num_workers: The number of workers; 1 without a cluster.

    Raises:
      UsageError: The mesh is not possible with so many workers.
    """
    try:
        return mesh_layout(experiment.mesh, num_workers)
    except ValueError as error:
        raise UsageError(str(error)) from error


def check_mesh(
    experiment: experiment_pb2.Experiment, cluster: cluster_pb2.Cluster, mode: str, jobs: Jobs
) -> None:
    """Checks the mesh of an experiment that is trained in a cluster.

    Args:
      experiment: The experiment.
      cluster: The layout of the run.
      mode: "sync" or "async".
      jobs: The jobs of the process.

    Raises:
      UsageError: The mesh does not fit them.
    """
    count = len(cluster.workers)
    if mode == "async":
        if experiment.mesh.axes:
            raise UsageError(
                "--mode=async: the workers of a mesh compute each step together; remove mesh.axes, or "
                "use --mode=sync"
            )
        return
    layout = require_mesh(experiment, count)
    if layout is None:
        return
    if 0 < cluster.min_workers < count:
        raise UsageError(
            f"cluster.min_workers: the mesh needs all {count} workers; remove it. To go on with fewer, "
            "start the run again with a smaller mesh: it continues from its checkpoint"
        )
    if layout.copies > 1 and jobs.worker and (jobs.evaluated or jobs.decoded):
        raise UsageError(
            "--job: a worker of a mesh holds a part of the weights and cannot evaluate or decode; give "
            "evalers and decoders processes of their own"
        )
