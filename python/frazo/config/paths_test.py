"""Tests of how paths are written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frazo.config.paths import PathError, Step, join, split_assignment


def test_steps_have_the_columns_of_their_text():
    steps, value_start = split_assignment('inputs["a.b"].list[12].name_1=x=y')
    assert steps == [
        Step("inputs", 1),
        Step("a.b", 7),
        Step("list", 15),
        Step(12, 19),
        Step("name_1", 24),
    ]
    assert value_start == 30  # "x=y" is the value


@given(st.lists(st.one_of(st.text(), st.integers(0, 10**6)), max_size=4))
def test_a_written_path_is_read_as_it_was(keys):
    path = "root"
    for key in keys:
        path = join(path, key)
    steps, value_start = split_assignment(f"{path}=1")
    assert [step.key for step in steps] == ["root", *keys]
    assert value_start == len(path) + 1


@pytest.mark.parametrize(
    ("assignment", "column"),
    [
        ("", 1),
        ("=1", 1),
        (".a=1", 1),
        ("[0]=1", 1),
        ("a", 2),
        ("a.=1", 2),
        ("a..b=1", 2),
        ("a[x]=1", 2),
        ("a[-1]=1", 2),
        ("a[0]b=1", 5),
        ('a["x=1', 2),
        ('a["\\xzz"]=1', 2),
        ("a b=1", 2),
    ],
)
def test_wrong_paths_have_the_column_where_they_go_wrong(assignment, column):
    with pytest.raises(PathError) as caught:
        split_assignment(assignment)
    assert caught.value.column == column
