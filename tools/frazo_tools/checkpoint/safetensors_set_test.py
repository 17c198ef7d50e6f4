"""Sets of files are written at once, and read as one."""

import json
import os

import numpy as np
import pytest
from frazo_tools.checkpoint.safetensors_file import Form, SafetensorsError, SafetensorsFile
from frazo_tools.checkpoint.safetensors_set import SafetensorsSet, write_safetensors_set

# 12, 40, 4 and 4 bytes.
TENSORS = {
    "a": np.arange(3, dtype=np.float32),
    "b": np.arange(10, dtype=np.float32),
    "c": np.ones(1, np.float32),
    "d": np.array(7, np.int32),
}
INDEX = "m.safetensors.index.json"


def write(folder, shard_bytes, read=TENSORS.__getitem__):
    forms = {name: Form(array.dtype, array.shape) for name, array in TENSORS.items()}
    return write_safetensors_set(folder / "m.safetensors", forms, read, {"step": "5"}, shard_bytes)


@pytest.mark.parametrize(
    ("shard_bytes", "shards"),
    [
        (1000, [["a", "b", "c", "d"]]),
        (60, [["a", "b", "c", "d"]]),
        (59, [["a", "b", "c"], ["d"]]),
        # One tensor may be larger than a shard.
        (16, [["a"], ["b"], ["c", "d"]]),
        (1, [["a"], ["b"], ["c"], ["d"]]),
    ],
)
def test_a_set_is_read_as_it_was_written(tmp_path, shard_bytes, shards):
    files = write(tmp_path, shard_bytes)
    assert sorted(files) == sorted(tmp_path.iterdir())
    if len(shards) == 1:
        assert [file.name for file in files] == ["m.safetensors"]
        paths = files
    else:
        names = [f"m-{i + 1:05d}-of-{len(shards):05d}.safetensors" for i in range(len(shards))]
        assert [file.name for file in files] == [*names, INDEX]
        assert [sorted(SafetensorsFile(file).forms) for file in files[:-1]] == shards
        index = json.loads(files[-1].read_text())
        assert index["metadata"] == {"total_size": 60}
        assert index["weight_map"] == {
            tensor: name for name, shard in zip(names, shards, strict=True) for tensor in shard
        }
        paths = [files[-1], tmp_path / "m.safetensors"]
    for path in paths:
        found = SafetensorsSet(path)
        assert found.metadata == {"step": "5"}
        assert list(found.forms) == list(TENSORS)
        for name, array in TENSORS.items():
            np.testing.assert_array_equal(found.read(name), array)


@pytest.mark.parametrize("there", ["m.safetensors", INDEX, "m-00002-of-00003.safetensors"])
def test_what_is_there_is_not_replaced(tmp_path, there):
    (tmp_path / there).write_text("mine")
    with pytest.raises(FileExistsError, match=f"{there}: exists already"):
        write(tmp_path, 16)
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_an_error_leaves_nothing_behind(tmp_path):
    def read(name):
        if name == "c":
            raise KeyboardInterrupt
        return TENSORS[name]

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, 16, read)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_comes_meanwhile_stays_and_the_rest_goes(tmp_path):
    def read(name):
        (tmp_path / INDEX).write_text("mine")
        return TENSORS[name]

    with pytest.raises(FileExistsError):
        write(tmp_path, 16, read)
    assert [path.name for path in tmp_path.iterdir()] == [INDEX]


def test_nothing_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^m.safetensors: there is neither this file nor"):
        SafetensorsSet(tmp_path / "m.safetensors")


def test_a_missing_shard_is_named(tmp_path):
    write(tmp_path, 16)
    os.remove(tmp_path / "m-00002-of-00003.safetensors")
    with pytest.raises(FileNotFoundError, match=r"m-00002-of-00003.safetensors"):
        SafetensorsSet(tmp_path / "m.safetensors")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.pop("a"), "'a' is by the index not in m-00001-of-00002.safetensors"),
        (
            lambda m: m.update(x="m-00001-of-00002.safetensors"),
            "'x' is not in m-00001-of-00002.safetensors",
        ),
        (lambda m: m.update(a="/etc/passwd"), "lists '/etc/passwd', which is no file of its folder"),
        (lambda m: m.update(a="../m.safetensors"), "lists '../m.safetensors', which is no file of"),
        (lambda m: m.update(a=1), "has no weight_map from tensors to files"),
        (lambda m: m.clear(), "has no weight_map from tensors to files"),
    ],
)  # fmt: skip
def test_an_index_that_does_not_fit_is_an_error(tmp_path, change, said):
    write(tmp_path, 59)
    index = json.loads((tmp_path / INDEX).read_text())
    change(index["weight_map"])
    (tmp_path / INDEX).write_text(json.dumps(index))
    with pytest.raises(SafetensorsError) as failure:
        SafetensorsSet(tmp_path / INDEX)
    assert str(failure.value).startswith(f"{tmp_path / INDEX}: {said}")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"weight_map": []}', "[" * 100_000])
def test_an_index_that_is_none_is_an_error(tmp_path, text):
    (tmp_path / INDEX).write_text(text)
    with pytest.raises(
        SafetensorsError, match=rf"^{tmp_path / INDEX}: (is no JSON|has no weight_)"
    ):
        SafetensorsSet(tmp_path / INDEX)
