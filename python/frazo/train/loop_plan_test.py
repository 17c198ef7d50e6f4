from frazo.train.loop_plan import Agreement, Ending, LoopPlan, Wishes, joined_plan
from hypothesis import given
from hypothesis import strategies as st


def wishes():
    flags = st.booleans()
    return st.builds(Wishes, st.integers(1, 100), flags, flags, flags, flags)


def test_one_worker_alone_does_what_it_wishes():
    agreement = Agreement()
    assert agreement.plan(Wishes(7)) == LoopPlan(False, Ending.GOES_ON, 7)
    assert agreement.plan(Wishes(7, saves=True)) == LoopPlan(True, Ending.GOES_ON, 7)
    assert agreement.plan(Wishes(7, leaves=True)) == LoopPlan(True, Ending.STOPS, 7)
    assert agreement.chief_value(5) == 5


def test_the_first_decides_the_steps_and_the_saves():
    plan = joined_plan([Wishes(3), Wishes(9, saves=True)], min_workers=1)
    assert plan == LoopPlan(False, Ending.GOES_ON, 3)


def test_others_go_on_without_one_that_leaves_if_they_are_enough():
    leaving = [Wishes(3), Wishes(3, leaves=True), Wishes(3)]
    assert joined_plan(leaving, min_workers=2) == LoopPlan(True, Ending.REGROUPS, 3)
    assert joined_plan(leaving, min_workers=3) == LoopPlan(True, Ending.STOPS, 3)


def test_an_order_to_all_stops_all():
    plan = joined_plan([Wishes(3), Wishes(3, leaves=True, ends=True)], min_workers=1)
    assert plan == LoopPlan(True, Ending.STOPS, 3)


def test_the_first_knows_who_waits_to_join():
    assert joined_plan([Wishes(3, regroups=True), Wishes(3)], 1).ending == Ending.REGROUPS
    assert joined_plan([Wishes(3), Wishes(3, regroups=True)], 1).ending == Ending.GOES_ON


@given(st.lists(wishes(), min_size=1, max_size=5), st.integers(1, 5))
def test_whatever_ends_a_training_is_saved_before(workers, min_workers):
    plan = joined_plan(workers, min_workers)
    assert plan.steps == workers[0].steps
    assert plan.saves or plan.ending == Ending.GOES_ON
    if all(worker.leaves for worker in workers) and not workers[0].finishes:
        assert plan.ending == Ending.STOPS
    if plan.ending == Ending.REGROUPS:
        assert any(worker.leaves for worker in workers) or workers[0].regroups
