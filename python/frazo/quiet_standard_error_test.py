import os
import subprocess
import sys

import pytest

from frazo.quiet_standard_error import quiet_standard_error


def test_what_is_written_is_shown_only_where_the_block_fails(capfd):
    with quiet_standard_error():
        os.write(2, b"library starts\n")
    assert capfd.readouterr().err == ""
    with pytest.raises(ImportError), quiet_standard_error():
        os.write(2, b"library starts\n" * 10000)
        raise ImportError
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "library starts\n" * 10000 + "after\n"


@pytest.mark.parametrize(
    "use", ["from frazo import _core", "import frazo; frazo._core; frazo.Pipeline"]
)
def test_the_runtime_starts_without_a_word(use):
    started = subprocess.run(
        [sys.executable, "-c", use],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")
