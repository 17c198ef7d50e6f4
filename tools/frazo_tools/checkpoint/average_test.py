"""The mean of checkpoints, and its readers."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.run_status import Finished, mark_finished, read_finished
from frazo.checkpoint.saved_tensor import SavedTensor
from frazo.checkpoint.store import CheckpointStore
from frazo.checkpoint.warm_start import warm_start
from frazo.proto import warm_start_pb2
from frazo.shard.mesh import Range
from frazo_tools.checkpoint import checkpoint
from frazo_tools.checkpoint.sample import trained, write_checkpoint
from frazo_tools.checkpoint.source import open_source


def average(*arguments):
    return checkpoint.main(["average", *map(str, arguments)])


def read(path):
    source = open_source(path)
    return {name: source.read(name) for name in source.tensors}


def test_weights_and_moving_averages_are_means_and_the_rest_is_the_newest(tmp_path, capsys):
    log = tmp_path / "log" / "train"
    paths = [write_checkpoint(log, step, trained(step)) for step in (1, 2, 6)]
    # The order of the arguments does not matter.
    assert average(tmp_path / "out", paths[2], paths[0], paths[1]) == 0
    assert capsys.readouterr().out.startswith(
        "mean of 3 checkpoints, of steps 6, 1, 2: 4 tensors; the other 5 are those of step 6\n"
        f"{tmp_path}/out/train/ckpt-00000006: "
    )
    found, newest = read(tmp_path / "out"), read(paths[2])
    assert found.keys() == newest.keys()
    # (1 + 2 + 6) / 3.
    assert found["network/conv/kernel"].numpy().tolist() == [[3.0] * 4] * 2
    assert found["network/softmax/bias"].numpy().tolist() == [3.0] * 2
    assert found["learner/average/network/softmax/bias"].numpy().tolist() == [13.0] * 2
    assert found["learner/adam/m/network/conv/kernel"].numpy().tolist() == [[26.0] * 4] * 2
    for name in ("learner/adam/applied_steps", "global_step", "input/identity"):
        assert found[name] == newest[name]
    position = "input/iterator"
    assert tf.io.serialize_tensor(found[position]) == tf.io.serialize_tensor(newest[position])


def test_it_is_whole_and_found_as_any_checkpoint(tmp_path):
    log = tmp_path / "log" / "train"
    for step in (1, 3):
        write_checkpoint(log, step, trained(step))
    mark_finished(log, Finished(3, 5))
    assert average(tmp_path / "out", tmp_path / "log", "--last=2") == 0
    train = tmp_path / "out" / "train"
    newest = CheckpointDirectory(train).newest(pytest.fail)
    assert tf.train.latest_checkpoint(train) == newest.prefix
    assert read_finished(train) == Finished(3, 5)
    weight = tf.Variable(tf.zeros([2, 4]), name="network/conv/kernel")
    warm_start(warm_start_pb2.WarmStart(checkpoint=str(train)), by_key([weight]))
    assert weight.numpy().tolist() == [[2.0] * 4] * 2


def test_the_last_ones_are_averaged(tmp_path):
    for step in (1, 5, 9):
        write_checkpoint(tmp_path / "log", step, trained(step))
    assert average(tmp_path / "out", tmp_path / "log", "--last=2") == 0
    assert read(tmp_path / "out")["network/softmax/bias"].numpy().tolist() == [7.0] * 2


def test_sums_are_float64(tmp_path):
    # In float32, 2 ** 24 + 1 is 2 ** 24.
    values = [2.0**24, 1.0, 1.0, 2.0]
    paths = [
        write_checkpoint(tmp_path / f"{i}", 1, {"w": tf.constant([value])})
        for i, value in enumerate(values)
    ]
    assert average(tmp_path / "out", *paths) == 0
    assert read(tmp_path / "out")["w"].numpy().tolist() == [2.0**22 + 1]


def test_other_types_of_weights(tmp_path):
    paths = [
        write_checkpoint(
            tmp_path / str(step),
            step,
            {
                "half": tf.constant([step, 1.0], tf.bfloat16),
                "number": tf.constant(step * 10),
                "scalar": tf.constant(float(step)),
                "empty": tf.zeros([0, 2]),
            },
        )
        for step in (1, 2)
    ]
    assert average(tmp_path / "out", *paths) == 0
    found = read(tmp_path / "out")
    assert found["half"].dtype == tf.bfloat16
    assert found["half"].numpy().tolist() == [1.5, 1.0]
    # An average of whole numbers is none.
    assert found["number"].numpy() == 20
    assert found["scalar"].numpy() == np.float32(1.5)
    assert found["empty"].shape == (0, 2)


def test_what_workers_wrote_in_slices_is_averaged_as_a_whole(tmp_path):
    for step in (2, 4):
        rows = [
            SavedTensor(
                "w", (2, 3), (Range(row, 1), Range(0, 3)), tf.fill([1, 3], float(step + row))
            )
            for row in (0, 1)
        ]
        CheckpointStore(tmp_path / "log", RetentionPolicy(2)).write(step, rows)
    assert average(tmp_path / "out", tmp_path / "log", "--last=2") == 0
    # (2 + 4) / 2 and (3 + 5) / 2.
    assert read(tmp_path / "out")["w"].numpy().tolist() == [[3.0] * 3, [4.0] * 3]


def test_checkpoints_of_other_models_are_an_error(tmp_path, capsys):
    a = write_checkpoint(tmp_path / "a", 1, {"w": tf.zeros([2]), "x": tf.zeros([2])})
    b = write_checkpoint(tmp_path / "b", 2, {"w": tf.zeros([3]), "y": tf.zeros([2])})
    assert average(tmp_path / "out", a, b) == 2
    assert capsys.readouterr().err == (
        "checkpoint average: the checkpoints are not of one model:\n"
        f"  w: float32 [2] in {a}, float32 [3] in {b}\n"
        f"  x: float32 [2] in {a}, missing in {b}\n"
        f"  y: missing in {a}, float32 [2] in {b}\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_damaged_checkpoint_is_an_error(tmp_path, capsys):
    for step in (1, 2):
        write_checkpoint(tmp_path / "log", step, trained(step))
    data = tmp_path / "log" / "ckpt-00000001.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:-1] + b"?")
    assert average(tmp_path / "out", tmp_path / "log", "--last=2") == 2
    assert f"checkpoint average: {data}: CRC32C" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_there_is_not_replaced(tmp_path, capsys):
    path = write_checkpoint(tmp_path / "log", 1, trained(1))
    (tmp_path / "out").mkdir()
    assert average(tmp_path / "out", path, path) == 2
    assert "out: exists already, and nothing is replaced" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["a"], "give two checkpoints or more, or --last=N and a folder of checkpoints"),
        (["a", "b", "--last=2"], "--last=N takes one folder of checkpoints, not 2"),
        (["a", "--last=1"], "'1' is not a whole number >= 2"),
    ],
)
def test_arguments_that_do_not_fit_are_errors(arguments, error, capsys):
    with pytest.raises(SystemExit) as ended:
        average("out", *arguments)
    assert ended.value.code == 2
    assert error in capsys.readouterr().err
