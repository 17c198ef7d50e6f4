"""A training that begins with the weights of another."""

import numpy as np
from tiny_experiment import saved_values, train, write_experiment


def test_weights_are_taken_once_and_the_rest_begins_anew(tmp_path):
    flags = [f"--config={write_experiment(tmp_path)}", "--job=trainer"]
    first, second = tmp_path / "first", tmp_path / "second"
    assert train(*flags, f"--logdir={first}", "--set=train.max_steps=20").code == 0
    flags += [f"--logdir={second}", f"--set=warm_start.checkpoint={first}/train"]
    # So slow that weights stay what they were.
    ended = train(*flags, "--set=train.max_steps=1", "--set=learner.learning_rate=1e-30")
    assert ended.code == 0, ended.err
    line = f"train: warm start from {first}/train/ckpt-00000020: 7 of 7 variables\n"
    assert line in ended.out
    old, new = saved_values(first), saved_values(second)
    np.testing.assert_array_equal(new["softmax/kernel"], old["softmax/kernel"])
    np.testing.assert_array_equal(new["learner/average/softmax/kernel"], new["softmax/kernel"])
    assert new["global_step"] == 1
    ended = train(*flags, "--set=train.max_steps=2")
    assert f"goes on from {second}/train/ckpt-00000001" in ended.out
    assert "warm start" not in ended.out
