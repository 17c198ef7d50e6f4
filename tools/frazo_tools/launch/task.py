"""The tasks of a cluster: the processes that a launcher starts."""

from typing import NamedTuple

from frazo.proto import cluster_pb2

_NUMBERED_JOBS = ("worker", "ps")


class Task(NamedTuple):
    """One process of a run.

    Attributes:
      job: controller, worker, ps, trainer, evaler_NAME or decoder_NAME.
      index: Its number in the job, from 0.
      is_follower: Whether training goes on without it.
    """

    job: str
    index: int = 0
    is_follower: bool = False

    @property
    def name(self) -> str:
        """For people: "worker 1", "evaler_test"."""
        return f"{self.job} {self.index}" if self.job in _NUMBERED_JOBS else self.job

    @property
    def file_name(self) -> str:
        """The name of its log file without the suffix: "worker_1"."""
        return self.name.replace(" ", "_").replace("/", "_")

    def flags(self) -> list[str]:
        """The trainer's flags that say so."""
        flags = [f"--job={self.job}"]
        return [*flags, f"--task={self.index}"] if self.job in _NUMBERED_JOBS else flags


def tasks_of(cluster: cluster_pb2.Cluster, mode: str) -> list[Task]:
    """Returns the tasks of a cluster, the controller first.

    Args:
      cluster: The layout.
      mode: "sync" or "async".
    """
    tasks = [Task("controller")]
    if mode == "async":
        tasks += [Task("ps", index) for index in range(len(cluster.parameter_servers))]
    tasks += [Task("worker", index) for index in range(len(cluster.workers))]
    if mode == "async":
        tasks.append(Task("trainer"))
    return tasks + [Task(name, is_follower=True) for name in cluster.followers]
