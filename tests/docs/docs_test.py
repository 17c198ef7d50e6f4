"""What the documents show works: every `./bazelw run` command is run, with /tmp moved aside and
trainings cut short, and then the Python, block after block in one process. What they print has the
form that the documents show.

So are `head`, `paste` and `printf`, by which a document makes files for the next command, `curl`,
which asks a server that runs in the background, and `kill`, which ends it.
"""

import pathlib

import pytest
from documents import Step, Transcript, python_blocks, steps
from scratch import PROGRAMS, Scratch, can_run
from transcript_form import lines_never_printed

RUNFILES = pathlib.Path.cwd()
DOCUMENTS = [RUNFILES / "README.md", *sorted((RUNFILES / "docs").glob("*.md"))]
TIMEOUT_SECONDS = 280
# The transcript of a command that fails.
MISTAKE = "mistake"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return Scratch(tmp_path_factory.mktemp("tmp"), RUNFILES, short=True)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_shows_what_its_commands_print(document, scratch):
    try:
        wrong = wrong_transcripts(document, scratch)
    finally:
        scratch.end_servers()
    assert not wrong, "\n".join(wrong)


def wrong_transcripts(document: pathlib.Path, scratch: Scratch) -> list[str]:
    """Runs a document; returns what its transcripts show and its commands do not print."""
    printed: list[str] = []
    wrong: list[str] = []
    for step in steps(document):
        printed = run_step(step, scratch) or printed
        for transcript in step.transcripts:
            wrong += differences(transcript, printed)
    for block, printed in scratch.run_python(python_blocks(document), TIMEOUT_SECONDS).items():
        if block.transcript is not None:
            wrong += differences(block.transcript, printed)
    return wrong


def differences(transcript: Transcript, printed: list[str]) -> list[str]:
    missing = lines_never_printed(transcript.lines, printed)
    if not missing:
        return []
    return [f"{transcript.place} shows:", *missing, "That is not printed. This is:", *printed]


def run_step(step: Step, scratch: Scratch) -> list[str]:
    """Returns the lines that the commands print."""
    printed: list[str] = []
    for command in step.commands:
        if not can_run(command):
            continue
        ran = scratch.run(command, TIMEOUT_SECONDS)
        fails = any(transcript.name == MISTAKE for transcript in step.transcripts)
        assert (ran.returncode != 0) == fails, (
            f"{command.place}: {' '.join(command.words)}\n{ran.stdout}"
        )
        printed += scratch.moved_back(ran.stdout).splitlines()
    return printed


def test_the_documents_show_commands():
    shown = {
        command.target
        for document in DOCUMENTS
        for step in steps(document)
        for command in step.commands
        if can_run(command)
    }
    assert shown - {None} == set(PROGRAMS)
