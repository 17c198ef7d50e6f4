"""Commands are found in documents as a person would read them."""

import pytest
from documents import Command, PythonBlock, commands, python_blocks, steps


def test_commands_are_the_lines_of_sh_blocks(tmp_path):
    document = tmp_path / "tour.md"
    document.write_text(
        "# Tour\n\n```sh\n# first\n./bazelw run -c opt //:trainer -- \\\n    --set 'a=b c' &\n```\n\n"
        "```\nits output\n```\n\n```sh\ngit status\n```\n"
    )
    assert commands(document) == [
        Command(
            "tour.md:4", ("./bazelw", "run", "-c", "opt", "//:trainer", "--", "--set", "a=b c", "&")
        ),
        Command("tour.md:14", ("git", "status")),
    ]


def test_a_run_command_has_a_target_and_arguments():
    command = Command(
        "x.md:1", ("./bazelw", "run", "-c", "opt", "//tools:records", "--", "count", "f")
    )
    assert command.target == "//tools:records"
    assert command.arguments == ["count", "f"]
    assert not command.is_in_background


def test_a_command_may_stay_in_the_background():
    command = Command("x.md:1", ("./bazelw", "run", "//tools:serve", "--", "--host=::1", "&"))
    assert command.is_in_background
    assert command.arguments == ["--host=::1"]


def test_another_command_has_no_target():
    assert Command("x.md:1", ("./bazelw", "test", "//...")).target is None
    assert Command("x.md:1", ("./bazelw", "test", "//...")).arguments == []


def test_python_blocks_have_their_place(tmp_path):
    document = tmp_path / "tour.md"
    document.write_text(
        "# Tour\n\n```python\nx = 1\n\ny = 2\n```\n```sh\nls\n```\n```python\nprint(3)\n```\n\n"
        "```\n3\n```\n"
    )
    first, second = python_blocks(document)
    assert first == PythonBlock("tour.md:4", "x = 1\n\ny = 2\n", None)
    assert (second.place, second.text) == ("tour.md:12", "print(3)\n")
    assert (second.transcript.place, second.transcript.lines) == ("tour.md:16", ("3",))


def test_a_transcript_belongs_to_the_commands_above_it(tmp_path):
    document = tmp_path / "tour.md"
    text = "```sh\nls\n```\n\nprints\n\n<!-- list -->\n```\na\n...\n```\n\n```sh\nps\n```\n"
    document.write_text(text)
    first, second = steps(document)
    (transcript,) = first.transcripts
    assert (transcript.place, transcript.name) == ("tour.md:9", "list")
    assert transcript.lines == ("a", "...")
    assert text[slice(*transcript.span)] == "a\n...\n"
    assert second.commands == (Command("tour.md:14", ("ps",)),) and not second.transcripts


def test_a_transcript_without_a_command_is_an_error(tmp_path):
    document = tmp_path / "tour.md"
    document.write_text("<!-- list -->\n```\na\n```\n")
    with pytest.raises(ValueError, match=r"tour\.md:3: no command stands above this output"):
        steps(document)
