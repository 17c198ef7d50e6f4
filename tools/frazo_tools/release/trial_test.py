"""A command of the trial that fails, or says something else, ends the release."""

import sys

import pytest
from frazo.program.errors import JobError
from frazo_tools.release.trial import expect


def test_a_command_that_fails_is_shown_with_its_last_lines(tmp_path):
    program = "print(*range(100), sep='\\n'); raise SystemExit(3)"
    with pytest.raises(
        JobError, match=r"ended with 3\. Run it to see more\. It said:\n80\n"
    ) as told:
        expect("", tmp_path, [sys.executable, "-c", program])
    assert str(told.value).endswith("\n99")


def test_a_command_that_says_something_else_is_shown(tmp_path):
    with pytest.raises(JobError, match=r"does not print '0\.1\.0'\. Run it .*\n0\.0\.9"):
        expect("0.1.0", tmp_path, [sys.executable, "-c", "print('0.0.9')"])


@pytest.mark.parametrize("name", ["PYTHONPATH", "BUILD_WORKING_DIRECTORY"])
def test_what_bazel_sets_is_hidden(name, tmp_path, monkeypatch):
    monkeypatch.setenv(name, "/nowhere")
    program = f"import os; print(os.environ.get({name!r}))"
    expect("None", tmp_path, [sys.executable, "-c", program])
