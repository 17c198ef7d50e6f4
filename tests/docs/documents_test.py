"""Commands are found in documents as a person would read them."""

from documents import Command, commands


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


def test_another_command_has_no_target():
    assert Command("x.md:1", ("./bazelw", "test", "//...")).target is None
    assert Command("x.md:1", ("./bazelw", "test", "//...")).arguments == []
