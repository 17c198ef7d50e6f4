"""The main of Python tests: several files in one process, filters, shards."""

import os
import pathlib
import subprocess
import sys

import pytest

MAIN = pathlib.Path("third_party/rules/pytest_main.py").resolve()
FILES = {
    "first_test.py": """
        import gc
        def test_one(): print("first one", gc.isenabled(), gc.get_freeze_count() > 0)
        def test_two(): print("first two")
    """,
    "second_test.py": """
        def test_one(): print("second one")
        def test_fails(): assert 1 == 2
    """,
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        lines = [line.removeprefix(" " * 8) for line in text.splitlines()]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def run(folder: pathlib.Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Runs both files; returns the exit status and what the tests and pytest print."""
    own = ("TEST_", "TESTBRIDGE_", "XML_OUTPUT_FILE", "FRAZO_TEST_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    ran = subprocess.run(
        [sys.executable, str(MAIN), *FILES, "-s", *arguments],
        cwd=folder,
        env={**environment, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return ran.returncode, ran.stdout


def test_files_share_a_process_and_a_failure_names_its_file(folder):
    code, printed = run(folder)
    assert code == 1
    assert "FAILED second_test.py::test_fails - assert 1 == 2" in printed
    assert "1 failed, 3 passed" in printed


def test_garbage_is_collected_while_tests_run_except_for_what_was_imported(folder):
    assert "first one True True" in run(folder, "-k", "first_test")[1]


@pytest.mark.parametrize(
    ("only", "passed"), [("first_test", 2), ("test_one", 2), ("second_test and one", 1)]
)
def test_a_filter_selects_a_file_or_a_case(folder, only, passed):
    code, printed = run(folder, TESTBRIDGE_TEST_ONLY=only)
    assert (code, f"{passed} passed" in printed) == (0, True), printed


def test_a_filter_that_selects_nothing_is_a_failure(folder):
    assert run(folder, TESTBRIDGE_TEST_ONLY="third_test")[0] == 5


def test_each_test_runs_in_one_shard(folder):
    printed = []
    for index in range(3):
        status = folder / f"status{index}"
        code, shard = run(
            folder,
            TEST_TOTAL_SHARDS="3",
            TEST_SHARD_INDEX=str(index),
            TEST_SHARD_STATUS_FILE=str(status),
        )
        assert status.exists()
        # The fourth test fails.
        assert code == (1 if index == 0 else 0), shard
        printed.append(shard)
    for text, index in (("first one", 0), ("first two", 1), ("second one", 2)):
        assert [text in shard for shard in printed] == [index == i for i in range(3)]


def test_a_shard_for_which_a_filter_leaves_nothing_passes(folder):
    code, printed = run(
        folder, TEST_TOTAL_SHARDS="3", TEST_SHARD_INDEX="2", TESTBRIDGE_TEST_ONLY="first_test"
    )
    assert code == 0, printed
