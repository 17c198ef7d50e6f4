"""Tries a wheel as a person would: installs it into a new virtual environment, and trains."""

import os
import subprocess
import venv
from pathlib import Path

from frazo.program.errors import JobError

_STEPS = 3
# The build's own Python must not be seen, nor the folder to which programs that Bazel runs write.
_HIDDEN = (
    "BUILD_WORKING_DIRECTORY",
    "BUILD_WORKSPACE_DIRECTORY",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "RUNFILES_DIR",
    "VIRTUAL_ENV",
)
_LAST_LINES = 20


def try_wheel(wheel: Path, folder: Path, version: str) -> None:
    """Installs a wheel with the packages for processors, and runs it.

    Args:
      wheel: The wheel.
      folder: An empty folder, for the environment and what a training writes.
      version: The version that it must say.

    Raises:
      JobError: pip or a program failed, or says something else than expected.
    """
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    programs = environment / "bin"
    pip = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    expect("", folder, [*pip, f"{wheel}[cpu]"])
    expect(version, folder, [programs / "python", "-c", "import frazo; print(frazo.__version__)"])
    expect("usage: frazo-records", folder, [programs / "frazo-records", "--help"])
    train = ["--model=image.mnist.LeNet5", "--logdir=log", f"--set=train.max_steps={_STEPS}"]
    expect(f"done: step {_STEPS}, eval_test", folder, [programs / "frazo-train", *train])


def expect(text: str, folder: Path, command: list[Path | str]) -> None:
    """Runs a command in a folder.

    Raises:
      JobError: It fails, or does not print the text.
    """
    seen = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    ran = subprocess.run(
        command, cwd=folder, env=seen, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    shown = " ".join(map(str, command))
    last = "\n".join(ran.stdout.splitlines()[-_LAST_LINES:])
    if ran.returncode:
        raise JobError(f"{shown} ended with {ran.returncode}. Run it to see more. It said:\n{last}")
    if text not in ran.stdout:
        raise JobError(f"{shown} does not print '{text}'. Run it to see more. It said:\n{last}")
