"""Servers that documents start in the background of their shell."""

import pathlib
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence

# What a server prints when it serves.
_READY = "the server is ready"
_POLL_SECONDS = 0.1


class Background:
    """The servers that run, the newest last."""

    def __init__(self, folder: pathlib.Path):
        """folder: gets the files that the servers print into."""
        self._folder = folder
        self._running: list[tuple[subprocess.Popen[bytes], pathlib.Path, int]] = []
        self._started = 0

    def start(
        self, line: Sequence[str], environment: Mapping[str, str], timeout_seconds: float
    ) -> "subprocess.CompletedProcess[str]":
        """Starts a server, and waits until it is ready, or has ended.

        Args:
          line: The command line.
          environment: Its environment.
          timeout_seconds: How long it may take.
        """
        self._started += 1
        path = self._folder / f"server{self._started}.log"
        with path.open("wb") as out:
            process = subprocess.Popen(
                line, env=dict(environment), stdout=out, stderr=subprocess.STDOUT, cwd=self._folder
            )
        ends = time.monotonic() + timeout_seconds
        while _READY not in path.read_text() and process.poll() is None:
            if time.monotonic() > ends:
                process.kill()
            time.sleep(_POLL_SECONDS)
        printed = path.read_text()
        if process.poll() is not None:
            return subprocess.CompletedProcess(line, process.returncode, printed)
        self._running.append((process, path, len(printed)))
        return subprocess.CompletedProcess(line, 0, printed)

    def end_newest(self, timeout_seconds: float) -> "subprocess.CompletedProcess[str]":
        """Ends the newest server; returns what it printed since it was ready."""
        process, path, shown = self._running.pop()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return subprocess.CompletedProcess(
            process.args, process.returncode, path.read_text()[shown:]
        )

    def end_all(self) -> None:
        """Ends what still runs."""
        while self._running:
            process, _, _ = self._running.pop()
            process.kill()
            process.wait()
