"""The format byte by byte, and files that break it."""

import json

import numpy as np
import pytest
import tensorflow as tf
from frazo_tools.checkpoint import safetensors_file
from frazo_tools.checkpoint.safetensors_file import (
    Form,
    SafetensorsError,
    SafetensorsFile,
    write_safetensors,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def write(path, tensors, metadata=None):
    forms = {name: Form(array.dtype, array.shape) for name, array in tensors.items()}
    write_safetensors(path, forms, tensors.__getitem__, metadata or {})


def test_the_bytes_of_a_file(tmp_path):
    path = tmp_path / "x.safetensors"
    write(path, {"b": np.array([1, -2], np.int16), "a": np.array([[1.5]], np.float32)}, {"k": "é"})
    header = (
        '{"__metadata__":{"k":"é"},'
        '"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},'
        '"b":{"dtype":"I16","shape":[2],"data_offsets":[4,8]}}'
    ).encode()
    header += b" " * (-len(header) % 8)
    expected = len(header).to_bytes(8, "little") + header
    # 1.5 is 0x3fc00000, -2 is 0xfffe.
    assert path.read_bytes() == expected + b"\0\0\xc0\x3f" + b"\1\0\xfe\xff"


@pytest.mark.parametrize("dtype", safetensors_file._DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (2, 3)])
def test_all_types_and_shapes_come_back(tmp_path, dtype, shape):
    path = tmp_path / "x.safetensors"
    array = (np.arange(np.prod(shape, dtype=int)) % 2).astype(dtype).reshape(shape)
    write(path, {"t": array, "other": np.zeros(3, np.uint8)})
    file = SafetensorsFile(path)
    assert file.forms["t"] == Form(dtype, shape)
    found = file.read("t")
    assert found.dtype == dtype
    assert found.shape == shape
    assert found.tobytes() == array.tobytes()
    assert file.metadata == {}


def test_bits_of_numbers_stay(tmp_path):
    path = tmp_path / "x.safetensors"
    # Values that are no numbers with bits of their own, -0, infinity, the smallest number.
    bits = np.array([0x7FC00001, 0xFFC12345, 0x80000000, 0x7F800000, 1], np.uint32)
    write(
        path,
        {
            "t": bits.view(np.float32),
            "half": np.array([0x7FC1], np.uint16).view("V2").view(tf.bfloat16.as_numpy_dtype),
        },
    )
    file = SafetensorsFile(path)
    assert file.read("t").view(np.uint32).tolist() == bits.tolist()
    assert file.read("half").view(np.uint16).tolist() == [0x7FC1]


def test_values_are_aligned_and_without_gaps(tmp_path):
    path = tmp_path / "x.safetensors"
    write(path, {"a": np.ones(3, np.uint8), "b": np.ones(1, np.int64), "c": np.ones(1, np.int16)})
    assert list(SafetensorsFile(path).forms) == ["b", "c", "a"]
    size = int.from_bytes(path.read_bytes()[:8], "little")
    assert size % 8 == 0
    assert path.stat().st_size == 8 + size + 8 + 2 + 3


def test_a_type_that_the_format_lacks_is_an_error(tmp_path):
    with pytest.raises(SafetensorsError, match=r"^t: object cannot be in a safetensors file$"):
        write(tmp_path / "x", {"t": np.array([b"text"], object)})


