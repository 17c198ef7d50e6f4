import itertools

import pytest
from frazo_tools.records.buckets import best_bounds, padded_length
from hypothesis import given
from hypothesis import strategies as st

HISTOGRAMS = st.dictionaries(st.integers(0, 60), st.integers(1, 50), min_size=1, max_size=9)


# 10 of 1, 10 of 5, 1 of 10: with [5, 10] 20 * 5 + 10 = 110, with [1, 10] 10 + 11 * 10 = 120.
def test_two_bounds_by_hand():
    histogram = {1: 10, 5: 10, 10: 1}
    assert best_bounds(histogram, 2) == [5, 10]
    assert padded_length(histogram, [5, 10]) == 110
    assert padded_length(histogram, [1, 10]) == 120


# 5 * 3 + 5 * 4 + 10 * 9 = 125; with [4, 7, 9] 10 * 4 + 2 * 7 + 8 * 9 = 126.
def test_three_bounds_by_hand():
    histogram = {3: 5, 4: 5, 7: 2, 9: 8}
    assert best_bounds(histogram, 3) == [3, 4, 9]
    assert padded_length(histogram, [3, 4, 9]) == 125
    assert padded_length(histogram, [4, 7, 9]) == 126


def test_one_bucket_ends_at_the_longest():
    assert best_bounds({3: 5, 9: 1}, 1) == [9]


def test_there_are_no_more_buckets_than_lengths():
    assert best_bounds({3: 5, 9: 1}, 7) == [3, 9]


def test_empty_sequences_are_padded_to_one():
    assert best_bounds({0: 4}, 3) == [1]
    assert best_bounds({0: 4, 1: 2, 8: 1}, 2) == [1, 8]


def test_lengths_that_do_not_occur_are_no_bounds():
    assert best_bounds({3: 5, 6: 0, 9: 1}, 7) == [3, 9]


@given(HISTOGRAMS, st.integers(1, 6))
def test_no_other_bounds_need_less(histogram, buckets):
    bounds = best_bounds(histogram, buckets)
    assert bounds == sorted(set(bounds)) and len(bounds) <= buckets
    longest = max(1, *histogram)
    assert bounds[-1] == longest and bounds[0] >= 1
    others = sorted({max(length, 1) for length in histogram} - {longest})
    least = min(
        padded_length(histogram, [*inner, longest])
        for count in range(min(buckets - 1, len(others)) + 1)
        for inner in itertools.combinations(others, count)
    )
    assert padded_length(histogram, bounds) == least


@given(HISTOGRAMS)
def test_more_buckets_never_need_more(histogram):
    padded = [padded_length(histogram, best_bounds(histogram, k)) for k in range(1, 11)]
    assert padded == sorted(padded, reverse=True)
    assert padded[-1] == sum(max(length, 1) * count for length, count in histogram.items())


# The lines of the envelope are compared as whole numbers, which floats could not hold.
@pytest.mark.parametrize("scale", [10**6, 10**15])
def test_large_counts_and_lengths_change_nothing(scale):
    assert best_bounds({1: 10 * scale, 5: 10 * scale, 10: scale}, 2) == [5, 10]
    assert best_bounds({scale: 10, 5 * scale: 10, 10 * scale: 1}, 2) == [5 * scale, 10 * scale]
