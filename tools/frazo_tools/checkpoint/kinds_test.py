"""The kinds of tensors by their names."""

from frazo_tools.checkpoint.kinds import kinds_of


def test_names_tell_the_kind():
    kinds = {
        "global_step": "state",
        "network/kernel": "weight",
        "network/router/bias": "weight",
        "learner/average/network/kernel": "average",
        "learner/adam/m/network/kernel": "slot",
        "learner/momentum/network/kernel": "slot",
        # Its weight is not there.
        "learner/momentum/network/scale": "state",
        "learner/adam/applied_steps": "state",
        "learner/nonfinite_total": "state",
        "input/iterator": "state",
        "input/iterator/0-of-2": "state",
    }
    assert kinds_of(kinds) == kinds


def test_another_programs_tensors_are_weights():
    assert set(kinds_of(["x_train", "dense/kernel/Adam"]).values()) == {"weight"}
