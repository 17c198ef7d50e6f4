"""Renews what documents show as printed, by running their commands and their Python, uncut.

    ./bazelw run -c opt //tests/docs:renew_transcripts -- README.md docs/records.md

A transcript leaves out as much as before: lines are counted from its parts around "...". Its
document says what data its commands read; MNIST is random noise here, unless --mnist names a
folder with MNIST's four IDX files. Translation needs most of an hour, and apt's packages.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from documents import Command, Step, Transcript, python_blocks, steps
from frazo.program.command_line import path_argument, run_program
from frazo.program.durable_file import write_text
from frazo_tools.documented_parser import documented_parser
from scratch import Scratch, can_run
from transcript_form import lines_never_printed, renewed

_LONGEST_SECONDS = 3 * 3600


def main(arguments: Sequence[str]) -> int:
    options = _parse_arguments(arguments)
    runfiles = Path.cwd()
    checkout = Path(os.environ["BUILD_WORKSPACE_DIRECTORY"])
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder), runfiles, checkout=checkout, short=False)
        if options.mnist is not None:
            shutil.copytree(options.mnist, scratch.folder / "mnist" / "idx", dirs_exist_ok=True)
        for name in options.documents:
            try:
                _renew(checkout / name, scratch)
            finally:
                scratch.end_servers()
    return 0


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("renew_transcripts", __doc__)
    parser.add_argument(
        "documents", nargs="+", metavar="DOCUMENT", help="path in the checkout, such as README.md"
    )
    parser.add_argument(
        "--mnist", type=path_argument, metavar="FOLDER", help="a folder with MNIST's IDX files"
    )
    return parser.parse_args(arguments)


def _renew(document: Path, scratch: Scratch) -> None:
    text = document.read_text(encoding="utf-8")
    outputs: dict[Command, list[str]] = {}
    replaced: list[tuple[Transcript, list[str]]] = []
    for step in steps(document):
        for command in step.commands:
            print(f"{command.place}: {' '.join(command.words)}", flush=True)
            outputs[command] = _output(command, scratch)
        for transcript in step.transcripts:
            replaced.append(
                (transcript, renewed(transcript.lines, _printed(transcript, step, outputs)))
            )
    for block, printed in scratch.run_python(python_blocks(document), _LONGEST_SECONDS).items():
        if block.transcript is not None:
            replaced.append((block.transcript, renewed(block.transcript.lines, printed)))
    for transcript, lines in sorted(replaced, key=lambda pair: pair[0].span, reverse=True):
        begin, end = transcript.span
        text = text[:begin] + "".join(f"{line}\n" for line in lines) + text[end:]
    write_text(document, text)


def _output(command: Command, scratch: Scratch) -> list[str]:
    """Returns the lines that a command prints, without those about its progress."""
    if not can_run(command):
        return []
    ran = scratch.run(command, _LONGEST_SECONDS)
    lines = scratch.moved_back(ran.stdout).splitlines()
    return [line for line in lines if not line.endswith(" ...")]


def _printed(transcript: Transcript, step: Step, outputs: dict[Command, list[str]]) -> list[str]:
    """Returns the output of the command that the transcript is of: the one that it fits best."""
    return min(
        (outputs[command] for command in step.commands),
        key=lambda printed: len(lines_never_printed(transcript.lines, printed)),
    )


if __name__ == "__main__":
    run_program(main)
