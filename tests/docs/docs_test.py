"""What the documents show works: every `./bazelw run` command is run, with /tmp moved aside and trainings cut short,
and then the Python, block after block in one process.

So is `head`, by which a document makes a file for the next command.
"""

import importlib.util
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from documents import Command, commands, python_blocks
from frazo_tools.gettext.mo_file_writer import write_mo
from frazo_tools.gettext.sample import sample_messages

RUNFILES = pathlib.Path.cwd()
DOCUMENTS = [RUNFILES / "README.md", *sorted((RUNFILES / "docs").glob("*.md"))]
PROGRAMS = {
    "//:trainer": RUNFILES / "python/frazo/jobs/trainer",
    "//tools:build_vocab": RUNFILES / "tools/frazo_tools/vocab/build_vocab",
    "//tools:gettext_pairs": RUNFILES / "tools/frazo_tools/gettext/gettext_pairs",
    "//tools:keras2ckpt": RUNFILES / "tools/frazo_tools/images/keras2ckpt",
    "//tools:records": RUNFILES / "tools/frazo_tools/records/records",
    "//tools:source_lines": RUNFILES / "tools/frazo_tools/vocab/source_lines",
    "//tools:translate": RUNFILES / "tools/frazo_tools/translation/translate",
    "//tests/export:translate_lines": RUNFILES / "tests/export/translate_lines",
}
# Enough for two checkpoints and an evaluation.
SHORT = ["--set", "train.max_steps=20", "--set", "train.save_interval_steps=10"]
# The same for translation, whose smallest model is too large for that.
SMALL_TRANSFORMER = [
    f"--set=task.translation.transformer.{field}"
    for field in (
        "source_embedding.vocab_size=300",
        "source_embedding.dim=32",
        "encoder.num_layers=1",
        "decoder.num_layers=1",
    )
]
TIMEOUT_SECONDS = 280


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

    mnist/idx/ holds a small MNIST in the files that the documents name, catalogues/ some messages.
    """
    folder = tmp_path_factory.mktemp("tmp")
    for name in ("docs", "python"):
        (folder / name).symlink_to(RUNFILES / name)
    (folder / "bazel-bin").symlink_to(RUNFILES)
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
    (folder / "catalogues").mkdir()
    (folder / "catalogues" / "de.mo").write_bytes(write_mo(sample_messages(80)))
    return folder


def moved_arguments(command: Command, scratch: pathlib.Path) -> list[str]:
    arguments = [word.replace("/tmp/", f"{scratch}/") for word in command.arguments]
    if command.target == "//tools:keras2ckpt":
        return [*arguments, f"--out={scratch}/mnist/mnist"]
    if command.target == "//tools:source_lines":
        return [*arguments, f"--output={scratch}/source_lines"]
    if command.target == "//tools:gettext_pairs":
        return [*arguments, f"--from={scratch}/catalogues", "--held_out=5", "--vocab_size=300"]
    if any(word.startswith("--logdir") for word in arguments):
        arguments += SHORT
        if any(word.startswith("--model=mt.") for word in arguments):
            arguments += SMALL_TRANSFORMER
    if command.target != "//:trainer":
        return arguments
    return [moved_model(word, scratch) for word in arguments]


def moved_model(word: str, scratch: pathlib.Path) -> str:
    """The experiment whose name stands in --model=, where it reads from /tmp as a file that reads
    from `scratch`.
    """
    if not word.startswith("--model=") or word == "--model=list":
        return word
    domain, data, name = word.removeprefix("--model=").split(".")
    text = (RUNFILES / f"python/frazo/tasks/{domain}/configs/{data}/{name}.textproto").read_text(
        encoding="utf-8"
    )
    if "/tmp/" not in text:
        return word
    moved = scratch / f"{name}.textproto"
    moved.write_text(text.replace("/tmp/", f"{scratch}/"), encoding="utf-8")
    return f"--config={moved}"


def command_line(command: Command, scratch: pathlib.Path) -> list[str | pathlib.Path]:
    if command.target is None:
        return ["bash", "-c", " ".join(command.words).replace("/tmp/", f"{scratch}/")]
    words = [PROGRAMS[command.target], *moved_arguments(command, scratch)]
    # What comes from a file or goes into one is the shell's business.
    return ["bash", "-c", " ".join(map(str, words))] if "<" in command.words else words


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
            env={
                **os.environ,
                "BUILD_WORKING_DIRECTORY": str(scratch),
                "BUILD_WORKSPACE_DIRECTORY": str(RUNFILES),
            },
            cwd=scratch,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert ran.returncode == 0, f"{command.place}: {' '.join(command.words)}\n{ran.stdout}"
    run_python(document, scratch)


def run_python(document: pathlib.Path, scratch: pathlib.Path) -> None:
    """Runs the document's blocks as one program; those on PyTorch only where there is PyTorch."""
    has_torch = importlib.util.find_spec("torch") is not None
    blocks = [
        f"print({place!r}, flush=True)\n{block}"
        for place, block in python_blocks(document)
        if has_torch or "import torch" not in block
    ]
    program = "\n".join(blocks).replace("/tmp/", f"{scratch}/")
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=scratch,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert ran.returncode == 0, ran.stdout


def test_the_documents_show_commands():
    shown = {command.target for document in DOCUMENTS for command in run_commands(document)}
    assert shown - {None} == set(PROGRAMS)
