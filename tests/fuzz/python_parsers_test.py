"""The parsers in Python end with their own errors, whatever they read.

fuzz_python_parsers does the same with feedback, for longer.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.python_parsers import TARGETS

NAMES = sorted(TARGETS)
# Changes to a seed: a place as a share of the whole, the bytes to leave out there and to put there.
_CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 4), st.binary(max_size=8)), max_size=4
)


@pytest.mark.parametrize("name", NAMES)
def test_seeds_pass(name):
    for seed in TARGETS[name].seeds:
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), changes=_CHANGES)
def test_changed_files_give_messages_or_the_parser_s_error(name, data, changes):
    content = data.draw(st.sampled_from(TARGETS[name].seeds))
    for place, left_out, put in changes:
        begin = int(place * len(content))
        content = content[:begin] + put + content[begin + left_out :]
    TARGETS[name].check(content)


@pytest.mark.parametrize("name", NAMES)
@given(content=st.binary(max_size=200))
def test_arbitrary_bytes_give_the_parser_s_error(name, content):
    TARGETS[name].check(content)
