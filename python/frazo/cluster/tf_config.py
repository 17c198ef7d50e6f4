"""Reads a cluster and this process's part in it from TF_CONFIG, which TensorFlow's own strategies
and the operators of Kubernetes use.

{"cluster": {"chief": ["h:p"], "worker": ["h:p", ...], "ps": [...], "evaluator": ["h:p"]},
 "task": {"type": "worker", "index": 0}}

A chief is worker 0 of synchronous training, followed by the workers, and the trainer of
asynchronous training. The chief's process, or that of worker 0, also is the controller, unless the
cluster has a "controller". The controller's port is the next one after the chief's that no member
uses.
"""

import json
import re
from typing import Any

from frazo.cluster.address import AddressError, parse_address
from frazo.cluster.layout import Layout, OwnPart
from frazo.cluster.layout_document import LayoutDocument
from frazo.config.config_text import ConfigText, Origin
from frazo.config.errors import ConfigError
from frazo.config.suggestions import suggestion

VARIABLE = "TF_CONFIG"
_JOBS = ("chief", "controller", "evaluator", "ps", "worker")
# Its older name.
_MASTER = "master"
_NUMBER = re.compile(r"[0-9]{1,9}")


def read_tf_config(text: str, mode: str, evaluated: list[str]) -> Layout:
    """Returns the cluster of a text, and the jobs of this process.

    Args:
      text: The variable's value.
      mode: "sync" or "async".
      evaluated: The jobs of an evaluator: "evaler_test".

    Raises:
      ConfigError: The text is wrong.
    """
    config = _Text(text)
    members = config.members()
    document = LayoutDocument(config.text)
    chief = members["chief"]
    is_async = mode == "async"
    workers = members["worker"] if is_async else chief + members["worker"]
    for field, addresses in (("workers", workers), ("parameter_servers", members["ps"])):
        for address in addresses:
            document.add(field, address, config.origin(address))
    if is_async and chief:
        document.set("trainer", chief[0], config.origin(chief[0]))
    for job in evaluated if members["evaluator"] else []:
        document.add("followers", job, config.text.origin(1, 1))
    if members["controller"]:
        controller = members["controller"][0]
        document.set("controller", controller, config.origin(controller))
    elif chief + workers:
        neighbour = (chief + workers)[0]
        taken = [address for addresses in members.values() for address in addresses]
        document.set("controller", _next_port(neighbour, taken, config), config.origin(neighbour))
    return Layout(document.document, _own_part(config, members, is_async, evaluated))


class _Text:
    """The variable's text and what is in it."""

    def __init__(self, text: str):
        self.text = ConfigText(VARIABLE, text)
        try:
            self._content = json.loads(text)
        except json.JSONDecodeError as error:
            at = self.text.origin(error.lineno, error.colno)
            raise ConfigError.at(at, VARIABLE, f"this is no JSON: {error.msg}") from None
        except (RecursionError, ValueError):
            # It nests too deep, or has a number of thousands of digits.
            raise self.error("this is no JSON that a cluster is written in") from None

    def error(self, problem: str, word: str | None = None) -> ConfigError:
        """Returns an error at the first occurrence of a word, or at the start."""
        at = self.text.origin(1, 1) if word is None else self.origin(word)
        return ConfigError.at(at, VARIABLE, problem)

    def origin(self, word: str) -> Origin:
        """Returns where a word stands in quotes; the start if it was written with escapes."""
        before, found, _ = self.text.text.partition(f'"{word}"')
        if not found:
            return self.text.origin(1, 1)
        return self.text.origin(before.count("\n") + 1, len(before) - before.rfind("\n"))

    def members(self) -> dict[str, list[str]]:
        """Returns the addresses of each job; jobs that are missing have none."""
        cluster = self._part("cluster", '{"worker": ["host:port"]}')
        members: dict[str, list[str]] = {job: [] for job in _JOBS}
        for name, addresses in cluster.items():
            job = "chief" if name == _MASTER else name
            if job not in members:
                problem = f'no job is called "{name}"; {suggestion(name, _JOBS, "the jobs are")}'
                raise self.error(problem, name)
            is_list = isinstance(addresses, list)
            if not is_list or not all(isinstance(a, str) and a.isascii() for a in addresses):
                raise self.error(f'"{name}" is no list of "host:port"; correct it', name)
            if job in ("chief", "controller") and len(addresses) > 1:
                raise self.error(f"there is one {name} in a cluster; leave one address", name)
            members[job] = addresses
        return members

    def task(self) -> tuple[str, int]:
        """Returns the type and the number of this process's task."""
        task = self._part("task", '{"type": "worker", "index": 0}')
        kind, index = task.get("type"), task.get("index", 0)
        # Some launchers write the number as a text.
        if isinstance(index, str) and _NUMBER.fullmatch(index):
            index = int(index)
        if not isinstance(kind, str) or not isinstance(index, int) or isinstance(index, bool):
            raise self.error('expected "task": {"type": "worker", "index": 0}', "task")
        return ("chief" if kind == _MASTER else kind), index

    def _part(self, name: str, example: str) -> dict[str, Any]:
        content = self._content
        part = content.get(name) if isinstance(content, dict) else None
        if not isinstance(part, dict):
            raise self.error(f'"{name}" is missing; expected "{name}": {example}')
        return part


def _next_port(neighbour: str, taken: list[str], config: _Text) -> str:
    try:
        address = parse_address(neighbour)
        used = {parse_address(text) for text in taken}
    except AddressError as error:
        raise config.error(str(error)) from None
    for port in range(address.port + 1, 65536):
        if address._replace(port=port) not in used:
            return str(address._replace(port=port))
    problem = f'{address}: no port is left after it for the controller; add "controller"'
    raise config.error(problem, neighbour)


def _own_part(
    config: _Text, members: dict[str, list[str]], is_async: bool, evaluated: list[str]
) -> OwnPart:
    kind, index = config.task()
    if not 0 <= index < len(members.get(kind, [])):
        known = [f"{job} 0 to {len(a) - 1}" for job, a in members.items() if a]
        problem = (
            f'task "{kind}" {index} is not in the cluster; it has {", ".join(known) or "none"}'
        )
        raise config.error(problem, "task")
    if kind == "evaluator":
        return OwnPart(",".join(evaluated), 0, VARIABLE)
    jobs = {"chief": "trainer" if is_async else "worker"}.get(kind, kind)
    is_first = kind == "chief" or (kind == "worker" and index == 0 and not members["chief"])
    if is_first and not members["controller"]:
        jobs = f"controller,{jobs}"
    if kind == "worker" and members["chief"] and not is_async:
        index += 1
    return OwnPart(jobs, index, VARIABLE)
