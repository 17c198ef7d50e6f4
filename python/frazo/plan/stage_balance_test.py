import itertools

from frazo.plan.stage_balance import balanced_layers
from hypothesis import given
from hypothesis import strategies as st


def test_a_stage_with_a_softmax_gets_fewer_layers():
    assert balanced_layers(8, [0, 0], 1.0) == [4, 4]
    assert balanced_layers(8, [0, 2.0], 1.0) == [5, 3]
    assert balanced_layers(9, [0.1, 0, 30.0], 1.0) == [4, 4, 1]


def slowest(counts, extra, layer):
    return max(more + count * layer for more, count in zip(extra, counts, strict=True))


@given(
    st.integers(0, 5),
    st.lists(st.floats(0, 10), min_size=1, max_size=3),
    st.floats(0.1, 5),
)
def test_no_other_way_is_faster(more_layers, extra, layer):
    num_layers = len(extra) + more_layers
    found = balanced_layers(num_layers, extra, layer)
    assert sum(found) == num_layers
    ways = itertools.product(range(1, num_layers + 1), repeat=len(extra))
    best = min(slowest(way, extra, layer) for way in ways if sum(way) == num_layers)
    assert slowest(found, extra, layer) <= best * (1 + 1e-9)
