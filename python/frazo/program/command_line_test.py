import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from absl import flags
from absl.testing import flagsaver
from frazo.program.command_line import CommandLine, log_console, path_argument, version_lines
from frazo.program.console import Console


def parse(*arguments):
    parser = CommandLine(prog="program")
    parser.add_argument("--size", type=int, default=1)
    return parser.parse_args(arguments)


@pytest.fixture(autouse=True)
def saved_flags():
    with flagsaver.flagsaver():
        yield


def test_the_flags_of_absl_stand_beside_those_of_the_program():
    assert parse("--logtostderr", "--size=3", "--v=1").size == 3
    assert (flags.FLAGS.logtostderr, flags.FLAGS.v) == (True, 1)


def test_flags_come_from_a_file(tmp_path):
    (tmp_path / "flags").write_text("--size=7\n# a comment\n--alsologtostderr\n")
    assert parse(f"--flagfile={tmp_path}/flags").size == 7
    assert flags.FLAGS.alsologtostderr


@pytest.mark.parametrize("argument", ["--siz=3", "--logtostder", "--nothing"])
def test_a_flag_that_does_not_exist_ends_with_code_2(argument, capsys):
    with pytest.raises(SystemExit) as end:
        parse(argument)
    assert end.value.code == 2
    assert f"unrecognized arguments: {argument}" in capsys.readouterr().err


def test_a_missing_flagfile_is_named(capsys):
    with pytest.raises(SystemExit) as end:
        parse("--flagfile=/nowhere/flags")
    assert end.value.code == 2
    assert "/nowhere/flags" in capsys.readouterr().err


def test_helpfull_shows_the_flags_of_absl_too(capsys):
    with pytest.raises(SystemExit) as end:
        parse("--helpfull")
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert "--size" in shown
    assert "logtostderr" in shown


def test_version_names_what_runs_here(capsys):
    with pytest.raises(SystemExit) as end:
        parse("--version")
    assert end.value.code == 0
    assert capsys.readouterr().out.splitlines() == version_lines()
    assert re.fullmatch(r"Frazo \d+\.\d+\.\d+", version_lines()[0])
    assert re.fullmatch(
        r"processor: \d+ threads, kernels for (baseline|sse4|avx2|avx512( vnni)?)",
        version_lines()[-1],
    )


def test_paths_may_begin_with_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/user")
    assert path_argument("~/log") == Path("/home/user/log")
    assert path_argument("/tmp/~log") == Path("/tmp/~log")


def test_a_console_gives_copies_of_its_lines():
    copies = []
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err, copy=copies.append)
    console.line("step: 1")
    console.warning("slow")
    console.live("nothing for a file")
    assert copies == ["step: 1", "warning: slow"]
    assert (out.getvalue(), err.getvalue()) == ("step: 1\n", "warning: slow\n")


def test_logtostderr_leaves_standard_output_empty(capsys):
    parse("--logtostderr")
    log_console().line("step: 1")
    assert tuple(capsys.readouterr()) == ("", "step: 1\n")


PROGRAM = """
import sys
from frazo.program.command_line import CommandLine, log_console, run_program

def main(arguments):
    CommandLine(prog="program").parse_args(arguments)
    console = log_console()
    console.line("step: 1")
    console.warning("slow")
    return 3

run_program(main)
"""


def run(*arguments):
    environment = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin", "USER": "user"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        env=environment,
    )


def test_a_program_ends_with_its_exit_code():
    ran = run()
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "step: 1\n", "warning: slow\n")


def test_log_dir_keeps_the_lines_in_a_file_with_their_times(tmp_path):
    ran = run(f"--log_dir={tmp_path}/logs")
    assert (ran.returncode, ran.stdout) == (3, "step: 1\n"), ran.stderr
    files = [path for path in (tmp_path / "logs").iterdir() if not path.is_symlink()]
    assert len(files) == 1
    lines = [line for line in files[0].read_text().splitlines() if line.startswith("I")]
    assert [line.partition("] ")[2] for line in lines] == ["step: 1", "warning: slow"]


def test_alsologtostderr_copies_the_lines():
    ran = run("--alsologtostderr")
    assert ran.stdout == "step: 1\n"
    assert "] step: 1\n" in ran.stderr
