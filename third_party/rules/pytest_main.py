"""The main of every frazo_py_test: pytest on the files named as arguments.

An ordinary run is the same each time. Two environment variables vary it (CONTRIBUTING.md,
"Variations"):
    FRAZO_TEST_SEED: a whole number. Another one draws other examples and other initial weights.
      Default: 0.
    FRAZO_TEST_EXAMPLES: how many times as many examples hypothesis draws. Default: 1.
A target with a shard_count divides its tests among as many processes.
"""

import gc
import importlib
import os
import pathlib
import sys

import hypothesis
import pytest

SEED = int(os.environ.get("FRAZO_TEST_SEED") or 0)
TIMES_AS_MANY_EXAMPLES = int(os.environ.get("FRAZO_TEST_EXAMPLES") or 1)
# Seeds of one test and of one run: no two of them meet.
SEED_STRIDE = 1_000_003


class MoreExamples:
    """A plugin of pytest: each hypothesis test draws TIMES_AS_MANY_EXAMPLES as it says."""

    def pytest_collection_modifyitems(self, items) -> None:
        # Cases of one test share its function.
        for test in {item.obj for item in items if hypothesis.is_hypothesis_test(item.obj)}:
            own = getattr(test, "_hypothesis_internal_use_settings", hypothesis.settings.default)
            test._hypothesis_internal_use_settings = hypothesis.settings(
                own, max_examples=own.max_examples * TIMES_AS_MANY_EXAMPLES
            )


class QuickImports:
    """A plugin of pytest: test files import TensorFlow without Keras, which takes a second, and
    without the collector of garbage, which takes another.

    As in frazo.program.tensorflow_start, but test files import TensorFlow themselves.
    """

    _KERAS_CHOICE = "TF_USE_LEGACY_KERAS"

    def pytest_collection(self) -> None:
        os.environ[self._KERAS_CHOICE] = "1"
        gc.disable()

    def pytest_collection_finish(self) -> None:
        del os.environ[self._KERAS_CHOICE]
        # What was imported stays: no later collection looks at it, nor that of the process' end.
        gc.freeze()
        gc.enable()


class Shard:
    """A plugin of pytest: runs every n-th test, where Bazel divides a target into n shards."""

    def __init__(self) -> None:
        self._index = int(os.environ.get("TEST_SHARD_INDEX") or 0)
        self.count = int(os.environ.get("TEST_TOTAL_SHARDS") or 1)
        # By the file Bazel learns that the shards differ.
        if "TEST_SHARD_STATUS_FILE" in os.environ:
            pathlib.Path(os.environ["TEST_SHARD_STATUS_FILE"]).touch()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items) -> None:
        items[:] = items[self._index :: self.count]


def set_up_hypothesis() -> list[str]:
    """What all tests have in common, whatever their own settings are; returns options for
    pytest.
    """
    hypothesis.settings.register_profile(
        "frazo",
        # No test asserts a time, and that it makes its examples fast enough is such an assertion.
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        derandomize=SEED == 0,
        database=None,
    )
    hypothesis.settings.load_profile("frazo")
    return [f"--hypothesis-seed={SEED}"] if SEED else []


def vary_initial_weights() -> None:
    """Gives the variables of models other initial values, where the test has models."""
    try:
        initializer = importlib.import_module("frazo.layers.initializer")
    except ImportError:
        return
    random_stream = initializer.random_stream
    initializer.random_stream = lambda seed, path: random_stream(seed + SEED_STRIDE * SEED, path)


def main(files: list[str]) -> int:
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
    options += set_up_hypothesis()
    if SEED:
        vary_initial_weights()
    shard = Shard()
    code = pytest.main(options + files, plugins=[QuickImports(), MoreExamples(), shard])
    # Where a filter selects fewer tests than there are shards, some have none.
    return 0 if code == pytest.ExitCode.NO_TESTS_COLLECTED and shard.count > 1 else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
