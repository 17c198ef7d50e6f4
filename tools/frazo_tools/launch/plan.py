"""What a launcher is asked for: its flags, the cluster and the tasks."""

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from frazo.cluster.cluster_file import read_cluster_file
from frazo.cluster.layout import Layout
from frazo.cluster.local import find_ports, is_local, local_cluster
from frazo.config import load_experiment
from frazo.config.config_text import ConfigText
from frazo.config.document import Document, Location
from frazo.config.overrides import apply_override
from frazo.experiment.job_list import TRAIN_INPUT, Jobs
from frazo.jobs.flags import JOB_MODES, parse_flags
from frazo.jobs.job_names import DECODER_PREFIX, EVALER_PREFIX, local_jobs, parse_jobs
from frazo.jobs.mesh_check import check_mesh
from frazo.program.errors import UsageError
from frazo.program.program_names import in_callers_words, program_name
from frazo.proto import cluster_pb2, experiment_pb2
from frazo_tools.launch.task import Task, tasks_of

PRINTED_FORMS = ("commands", "compose", "kubernetes", "sbatch")
_NO_JOBS = Jobs(controller=False, trainer=False, evaluated=())
_MOST_RESTARTS = 10
_GRACE_SECONDS = 60.0


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to start.

    Attributes:
      cluster: The layout, checked, with ports in place of port 0.
      mode: "sync" or "async".
      tasks: What to start, the controller first.
      trainer: The program and its first arguments.
      trainer_flags: The flags that every task gets.
      logdir: The log directory.
      printed_form: One of PRINTED_FORMS, or None: start the tasks.
      options: The other flags of the launcher.
    """

    cluster: cluster_pb2.Cluster
    mode: str
    tasks: list[Task]
    trainer: list[str]
    trainer_flags: list[str]
    logdir: Path
    printed_form: str | None
    options: argparse.Namespace

    def command(self, task: Task, cluster_file: str) -> list[str]:
        """Returns the command line of a task.

        Args:
          task: The task.
          cluster_file: Where the cluster is.
        """
        own = [f"--mode={self.mode}", f"--cluster={cluster_file}", *task.flags()]
        return [*self.trainer, *self.trainer_flags, *own]


def read_plan(arguments: Sequence[str], help_text: str) -> Plan:
    """Reads the command line, and checks everything before anything starts.

    A wrong flag ends the process with code 2.

    Args:
      arguments: The command line without the program's name.
      help_text: The program's documentation.

    Raises:
      ConfigError: The experiment or the cluster is wrong.
      UsageError: The flags are wrong.
      JobError: The machine has no free port.
    """
    options, trainer_flags = _parse(arguments, help_text)
    for name in ("--job", "--task", "--cluster_spec"):
        if any(flag.partition("=")[0] == name for flag in trainer_flags):
            raise UsageError(f"{name}: the launcher gives each task its own; remove the flag")
    flags = parse_flags([*trainer_flags, f"--mode={options.mode}"])
    experiment = load_experiment(model=flags.model, config=flags.config, overrides=flags.overrides)
    if TRAIN_INPUT not in experiment.inputs:
        raise UsageError(f"inputs: there is no input called {TRAIN_INPUT}; nothing can be trained")
    layout = _layout(options.cluster)
    for assignment in options.cluster_set:
        apply_override(layout.document, assignment, "--cluster_set", "cluster")
    _choose_followers(layout.document.message, options.followers, experiment)
    find_ports(layout.document.message)
    cluster = layout.checked([])
    if options.mode == "async" and not cluster.parameter_servers:
        raise UsageError(
            "--mode=async: the cluster has no parameter servers, which hold the variables; give "
            f"--cluster=local:{len(cluster.workers)}+1, or add parameter_servers to the file"
        )
    check_mesh(experiment, cluster, options.mode, _NO_JOBS)
    trainer = _trainer(options.trainer, options.print is not None)
    return Plan(
        cluster,
        options.mode,
        tasks_of(cluster, options.mode),
        trainer,
        trainer_flags,
        flags.logdir,
        options.print,
        options,
    )


def _trainer(wanted: str | None, is_printed: bool) -> list[str]:
    if wanted is not None:
        return [wanted]
    # This program's own interpreter finds the package where it found it itself.
    return [program_name("trainer")] if is_printed else [sys.executable, "-m", "frazo.jobs.trainer"]


def _parse(arguments: Sequence[str], help_text: str) -> tuple[argparse.Namespace, list[str]]:
    name = program_name("launch")
    summary, _, details = in_callers_words(help_text).partition("\n")
    parser = argparse.ArgumentParser(
        prog=name,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=f"{name} --cluster=local:N|FILE [flags of the launcher] [flags of the trainer]",
        description=summary,
        epilog=details,
    )
    parser.add_argument("--cluster", required=True, metavar="local:N|local:N+P|FILE")
    parser.add_argument("--cluster_set", action="append", default=[], metavar="PATH=VALUE")
    parser.add_argument("--mode", choices=JOB_MODES, default="sync")
    parser.add_argument("--followers", metavar="JOBS", help="jobs with commas, or none")
    parser.add_argument("--max_restarts", type=_count, default=_MOST_RESTARTS, metavar="N")
    parser.add_argument("--grace_seconds", type=_seconds, default=_GRACE_SECONDS, metavar="SECONDS")
    parser.add_argument("--no_table", action="store_true")
    parser.add_argument("--trainer", metavar="FILE", help="a trainer of your own")
    parser.add_argument("--print", choices=PRINTED_FORMS)
    parser.add_argument("--image", default="frazo", help="for compose and kubernetes")
    parser.add_argument(
        "--volume", default="frazo", help="for kubernetes: the claim of the volume of --logdir"
    )
    options, others = parser.parse_known_args(arguments)
    return options, others


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative; expected 0 or more")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text} is no time; expected a number above 0")
    return number


def _layout(text: str) -> Layout:
    if not is_local(text):
        return read_cluster_file(text)
    cluster = local_cluster(text)
    start = ConfigText(f"--cluster={text}", "").origin(1, 1)
    return Layout(Document(cluster, Location(start, start)))


def _choose_followers(
    cluster: cluster_pb2.Cluster, wanted: str | None, experiment: experiment_pb2.Experiment
) -> None:
    """Sets the followers, unless the cluster has some and no others are wanted."""
    names = list(experiment.inputs)
    if wanted == "none":
        cluster.ClearField("followers")
        return
    if wanted is None and cluster.followers:
        for index, name in enumerate(cluster.followers):
            parse_jobs(name, names, f"cluster.followers[{index}]")
        return
    if wanted is None:
        jobs = local_jobs(names, experiment.decode.local_inputs)
    else:
        jobs = parse_jobs(wanted, names, f"--followers={wanted}")
        if jobs.controller or jobs.trainer or jobs.worker or jobs.parameter_server:
            raise UsageError(
                f"--followers={wanted}: expected evaler_NAME and decoder_NAME, with commas; the others "
                "come from --cluster"
            )
    cluster.followers[:] = [
        *(EVALER_PREFIX + name.lower() for name in jobs.evaluated),
        *(DECODER_PREFIX + name.lower() for name in jobs.decoded),
    ]
