"""The main of every frazo_py_test: pytest on the files named as arguments."""

import os
import sys

import pytest

if __name__ == "__main__":
    options = ["-q", "-p", "no:cacheprovider", "--color=no"]
    xml = os.environ.get("XML_OUTPUT_FILE")
    if xml:
        options.append(f"--junitxml={xml}")
    only = os.environ.get("TESTBRIDGE_TEST_ONLY")
    if only:
        options += ["-k", only]
    # Expected scratch files of a test go where Bazel cleans up.
    scratch = os.environ.get("TEST_TMPDIR")
    if scratch:
        options.append(f"--basetemp={os.path.join(scratch, 'pytest')}")
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(scratch, "hypothesis"))
    sys.exit(pytest.main(options + sys.argv[1:]))
