"""Every `./bazelw run` command of the documents works: it is run, with /tmp moved aside and trainings cut short.

So is `head`, by which a document makes a file for the next command.
"""

import os
import pathlib
import subprocess

import numpy as np
import pytest
from documents import Command, commands

RUNFILES = pathlib.Path.cwd()
DOCUMENTS = [RUNFILES / "README.md", *sorted((RUNFILES / "docs").glob("*.md"))]
PROGRAMS = {
    "//:trainer": RUNFILES / "python/frazo/jobs/trainer",
    "//tools:keras2ckpt": RUNFILES / "tools/keras2ckpt",
    "//tools:records": RUNFILES / "tools/records",
}
# Enough for two checkpoints and an evaluation.
SHORT = ["--set", "train.max_steps=20", "--set", "train.save_interval_steps=10"]
TIMEOUT_SECONDS = 120


def run_commands(document: pathlib.Path) -> list[Command]:
    return [
        command
        for command in commands(document)
        # Benchmarks take minutes and peers of their own; tests/benchmarks tests them.
        if (command.target and not command.target.startswith("//tests/benchmarks"))
        or command.words[0] == "head"
    ]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """Takes the place of /tmp and, as the current folder, of the checkout.

    mnist/idx/ holds a small MNIST in the files that the documents name.
    """
    folder = tmp_path_factory.mktemp("tmp")
    for name in ("docs", "python"):
        (folder / name).symlink_to(RUNFILES / name)
    idx = folder / "mnist" / "idx"
    idx.mkdir(parents=True)
    random = np.random.default_rng(1)
    for name, count in (("train", 60000), ("t10k", 10000)):
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = random.integers(0, 10, count, dtype=np.uint8)
        shape = b"".join(size.to_bytes(4, "big") for size in images.shape)
        (idx / f"{name}-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03" + shape + images.tobytes())
        (idx / f"{name}-labels-idx1-ubyte").write_bytes(
            b"\0\0\x08\x01" + count.to_bytes(4, "big") + labels.tobytes()
        )
    return folder


def moved_arguments(command: Command, scratch: pathlib.Path) -> list[str]:
    arguments = [word.replace("/tmp/", f"{scratch}/") for word in command.arguments]
    if command.target == "//tools:keras2ckpt":
        return [*arguments, f"--out={scratch}/mnist/mnist"]
    if any(word.startswith("--logdir") for word in arguments):
        arguments += SHORT
    if "--model=image.mnist.LeNet5Full" in arguments:
        for name in ("Train", "Test"):
            arguments += ["--set", f"inputs.{name}.image.tensors.prefix={scratch}/mnist/mnist"]
    return arguments


def command_line(command: Command, scratch: pathlib.Path) -> list[str | pathlib.Path]:
    if command.target is None:
        return ["bash", "-c", " ".join(command.words).replace("/tmp/", f"{scratch}/")]
    return [PROGRAMS[command.target], *moved_arguments(command, scratch)]


def needs_network(command: Command) -> bool:
    return (
        command.target == "//tools:keras2ckpt" and "--from=/tmp/mnist/idx" not in command.arguments
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_the_commands_of_a_document_work_in_their_order(document, scratch):
    for command in run_commands(document):
        if needs_network(command):
            continue
        ran = subprocess.run(
            command_line(command, scratch),
            env={**os.environ, "BUILD_WORKING_DIRECTORY": str(scratch)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert ran.returncode == 0, f"{command.place}: {' '.join(command.words)}\n{ran.stdout}"


def test_the_documents_show_commands():
    shown = {command.target for document in DOCUMENTS for command in run_commands(document)}
    assert shown - {None} == set(PROGRAMS)