def made(path, header, values=b"", size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(text) if size is None else size
    path.write_bytes(size.to_bytes(8, "little") + text + values)
    return path


def entry(dtype="U8", shape=(2,), offsets=(0, 2)):
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def test_blanks_and_any_order_are_read(tmp_path):
    header = {"b": entry(offsets=(2, 4)), "a": entry(), "none": entry(shape=(0,), offsets=(2, 2))}
    path = made(tmp_path / "x", json.dumps(header).encode() + b"  \n ", b"\1\2\3\4")
    file = SafetensorsFile(path)
    assert (file.read("a").tolist(), file.read("b").tolist()) == ([1, 2], [3, 4])
    assert file.read("none").shape == (0,)


@pytest.mark.parametrize(
    ("header", "values", "said"),
    [
        (b"[]", b"", "the header does not begin with {"),
        (b" {}", b"", "the header does not begin with {"),
        (b"{", b"", "the header is no JSON"),
        (b'{"a": "\xff"}', b"", "the header is no JSON"),
        (b'{"a":' * 100_000, b"", "the header is no JSON"),
        (b"{\0}\0", b"", "the header is no JSON"),
        ({"\ud800": entry()}, b"12", "the name '\\ud800' is no text"),
        (b'{"a": 1, "a": 1}', b"", "the header has a name twice"),
        ({"__metadata__": {"k": 1}}, b"", "__metadata__ does not map texts to texts"),
        ({"__metadata__": []}, b"", "__metadata__ does not map texts to texts"),
        ({"a": 1}, b"", "'a' has not dtype, shape and data_offsets alone"),
        ({"a": {**entry(), "more": 1}}, b"12", "'a' has not dtype, shape and data_offsets alone"),
        ({"a": entry("F4")}, b"12", "'a' is of the type 'F4', which is not known"),
        ({"a": entry([])}, b"12", "'a' is of the type [], which is not known"),
        ({"a": entry(shape=[-2])}, b"12", "'a' has the shape [-2]"),
        ({"a": entry(shape=[True, 2])}, b"12", "'a' has the shape [True, 2]"),
        ({"a": entry(shape=[2.0])}, b"12", "'a' has the shape [2.0]"),
        ({"a": entry(shape=2)}, b"12", "'a' has the shape 2"),
        ({"a": entry(offsets=[0])}, b"12", "'a' has the data_offsets [0]"),
        ({"a": entry(offsets=[2, 0])}, b"12", "'a' has 2 bytes by its shape, -2 by its"),
        ({"a": entry(shape=[2**50, 4])}, b"12", "'a' has 4,503,599,627,370,496 bytes by its"),
        ({"a": entry(shape=[2**62])}, b"12", "'a' has the shape [4611686018427387904]"),
        ({"a": entry(shape=[0, 2**63], offsets=[0, 0])}, b"", "'a' has the shape [0, 92233720368"),
        ({"a": entry(shape=[1] * 33, offsets=[0, 1])}, b"1", "'a' has the shape [1, 1, 1"),
        ({"a": entry()}, b"1", "the values end at 2; the file has 1 bytes of them"),
        ({"a": entry()}, b"123", "the values end at 2; the file has 3 bytes of them"),
        ({"a": entry(), "b": entry()}, b"12", "the values of 'b' begin at 0, not at 2"),
        ({"a": entry(offsets=(1, 3))}, b"123", "the values of 'a' begin at 1, not at 0"),
    ],
)  # fmt: skip
def test_what_breaks_the_format_is_an_error(tmp_path, header, values, said):
    path = made(tmp_path / "x", header, values)
    with pytest.raises(SafetensorsError) as failure:
        SafetensorsFile(path)
    assert str(failure.value).startswith(f"{path}: {said}")


@pytest.mark.parametrize("content", [b"", b"\0" * 7])
def test_a_file_that_is_too_short_is_an_error(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(SafetensorsError, match=r"is too short for a safetensors file$"):
        SafetensorsFile(tmp_path / "x")


@pytest.mark.parametrize("size", [3, 2**64 - 1])
def test_a_header_that_is_larger_than_the_file_is_an_error(tmp_path, size):
    path = made(tmp_path / "x", b"{}", size=size)
    with pytest.raises(SafetensorsError, match=rf"the header would have {size:,} bytes of 10; "):
        SafetensorsFile(path)


def test_a_file_that_becomes_shorter_is_an_error(tmp_path):
    path = tmp_path / "x"
    write(path, {"a": np.ones(4, np.float32)})
    file = SafetensorsFile(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SafetensorsError, match=r"the values of 'a' are not there any more$"):
        file.read("a")


@settings(max_examples=300)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_any_other_byte_gives_tensors_in_the_file_or_an_error(tmp_path_factory, place, byte):
    path = tmp_path_factory.getbasetemp() / "fuzzed.safetensors"
    write(path, {"ab": np.arange(6, dtype=np.float32).reshape(2, 3), "c": np.ones(2, np.int8)})
    content = bytearray(path.read_bytes())
    content[place % len(content)] = byte
    path.write_bytes(content)
    try:
        file = SafetensorsFile(path)
    except SafetensorsError as error:
        assert str(error).startswith(f"{path}: ")
        return
    assert sum(file.read(name).nbytes for name in file.forms) == 26
