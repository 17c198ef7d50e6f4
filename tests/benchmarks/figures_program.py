"""Runs a program that measures itself and prints its figures as a line of JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.side_by_side import Case, Contender, Measurement, MeasurementError

TIMEOUT_SECONDS = 600


def make_contender(
    name: str,
    command: Sequence[str],
    cases: Mapping[str, Case],
    environment: Mapping[str, str] | None = None,
) -> Contender:
    """A contender whose every turn is a run of `command`.

    Args:
        command: a program whose last line of output is a JSON object with `figures`, from names to
            numbers, and `peak_memory_mb`.
        cases: what each of those names measures.
        environment: added to this process's environment.
    """

    def measure() -> Measurement:
        report = _run(command, environment or {})
        try:
            figures = {case: float(report["figures"][key]) for key, case in cases.items()}
            return Measurement(figures, float(report["peak_memory_mb"]))
        except (KeyError, TypeError, ValueError) as error:
            raise MeasurementError(
                f"{' '.join(command)} printed {report}, without a number for {error}"
            ) from error

    return Contender(name, measure)


def make_python_contender(
    name: str,
    program: Path,
    cases: Mapping[str, Case],
    environment: Mapping[str, str] | None = None,
) -> Contender:
    """As make_contender, of a Python file, which sees the modules that this process sees."""
    modules = {"PYTHONPATH": os.pathsep.join(sys.path)}
    return make_contender(
        name, [sys.executable, str(program)], cases, {**modules, **(environment or {})}
    )


def _run(command: Sequence[str], environment: Mapping[str, str]) -> dict:
    try:
        run = subprocess.run(
            command,
            env=os.environ | dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
        )
    except OSError as error:
        raise MeasurementError(f"{command[0]} cannot be started: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise MeasurementError(f"{' '.join(command)} took over {TIMEOUT_SECONDS} s") from error
    lines = run.stdout.splitlines()
    try:
        if run.returncode == 0:
            return json.loads(lines[-1])
    except (IndexError, ValueError):
        pass
    last_lines = [*lines, *run.stderr.splitlines()][-15:]
    fault = f"{' '.join(command)} printed no figures and ended with exit code {run.returncode}:"
    raise MeasurementError("\n    ".join([fault, *last_lines]))


def find_peer(name: str, peers: Path | None, folder: str) -> Path | None:
    """The peer's interpreter; None, with a word about it, where it is not installed."""
    python = peers / folder / "bin/python" if peers else None
    if python and python.exists():
        return python
    where = python or "--peers was not given"
    print(f"{name} is left out: not installed ({where}); see docs/benchmarks.md")
    return None
