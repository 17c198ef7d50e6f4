"""Where the processes of a run are."""

import subprocess
from collections.abc import Sequence

from frazo.shard.worker_processes import free_addresses


class Machine:
    """This machine, where all have the loopback address."""

    def addresses(self, names: Sequence[str]) -> list[str]:
        """Returns host:port for each member: "controller", "worker 0"."""
        return free_addresses(len(names))

    def command(self, name: str) -> list[str]:
        """Returns what runs the command behind it where a member is, in the same process."""
        del name
        return []


class NoNamespace(Exception):
    """This machine makes no namespaces; str() says why."""


class Namespace:
    """A namespace of the system. It lasts until close(), or until this process ends.

    Attributes:
      process: The number of a process in it.
    """

    def __init__(self, kind: str, prepare: str = "true"):
        """Makes it.

        Args:
          kind: "net" or "mount", as `unshare` calls it.
          prepare: A command for the shell that runs in it first.

        Raises:
          NoNamespace: The system refuses it, or lacks the programs.
        """
        try:
            self._holder = subprocess.Popen(
                # It ends with this process, whose pipe it reads.
                ["unshare", f"--{kind}", "sh", "-c", f"{prepare} && echo made && exec cat"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        except OSError as error:
            raise NoNamespace(str(error)) from None
        self.process = self._holder.pid
        self._file = {"net": "net", "mount": "mnt"}[kind]
        self._kind = kind
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "made\n":
            raise NoNamespace(self._holder.communicate()[1].strip())

    def command(self) -> list[str]:
        """Returns what runs the command behind it in the namespace, in the same process."""
        return ["nsenter", f"--{self._kind}=/proc/{self.process}/ns/{self._file}"]

    def close(self) -> None:
        self._holder.communicate()
