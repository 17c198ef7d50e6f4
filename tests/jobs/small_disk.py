"""A file system that is soon full, which only the processes of a run see."""

import errno
from pathlib import Path

from tests.jobs.machine import Machine, Namespace

_PIECE_BYTES = 4096


class SmallDisk(Machine):
    """This machine with a small file system in place of a folder. Used as a context manager it is
    gone afterwards.

    Attributes:
      path: Where this process finds the folder's content.
    """

    def __init__(self, folder: Path, size: str):
        """Makes it, in a namespace of its own.

        Args:
          folder: An empty folder.
          size: Of the file system: "2m".

        Raises:
          NoNamespace: The system refuses it, or lacks the programs.
        """
        self._namespace = Namespace("mount", f"mount -t tmpfs -o size={size} tmpfs '{folder}'")
        self.path = Path(f"/proc/{self._namespace.process}/root{folder}")
        self._filler = self.path / "filler"

    def __enter__(self) -> "SmallDisk":
        return self

    def __exit__(self, *_: object) -> None:
        self._namespace.close()

    def command(self, name: str) -> list[str]:
        del name
        return self._namespace.command()

    def fill(self) -> None:
        """Writes until there is no room left."""
        try:
            with self._filler.open("ab", buffering=0) as file:
                while True:
                    file.write(bytes(_PIECE_BYTES))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

    def free(self) -> None:
        """Makes the room again."""
        self._filler.unlink()
