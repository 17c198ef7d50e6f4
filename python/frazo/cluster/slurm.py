"""Reads a cluster and this process's part in it from the variables that Slurm's srun sets.

Each task of the step is a worker of synchronous training, and task 0 is the controller, too. Ports
count from a number: first the controller's, then those of the tasks of a node.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from frazo.cluster.layout import Layout, OwnPart
from frazo.cluster.layout_document import LayoutDocument
from frazo.cluster.node_list import NodeListError, expand_node_list, expand_tasks_per_node
from frazo.config.config_text import ConfigText
from frazo.config.errors import ConfigError
from frazo.program.errors import UsageError

_FLAG = "--cluster=slurm"
_PROCESS = "SLURM_PROCID"
_NODES = ("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST")
_TASKS_PER_NODE = ("SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE")
_TASKS = ("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS")

T = TypeVar("T")

_NUMBER = re.compile(r"[0-9]{1,9}")

# Jobs on the same node need ports of their own. They lie below those that systems give out.
_FIRST_PORT = 20_000
_PORTS_PER_JOB = 20
_PORT_BLOCKS = 500


def read_slurm(first_port: int | None, mode: str, environment: Mapping[str, str]) -> Layout:
    """Returns the cluster of a step of a Slurm job.

    Args:
      first_port: The controller's port. None: one that depends on the job's number.
      mode: "sync" or "async".
      environment: The variables.

    Raises:
      ConfigError: A variable is wrong.
      UsageError: The process is not a task of a step, or the mode is not "sync".
    """
    if mode != "sync":
        raise UsageError(
            f"{_FLAG}: Slurm's tasks are workers, and --mode={mode} needs parameter servers, too; "
            "//tools:launch --print=sbatch writes a script that starts all jobs"
        )
    variables = _Variables(environment)
    nodes_name, nodes_text = variables.first(_NODES)
    nodes = variables.parsed(nodes_name, nodes_text, expand_node_list)
    counts = _tasks_per_node(variables, len(nodes))
    process = variables.number(_PROCESS)
    places = _places(counts, variables)
    if process >= len(places):
        problem = f"{process} is not a task of the step, which has {len(places)}"
        raise variables.error(_PROCESS, str(process), problem)
    base = _default_port(environment) if first_port is None else first_port
    text = ConfigText(nodes_name, nodes_text)
    at = text.origin(1, 1)
    document = LayoutDocument(text)
    document.set("controller", f"{nodes[places[0][0]]}:{base}", at)
    for node, number in places:
        document.add("workers", f"{nodes[node]}:{base + 1 + number}", at)
    jobs = "worker" if process else "controller,worker"
    return Layout(document.document, OwnPart(jobs, process, _PROCESS))


class _Variables:
    """The variables, and errors that name them."""

    def __init__(self, environment: Mapping[str, str]):
        self._environment = environment

    def first(self, names: tuple[str, ...]) -> tuple[str, str]:
        """Returns the name and the value of the first of some variables that is set."""
        for name in names:
            if self._environment.get(name):
                return name, self._environment[name]
        raise UsageError(
            f"{_FLAG}: {names[0]} is not set; start the trainer by srun within a Slurm job"
        )

    def get(self, name: str, default: str) -> str:
        return self._environment.get(name) or default

    def parsed(self, name: str, value: str, parse: Callable[[str], list[T]]) -> list[T]:
        try:
            return parse(value)
        except NodeListError as error:
            raise self.error(name, value, str(error)) from None

    def number(self, *names: str) -> int:
        name, value = self.first(names)
        if not _NUMBER.fullmatch(value):
            raise self.error(name, value, f'"{value}" is no number')
        return int(value)

    def error(self, name: str, value: str, problem: str) -> ConfigError:
        return ConfigError.at(ConfigText(name, value).origin(1, 1), _FLAG, problem)


def _tasks_per_node(variables: _Variables, nodes: int) -> list[int]:
    name, text = variables.first(_TASKS_PER_NODE)
    counts = variables.parsed(name, text, expand_tasks_per_node)
    tasks = variables.number(*_TASKS)
    if len(counts) != nodes or sum(counts) != tasks:
        problem = (
            f"{sum(counts)} tasks on {len(counts)} nodes, but the step has {tasks} tasks and {nodes} "
            "nodes; start the trainer by srun, without changing its variables"
        )
        raise variables.error(name, text, problem)
    return counts


def _places(counts: list[int], variables: _Variables) -> list[tuple[int, int]]:
    """Returns the node of each task, and the task's number on it."""
    by_node = [[(node, number) for number in range(count)] for node, count in enumerate(counts)]
    text = variables.get("SLURM_DISTRIBUTION", "block")
    kind = re.split(r"[:,]", text)[0]
    if kind == "block":
        return list(itertools.chain.from_iterable(by_node))
    if kind == "cyclic":
        rounds = itertools.zip_longest(*by_node)
        return [place for round_ in rounds for place in round_ if place is not None]
    problem = f'tasks are distributed by "{kind}"; give srun --distribution=block or cyclic'
    raise variables.error("SLURM_DISTRIBUTION", text, problem)


def _default_port(environment: Mapping[str, str]) -> int:
    job = environment.get("SLURM_JOB_ID", "0")
    number = int(job) if _NUMBER.fullmatch(job) else 0
    return _FIRST_PORT + number % _PORT_BLOCKS * _PORTS_PER_JOB
