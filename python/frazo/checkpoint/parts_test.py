import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.parts import CheckpointParts
from frazo.checkpoint.restore import read_tensors
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore, CheckpointWriteError, PartStore


def parts_of(folder, rank, *, size=3, wait_for_all=lambda barrier: None, may_commit=lambda: None):
    return CheckpointParts(
        folder,
        generation=7,
        rank=rank,
        size=size,
        wait_for_all=wait_for_all,
        may_commit=may_commit,
    )


def chief_of(folder, **waits):
    parts = parts_of(folder, 0, **waits)
    return CheckpointStore(folder, RetentionPolicy(5, None), parts=parts)


def numbers(**values):
    return whole_tensors({name: tf.constant(value) for name, value in values.items()})


def test_the_parts_of_all_workers_are_one_checkpoint(tmp_path):
    barriers = []
    for rank in (1, 2):
        parts = parts_of(tmp_path, rank, wait_for_all=barriers.append)
        PartStore(parts).write(205, numbers(**{f"position{rank}": rank}))
    chief_of(tmp_path, wait_for_all=barriers.append).write(205, numbers(kernel=5))
    assert barriers == ["parts-of-ckpt-00000205"] * 3
    checkpoint = CheckpointDirectory(tmp_path).open(205)
    names = ["kernel", "position1", "position2"]
    values = read_tensors(checkpoint, dict.fromkeys(names, tf.int32))
    assert [int(values[name]) for name in names] == [5, 1, 2]
    listed = {file.name for file in checkpoint.manifest.files} | {f"{checkpoint.name}.manifest"}
    assert {path.name for path in tmp_path.iterdir()} == listed | {"checkpoint"}


def test_a_worker_that_holds_nothing_of_its_own_adds_nothing(tmp_path):
    PartStore(parts_of(tmp_path, 1)).write(205, [])
    PartStore(parts_of(tmp_path, 2)).write(205, numbers(position2=2))
    chief_of(tmp_path).write(205, numbers(kernel=5))
    checkpoint = CheckpointDirectory(tmp_path).open(205)
    values = read_tensors(checkpoint, dict.fromkeys(["kernel", "position2"], tf.int32))
    assert [int(value) for value in values.values()] == [5, 2]


def test_a_part_that_is_not_here_is_an_error_and_the_older_checkpoint_stays(tmp_path):
    CheckpointStore(tmp_path, RetentionPolicy(5, None)).write(100, numbers(kernel=4))
    PartStore(parts_of(tmp_path, 1)).write(205, numbers(position1=1))
    with pytest.raises(
        CheckpointWriteError, match=r"part-2-of-3.*: the part of worker 2 is not here"
    ):
        chief_of(tmp_path).write(205, numbers(kernel=5))
    # The part that is there goes with the rest: on a full disk such parts would add up.
    assert not list(tmp_path.glob("*.frazo-tmp"))
    assert CheckpointDirectory(tmp_path).recorded_steps() == [100]


def test_who_cannot_write_keeps_nobody_waiting(tmp_path):
    for name in ("ckpt-00000205.generation-7.part-1-of-3.frazo-tmp", "ckpt-00000205.frazo-tmp"):
        # No folder of this name can be made.
        (tmp_path / name).write_text("in the way")
    barriers = []
    for store in (
        PartStore(parts_of(tmp_path, 1, wait_for_all=barriers.append)),
        chief_of(tmp_path, wait_for_all=barriers.append),
    ):
        with pytest.raises(CheckpointWriteError, match="File exists"):
            store.write(205, numbers(kernel=5))
    assert barriers == ["parts-of-ckpt-00000205"] * 2


def test_a_worker_that_does_not_come_is_an_error(tmp_path):
    def late(barrier):
        raise OSError("worker 2 (127.0.0.1:7002) did not come within 600 s")

    for store in (
        chief_of(tmp_path, wait_for_all=late),
        PartStore(parts_of(tmp_path, 1, wait_for_all=late)),
    ):
        with pytest.raises(CheckpointWriteError, match=r"worker 2 .* did not come"):
            store.write(205, numbers(kernel=5))
    assert CheckpointDirectory(tmp_path).recorded_steps() == []


def test_a_chief_that_others_have_replaced_commits_nothing(tmp_path):
    def replaced():
        raise OSError("this process was silent for too long: other workers may write now")

    for rank in (1, 2):
        PartStore(parts_of(tmp_path, rank)).write(205, numbers(**{f"position{rank}": rank}))
    with pytest.raises(CheckpointWriteError, match="silent for too long"):
        chief_of(tmp_path, may_commit=replaced).write(205, numbers(kernel=5))
    assert CheckpointDirectory(tmp_path).recorded_steps() == []


def test_what_is_left_of_an_unfinished_save_goes_at_the_next_start(tmp_path):
    PartStore(parts_of(tmp_path, 1)).write(205, numbers(position1=1))
    warnings = []
    CheckpointStore(tmp_path, RetentionPolicy(5, None)).open_newest(warnings.append)
    assert "generation-7.part-1-of-3." in warnings[0]
    assert list(tmp_path.iterdir()) == []
