"""Tests pytest_main with FRAZO_TEST_SEED=5 and FRAZO_TEST_EXAMPLES=3, which the target sets."""

import zlib

from frazo.layers.initializer import random_stream
from hypothesis import given, settings
from hypothesis import strategies as st

DRAWN: dict[str, list[int]] = {"own": [], "default": []}


@settings(max_examples=10)
@given(st.integers(0, 2**60))
def test_draws_of_its_own_number(number):
    DRAWN["own"].append(number)


@given(st.integers(0, 2**60))
def test_draws_of_the_default_number(number):
    DRAWN["default"].append(number)


def test_there_were_three_times_as_many():
    assert len(DRAWN["own"]) == 3 * 10
    assert len(DRAWN["default"]) == 3 * 100


def test_variables_have_the_initial_values_of_another_seed():
    # pytest_main adds 5 times 1,000,003 to the seed.
    assert random_stream(301, "a/kernel") == [5_000_316, zlib.crc32(b"a/kernel")]
