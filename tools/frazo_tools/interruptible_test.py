import signal
import subprocess
import sys
from pathlib import Path

import pytest
from frazo_tools.interruptible import exit_code, run_with_options

_PROGRAM = """
import signal
from frazo_tools.interruptible import exit_code, run_interruptible

def wait():
    print("begun", flush=True)
    signal.pause()

run_interruptible(lambda arguments: exit_code("waiter", wait, (ValueError,)))
"""


def test_the_code_of_a_program_that_finishes():
    assert exit_code("tool", lambda: None, (ValueError,)) == 0


def test_an_error_that_the_user_can_mend_is_a_line(capsys):
    def run():
        raise ValueError("--size=0 is too small")

    assert exit_code("tool", run, (OSError, ValueError)) == 1
    assert capsys.readouterr().err == "tool: --size=0 is too small\n"


def test_another_error_keeps_its_traceback():
    def run():
        raise ValueError("a fault of the program")

    with pytest.raises(ValueError, match=r"a fault of the program"):
        exit_code("tool", run, (OSError,))


def test_options_are_parsed_and_used_in_the_users_folder(tmp_path, monkeypatch, capsys):
    # What the program changes is changed back after the test.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "user").mkdir()
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path / "user"))

    def parse(arguments):
        return [Path.cwd().name, *arguments]

    def run(options):
        raise ValueError(f"{Path.cwd().name}: {' '.join(options)}")

    assert run_with_options("tool", ["--size=0"], parse, run, (ValueError,)) == 1
    assert capsys.readouterr().err == "tool: user: user --size=0\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_interrupts(number):
    command = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, "waiter: interrupted\n")
