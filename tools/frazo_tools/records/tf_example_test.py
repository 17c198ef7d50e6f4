"""encode_example against a literal worked out by hand and against TensorFlow's own parser."""

import numpy as np
import pytest
from frazo_tools.records.tf_example import encode_example
from hypothesis import given
from hypothesis import strategies as st


def test_encodes_the_bytes_of_the_wire_format():
    # Feature {int64_list: {value: [300]}} is 1a 04 (0a 02 (ac 02)): 300 = 0b10_0101100 gives the
    # groups 0101100 | 0x80 = ac and 10 = 02. The map entry {key: "a", value} is
    # 0a 01 61 12 06 ...; Features and Example each put 0a and the length in front.
    assert encode_example({"a": 300}) == bytes.fromhex("0a0d 0a0b 0a0161 1206 1a04 0a02 ac02")


def test_features_are_written_by_name_whatever_the_order_given():
    assert encode_example({"b": 1, "a": b"x"}) == encode_example({"a": b"x", "b": 1})


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        st.binary(max_size=1000) | st.integers(-(2**63), 2**63 - 1),
    )
)
def test_tensorflow_reads_back_what_was_written(features):
    from tensorflow.core.example import example_pb2

    parsed = example_pb2.Example.FromString(encode_example(features)).features.feature

    assert {
        name: feature.bytes_list.value[0]
        if feature.HasField("bytes_list")
        else feature.int64_list.value[0]
        for name, feature in parsed.items()
    } == features


def test_tensorflow_reads_lists():
    from tensorflow.core.example import example_pb2

    record = encode_example(
        {
            "points": np.array([[1.5, -2], [3, 1e-40]], np.float64),
            "labels": np.array([1, -1, 300], np.int32),
            "names": [b"Car", b""],
            "nothing": np.zeros([0, 3], np.float32),
        }
    )
    parsed = example_pb2.Example.FromString(record).features.feature
    assert list(parsed["points"].float_list.value) == [1.5, -2, 3, np.float32(1e-40)]
    assert list(parsed["labels"].int64_list.value) == [1, -1, 300]
    assert list(parsed["names"].bytes_list.value) == [b"Car", b""]
    assert parsed["nothing"].WhichOneof("kind") == "float_list"
    assert not parsed["nothing"].float_list.value


def test_an_int_of_more_than_64_bits_is_refused_by_name():
    with pytest.raises(OverflowError, match="feature 'label': 9223372036854775808 does not fit"):
        encode_example({"label": 2**63})


def test_another_type_is_refused_by_name():
    with pytest.raises(
        TypeError, match=r"feature 'weight': expected bytes, a list of .*, got float"
    ):
        encode_example({"weight": 0.5})
