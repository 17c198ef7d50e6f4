"""Finds out from flags and environment which cluster a process belongs to, and its part in it."""

import argparse
import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from frazo.cluster.layout import OwnPart
from frazo.cluster.read_layout import Flags, read_layout
from frazo.experiment.job_list import TRAIN_INPUT, Jobs
from frazo.jobs.job_names import DECODER_PREFIX, EVALER_PREFIX, parse_jobs
from frazo.program.errors import UsageError
from frazo.proto import cluster_pb2, coordination_pb2


class ClusterPart(NamedTuple):
    """What a process does in a cluster.

    Attributes:
      cluster: The layout, checked.
      jobs: The jobs of the process. In synchronous training a trainer is a worker: `trainer` is
        False then, and the layout has no parameter servers.
      index: The number of the worker or of the parameter server; 0 without these jobs.
    """

    cluster: cluster_pb2.Cluster
    jobs: Jobs
    index: int

    def members(self) -> tuple[coordination_pb2.MemberName, ...]:
        """Returns the names of the process's parts: first the controller, last the followers."""
        jobs = self.jobs
        # An evaluation of one checkpoint takes no part in the run.
        followers = [] if jobs.only_step is not None else _follower_names(jobs)
        named = [
            ("controller", jobs.controller, 0),
            ("trainer", jobs.trainer, 0),
            ("worker", jobs.worker, self.index),
            ("ps", jobs.parameter_server, self.index),
            *((name, True, 0) for name in followers),
        ]
        return tuple(
            coordination_pb2.MemberName(job=job, index=index)
            for job, is_run, index in named
            if is_run
        )


def resolve_cluster(
    flags: argparse.Namespace,
    environment: Mapping[str, str],
    input_names: Sequence[str],
    trained: Collection[str] = (TRAIN_INPUT,),
) -> ClusterPart | None:
    """Returns the part of this process; None if the flags name no cluster.

    Args:
      flags: The trainer's flags.
      environment: The variables of the process.
      input_names: The inputs of the experiment.
      trained: Those of training.

    Raises:
      ConfigError: The description of the cluster is wrong, or its layout impossible.
      UsageError: The flags are wrong, or do not fit the cluster.
    """
    evaluated = [EVALER_PREFIX + name.lower() for name in input_names if name not in trained]
    layout = read_layout(
        Flags(flags.cluster, flags.cluster_spec, flags.mode), environment, evaluated
    )
    if layout is None:
        _check_without_cluster(flags)
        return None
    cluster = layout.checked(flags.cluster_set)
    for index, name in enumerate(cluster.followers):
        parse_jobs(name, input_names, f"cluster.followers[{index}]")
    if flags.mode == "async":
        _check_async(cluster)
    else:
        # Those who share the layout see by this, too, that the workers train synchronously.
        cluster.ClearField("parameter_servers")
        cluster.ClearField("trainer")
    own = layout.own if flags.job is None else None
    jobs = _jobs_in_cluster(flags, own, input_names)
    return ClusterPart(cluster, jobs, _index(flags, own, jobs, cluster))


def _check_async(cluster: cluster_pb2.Cluster) -> None:
    if not cluster.parameter_servers:
        raise UsageError(
            "--mode=async: the cluster has no parameter servers, which hold the variables; add "
            "parameter_servers to it, or use --mode=sync"
        )
    if cluster.gradient_compression:
        raise UsageError(
            "--mode=async: cluster.gradient_compression is for workers that exchange their "
            "gradients; remove it, or use --mode=sync"
        )


def _check_without_cluster(flags: argparse.Namespace) -> None:
    if flags.mode == "async":
        raise UsageError(
            "--mode=async: it takes a cluster with parameter servers: give --cluster=FILE, or start "
            "all jobs by //tools:launch -- --mode=async --cluster=local:2+1"
        )
    for flag, value in (("--task", flags.task), ("--cluster_set", flags.cluster_set or None)):
        if value is not None:
            raise UsageError(f"{flag}: there is no cluster; give --cluster=FILE, too, or remove it")


def _jobs_in_cluster(
    flags: argparse.Namespace, own: OwnPart | None, input_names: Sequence[str]
) -> Jobs:
    if own is not None:
        text, origin = own.jobs, own.variable
    elif flags.job is not None:
        text, origin = flags.job, f"--job={flags.job}"
    else:
        raise UsageError(
            "--job: say what this process does in the cluster: controller, worker, ps (async), trainer "
            "(async), evaler_NAME, decoder_NAME, or several with commas"
        )
    jobs = parse_jobs(text, input_names, origin)
    is_sync = flags.mode != "async"
    if is_sync and jobs.parameter_server:
        raise UsageError(
            f"{origin}: synchronous training has no parameter servers; use --mode=async, or leave "
            "this process out"
        )
    if is_sync and jobs.trainer:
        jobs = dataclasses.replace(jobs, trainer=False, worker=True)
    if jobs.trainer + jobs.worker + jobs.parameter_server > 1:
        raise UsageError(
            f"{origin}: a process has one of TensorFlow's servers; give trainer, worker and ps a "
            "process each"
        )
    return jobs


def _index(
    flags: argparse.Namespace, own: OwnPart | None, jobs: Jobs, cluster: cluster_pb2.Cluster
) -> int:
    if jobs.worker:
        name, count = "worker", len(cluster.workers)
    elif jobs.parameter_server:
        name, count = "ps", len(cluster.parameter_servers)
    else:
        name, count = "", 1
    index = own.task if own is not None and flags.task is None else flags.task
    if index is None:
        if count > 1:
            raise UsageError(
                f"--task: there are {count} members called {name}; say which one this is: "
                f"0 to {count - 1}"
            )
        return 0
    if not 0 <= index < count:
        what = f"there are {count} members called {name}" if name else "these jobs have no numbers"
        expected = f"expected 0 to {count - 1}" if count > 1 else "expected 0"
        raise UsageError(f"--task={index}: {what}; {expected}")
    return index


def _follower_names(jobs: Jobs) -> list[str]:
    return [
        *(EVALER_PREFIX + name.lower() for name in jobs.evaluated),
        *(DECODER_PREFIX + name.lower() for name in jobs.decoded),
    ]
