import pytest
from frazo.shard.pipeline_schedule import (
    Action,
    Direction,
    all_forward_all_backward,
    bubble,
    one_forward_one_backward,
)
from hypothesis import given
from hypothesis import strategies as st

FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD


def text(actions):
    return " ".join(f"{direction.value[0]}{part}" for direction, part in actions)


def test_figure_2_of_the_paper():
    assert text(one_forward_one_backward(0, 4, 5)) == "f0 f1 f2 f3 b0 f4 b1 b2 b3 b4"
    assert text(one_forward_one_backward(1, 4, 5)) == "f0 f1 f2 b0 f3 b1 f4 b2 b3 b4"
    assert text(one_forward_one_backward(3, 4, 5)) == "f0 b0 f1 b1 f2 b2 f3 b3 f4 b4"


def test_all_forward_then_all_backward():
    assert text(all_forward_all_backward(3)) == "f0 f1 f2 b0 b1 b2"


def schedules(name, num_stages, num_parts):
    if name == "gpipe":
        return [all_forward_all_backward(num_parts)] * num_stages
    return [one_forward_one_backward(stage, num_stages, num_parts) for stage in range(num_stages)]


def clock(schedules):
    """Returns the time of each action if each takes 1 and begins when what it needs is there."""
    num_stages, times = len(schedules), {}
    next_action, free = [0] * num_stages, [0] * num_stages
    while any(at < len(actions) for at, actions in zip(next_action, schedules, strict=True)):
        moved = False
        for stage, actions in enumerate(schedules):
            if next_action[stage] == len(actions):
                continue
            direction, part = actions[next_action[stage]]
            other = stage - 1 if direction is FORWARD else stage + 1
            needs = [(stage, Action(FORWARD, part))] if direction is BACKWARD else []
            needs += [(other, Action(direction, part))] if 0 <= other < num_stages else []
            if all(need in times for need in needs):
                begin = max([free[stage], *(times[need] + 1 for need in needs)])
                times[stage, Action(direction, part)] = begin
                free[stage] = begin + 1
                next_action[stage] += 1
                moved = True
        assert moved, "the stages wait for each other"
    return times


@pytest.mark.parametrize("name", ["gpipe", "1f1b"])
@given(num_stages=st.integers(1, 6), num_parts=st.integers(1, 9))
def test_stages_never_wait_for_each_other(name, num_stages, num_parts):
    orders = schedules(name, num_stages, num_parts)
    times = clock(orders)
    for actions in orders:
        assert sorted(actions, key=str) == sorted(all_forward_all_backward(num_parts), key=str)
    # As long as the formula says.
    total = 2 * (num_parts + num_stages - 1)
    assert max(times.values()) + 1 == total
    assert 1 - 2 * num_parts / total == pytest.approx(bubble(num_stages, num_parts))


@given(num_stages=st.integers(1, 6), num_parts=st.integers(1, 9))
def test_one_forward_one_backward_keeps_few_activations(num_stages, num_parts):
    for stage in range(num_stages):
        kept = most = 0
        for direction, _ in one_forward_one_backward(stage, num_stages, num_parts):
            kept += 1 if direction is FORWARD else -1
            most = max(most, kept)
        assert most == min(num_stages - stage, num_parts)
