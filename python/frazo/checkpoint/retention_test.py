import pytest
from frazo.checkpoint.retention import RetentionPolicy, SavedCheckpoint
from hypothesis import given
from hypothesis import strategies as st

MINUTE = 60.0


def kept_after(minutes, policy):
    """Saves at each of `minutes` (step = minute), removing after each save what is not to
    be kept.
    """
    left = []
    for minute in minutes:
        left.append(SavedCheckpoint(minute, minute * MINUTE))
        keep = policy.steps_to_keep(left)
        left = [checkpoint for checkpoint in left if checkpoint.step in keep]
    return [checkpoint.step for checkpoint in left]


# Saved every 10 minutes; 2 newest and one every half hour. 30 is not permanent, for it is not more
# than 30 minutes after 0; so 40 is, and then 80.
@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (10, [0, 10]),
        (20, [0, 10, 20]),
        (30, [0, 20, 30]),
        (40, [0, 30, 40]),
        (50, [0, 40, 50]),
        (60, [0, 40, 50, 60]),
        (70, [0, 40, 60, 70]),
        (80, [0, 40, 70, 80]),
        (100, [0, 40, 80, 90, 100]),
    ],
)
def test_keeps_the_newest_two_and_one_every_half_hour(last, expected):
    assert kept_after(range(0, last + 1, 10), RetentionPolicy(2, 0.5)) == expected


def test_without_hours_only_the_newest_stay():
    assert kept_after(range(0, 100, 10), RetentionPolicy(3)) == [70, 80, 90]


@given(
    gaps=st.lists(st.integers(1, 100), min_size=1, max_size=40),
    keep_newest=st.integers(1, 5),
    hours=st.floats(0.01, 3),
)
def test_removing_on_the_way_keeps_what_one_look_at_all_would_keep(gaps, keep_newest, hours):
    minutes = [sum(gaps[: i + 1]) for i in range(len(gaps))]
    policy = RetentionPolicy(keep_newest, hours)
    at_once = policy.steps_to_keep([SavedCheckpoint(m, m * MINUTE) for m in minutes])
    assert kept_after(minutes, policy) == sorted(at_once)
    assert set(minutes[-keep_newest:]) <= at_once
