"""What `checkpoint list` prints."""

import json
import os
import textwrap

import pytest
import tensorflow as tf
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import SavedTensor
from frazo.checkpoint.store import CheckpointStore
from frazo.shard.mesh import Range
from frazo_tools.checkpoint import checkpoint
from frazo_tools.checkpoint.kinds import Kind
from frazo_tools.checkpoint.listing import part_sums
from frazo_tools.checkpoint.sample import SAVED_UNIX_SECONDS, trained, write_checkpoint
from frazo_tools.checkpoint.source import TensorEntry


@pytest.fixture
def folder(tmp_path):
    for step in (1, 2):
        write_checkpoint(tmp_path / "train", step, trained(step))
    return tmp_path / "train"


def printed(capsys, *arguments):
    assert checkpoint.main(["list", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_tensors_and_sums(folder, capsys):
    text = printed(capsys, folder / "ckpt-00000002")
    head, tensors, kinds, parts = text.split("\n\n")
    assert head.startswith(
        f"{folder}/ckpt-00000002: step 2, saved 2024-01-02 03:04:05 UTC, 2 files, "
    )
    assert tensors == textwrap.dedent(
        """\
        tensor                                   kind     type   shape  values  size
        global_step                             state    int64      []       1   8 B
        input/identity                          state   string      []       1     -
        input/iterator                          state  variant     [1]       1     -
        learner/adam/applied_steps              state    int64      []       1   8 B
        learner/adam/m/network/conv/kernel       slot  float32  [2, 4]       8  32 B
        learner/average/network/conv/kernel   average  float32  [2, 4]       8  32 B
        learner/average/network/softmax/bias  average  float32     [2]       2   8 B
        network/conv/kernel                    weight  float32  [2, 4]       8  32 B
        network/softmax/bias                   weight  float32     [2]       2   8 B"""
    )
    assert kinds == textwrap.dedent(
        """\
        kind     tensors  values  size
        weight         2      10  40 B
        slot           1       8  32 B
        average        2      10  40 B
        state          4       4  16 B"""
    )
    assert parts == textwrap.dedent(
        """\
        part             parameters   share
        network/conv              8   80.0%
        network/softmax           2   20.0%
        total                    10  100.0%
        """
    )


def test_a_filter_chooses_tensors(folder, capsys):
    text = printed(capsys, folder / "ckpt-00000002", "--filter=^net.*bias")
    assert "network/softmax/bias" in text
    assert "kernel" not in text
    assert checkpoint.main(["list", f"{folder}/ckpt-00000002", "--filter=nothing"]) == 2
    assert capsys.readouterr().err == (
        "checkpoint list: --filter=nothing: no tensor's name has it\n"
    )


def test_a_filter_that_is_no_expression_is_an_error(folder, capsys):
    with pytest.raises(SystemExit):
        checkpoint.main(["list", str(folder), "--filter=("])
    assert "'(' is no regular expression" in capsys.readouterr().err


def test_json_has_the_same(folder, capsys):
    found = json.loads(printed(capsys, folder / "ckpt-00000002", "--json", "--filter=kernel|step$"))
    assert (found["step"], found["files"]) == (2, 2)
    assert found["saved_unix_seconds"] == SAVED_UNIX_SECONDS
    assert (found["parameters"], found["parts"]) == (8, {"network/conv/kernel": 8})
    assert {entry["name"]: entry["kind"] for entry in found["tensors"]} == {
        "global_step": "state",
        "learner/adam/m/network/conv/kernel": "slot",
        "learner/average/network/conv/kernel": "average",
        "network/conv/kernel": "weight",
    }
    assert found["tensors"][-1] == {
        "name": "network/conv/kernel",
        "kind": "weight",
        "type": "float32",
        "shape": [2, 4],
        "size_bytes": 32,
    }


def test_a_logdir_shows_its_checkpoints(folder, capsys):
    for given in (folder, folder.parent):
        head, rows = printed(capsys, given).split("\n\n")
        assert head == f"{folder}: 2 checkpoints"
        lines = rows.splitlines()
        assert lines[0].split() == ["checkpoint", "saved", "(UTC)", "files", "size"]
        assert lines[1].startswith("ckpt-00000001  2024-01-02 03:04:05      2  ")
    found = json.loads(printed(capsys, folder, "--json"))
    assert [each["name"] for each in found["checkpoints"]] == ["ckpt-00000001", "ckpt-00000002"]
    assert [each["damage"] for each in found["checkpoints"]] == [None, None]


def flip_the_last_bit(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def test_only_verify_reads_all_bytes(folder, capsys):
    damaged = folder / "ckpt-00000001.data-00000-of-00001"
    flip_the_last_bit(damaged)
    printed(capsys, folder)
    printed(capsys, folder / "ckpt-00000001")
    assert checkpoint.main(["list", str(folder), "--verify"]) == 2
    assert f"damaged:\n  {damaged}: CRC32C 0x" in capsys.readouterr().out
    assert checkpoint.main(["list", f"{folder}/ckpt-00000001", "--verify"]) == 2
    assert f"{damaged}: CRC32C 0x" in capsys.readouterr().err
    assert "every byte verified" in printed(capsys, folder / "ckpt-00000002", "--verify")


def test_a_missing_file_is_named_without_verify(folder, capsys):
    missing = folder / "ckpt-00000002.data-00000-of-00001"
    os.remove(missing)
    assert checkpoint.main(["list", f"{folder}/ckpt-00000002"]) == 2
    assert f"No such file or directory: '{missing}'" in capsys.readouterr().err
    assert checkpoint.main(["list", str(folder), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)["checkpoints"]
    assert found[0]["damage"] is None
    assert str(missing) in found[1]["damage"]


def test_another_programs_checkpoint_is_verified_by_reading_it(tmp_path, capsys):
    prefix = str(tmp_path / "data")
    tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=["x"], shape_and_slices=[""], tensors=[tf.ones([4])]
    )
    text = printed(capsys, prefix, "--verify")
    assert text.startswith(f"{prefix}: step 0, every byte verified\n")
    flip_the_last_bit(tmp_path / "data.data-00000-of-00001")
    assert checkpoint.main(["list", prefix, "--verify"]) == 2
    assert f"{prefix}: cannot be read: " in capsys.readouterr().err


def test_slices_of_workers_are_one_tensor(tmp_path, capsys):
    halves = [
        SavedTensor("w", (4, 2), (Range(start, 2), Range(0, 2)), tf.fill([2, 2], float(start)))
        for start in (0, 2)
    ]
    CheckpointStore(tmp_path, RetentionPolicy(1)).write(3, halves)
    found = json.loads(printed(capsys, tmp_path / "ckpt-00000003", "--json", "--verify"))
    assert [(each["name"], each["shape"]) for each in found["tensors"]] == [("w", [4, 2])]


def test_parts_begin_where_names_differ():
    def sums(**counts):
        entries = [
            TensorEntry(name.replace("__", "/"), Kind.WEIGHT, tf.float32, (count,))
            for name, count in counts.items()
        ]
        return part_sums(entries)

    assert sums(model__a__x=1, model__a__y=2, model__b__x=4) == {"model/a": 3, "model/b": 4}
    assert sums(a__x=1, b=2) == {"a": 1, "b": 2}
    assert sums(a__x__y=3) == {"a/x/y": 3}
