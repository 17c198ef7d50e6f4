"""A network of this machine's own, whose cables can be pulled: namespaces that a bridge joins."""

import contextlib
import subprocess
from collections.abc import Sequence

from tests.jobs.machine import Machine, Namespace, NoNamespace

_SUBNET = "10.205.0"
_PORT = 7000
_PROGRAMS_SECONDS = 60


class Network(Machine):
    """A host for each member. Used as a context manager it is gone afterwards.

    Nothing outside of the namespaces changes.
    """

    def __init__(self, names: Sequence[str]):
        """Makes the hosts.

        Args:
          names: Those of the members.

        Raises:
          NoNamespace: The system refuses it, or lacks the programs.
        """
        self._numbers = {name: number for number, name in enumerate(names, 2)}
        self._hosts: dict[str, Namespace] = {}
        with contextlib.ExitStack() as opened:
            self._bridge = opened.enter_context(contextlib.closing(Namespace("net")))
            _run_in(self._bridge, "ip link add bridge type bridge")
            _run_in(self._bridge, "ip link set bridge up")
            for name, number in self._numbers.items():
                self._hosts[name] = opened.enter_context(contextlib.closing(Namespace("net")))
                self._connect(self._hosts[name], number)
            self._opened = opened.pop_all()

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def addresses(self, names: Sequence[str]) -> list[str]:
        return [f"{_SUBNET}.{self._numbers[name]}:{_PORT}" for name in names]

    def command(self, name: str) -> list[str]:
        return self._hosts[name].command()

    def cut(self, name: str) -> None:
        """Pulls a host's cable: what it sends, and what is sent to it, is lost without a word."""
        _run_in(self._bridge, f"ip link set host{self._numbers[name]} down")

    def mend(self, name: str) -> None:
        """Puts it in again."""
        _run_in(self._bridge, f"ip link set host{self._numbers[name]} up")

    def _connect(self, host: Namespace, number: int) -> None:
        cable = f"host{number}"
        _run_in(self._bridge, f"ip link add {cable} type veth peer name cable netns {host.process}")
        _run_in(self._bridge, f"ip link set {cable} master bridge")
        _run_in(self._bridge, f"ip link set {cable} up")
        _run_in(host, "ip link set lo up")
        _run_in(host, f"ip addr add {_SUBNET}.{number}/24 dev cable")
        _run_in(host, "ip link set cable up")


def _run_in(host: Namespace, command: str) -> None:
    try:
        subprocess.run(
            [*host.command(), *command.split()],
            check=True,
            capture_output=True,
            text=True,
            timeout=_PROGRAMS_SECONDS,
        )
    except OSError as error:
        raise NoNamespace(str(error)) from None
    except subprocess.CalledProcessError as error:
        raise NoNamespace(f"{command}: {error.stderr.strip()}") from None
