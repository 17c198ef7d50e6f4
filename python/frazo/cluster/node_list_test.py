import re

import pytest
from frazo.cluster.node_list import NodeListError, expand_node_list, expand_tasks_per_node
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("node1", ["node1"]),
        ("node1,gpu-2.cluster", ["node1", "gpu-2.cluster"]),
        ("node[1-3]", ["node1", "node2", "node3"]),
        ("node[08-10,3]", ["node08", "node09", "node10", "node3"]),
        ("a[1,3],b,c[2-2]x", ["a1", "a3", "b", "c2x"]),
        ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]),
    ],
)
def test_node_lists(text, names):
    assert expand_node_list(text) == names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", '"" is no name of a node'),
        ("a,,b", '"" is no name of a node'),
        ("a b", '"a b" is no name of a node'),
        ("a[1-2", '"a[1-2": the last bracket is not closed'),
        ("a1]", '"a1]": the brackets at character 3 do not match'),
        ("a[[1]]", '"a[[1]]": the brackets at character 3 do not match'),
        ("a[x-z]", '"a[x-z]": "x-z" is no range of numbers; expected 1-3 or 7'),
        ("a[]", '"a[]": "" is no range of numbers; expected 1-3 or 7'),
        ("a[3-1]", '"a[3-1]": the range 3-1 is empty or too long'),
        ("a[1-999999999]", '"a[1-999999999]": the range 1-999999999 is empty or too long'),
        ("a[1-9999]b[1-9999]", '"a[1-9999]b[1-9999]" stands for more than 10,000 nodes'),
    ],
)
def test_what_is_no_node_list(text, message):
    with pytest.raises(NodeListError) as failure:
        expand_node_list(text)
    assert str(failure.value) == message


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z]{1,3}-?", fullmatch=True),
            st.lists(st.integers(0, 300), max_size=5),
            st.integers(1, 4),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a_list_stands_for_the_names_that_it_was_made_of(parts):
    texts, names = [], []
    for prefix, numbers, width in parts:
        padded = [f"{number:0{width}}" for number in numbers]
        texts.append(f"{prefix}[{','.join(padded)}]" if padded else prefix)
        names += [prefix + number for number in padded] or [prefix]
    assert expand_node_list(",".join(texts)) == names


@given(st.integers(0, 99), st.integers(0, 50), st.integers(1, 3))
def test_a_range_has_all_its_numbers_with_the_width_of_the_first(first, more, width):
    text = f"n[{first:0{width}}-{first + more}]"
    width = len(f"{first:0{width}}")
    assert expand_node_list(text) == [f"n{n:0{width}}" for n in range(first, first + more + 1)]


@given(st.text(alphabet="ab1290-,[].x() "))
def test_any_text_is_a_list_or_an_error(text):
    try:
        assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in expand_node_list(text))
    except NodeListError as error:
        assert '"' in str(error)
    try:
        assert all(count >= 0 for count in expand_tasks_per_node(text))
    except NodeListError as error:
        assert '"' in str(error)


def test_tasks_per_node():
    assert expand_tasks_per_node("4") == [4]
    assert expand_tasks_per_node("2(x3),1") == [2, 2, 2, 1]


@pytest.mark.parametrize("text", ["", "2(x)", "2x3", "(x3)", "-1", "2,,1", "1(x999999)"])
def test_what_is_no_list_of_tasks(text):
    with pytest.raises(NodeListError):
        expand_tasks_per_node(text)
