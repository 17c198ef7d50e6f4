import pytest
from frazo_tools.records.tf_example import encode_example
from frazo_tools.records.tf_example_features import ExampleError, bytes_features, decode_example
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.binary(max_size=1000) | st.integers(-(2**63), 2**63 - 1)


@given(st.dictionaries(NAMES, VALUES, min_size=1))
def test_what_is_encoded_is_decoded(features):
    decoded = decode_example(encode_example(features))
    assert {name: list(feature.values) for name, feature in decoded.items()} == {
        name: [value] for name, value in features.items()
    }
    assert list(decoded) == sorted(features)


# Wire format by hand: float_list is field 2 (12), its packed value field 1 (0a), 1.5 = 0000c03f.
def test_each_kind_of_feature():
    record = bytes.fromhex("0a0f 0a0d 0a0166 1208 1206 0a04 0000c03f")
    assert decode_example(record)["f"].kind == "float"
    assert list(decode_example(record)["f"].values) == [1.5]
    assert decode_example(bytes.fromhex("0a07 0a05 0a0166 1200"))["f"].kind is None
    both = decode_example(encode_example({"a": b"x", "b": -1}))
    assert (both["a"].kind, both["b"].kind) == ("bytes", "int64")


# TensorFlow's own messages live in the same process.
@settings(max_examples=20)
@given(
    st.dictionaries(
        NAMES,
        st.lists(st.binary(max_size=9), max_size=3)
        | st.lists(st.integers(-9, 9), max_size=3)
        | st.lists(st.floats(width=32, allow_nan=False), max_size=3),
        min_size=1,
        max_size=4,
    )
)
def test_what_tensorflow_writes_is_read(features):
    from tensorflow.core.example import example_pb2

    example = example_pb2.Example()
    for name, values in features.items():
        feature = example.features.feature[name]
        kind = {bytes: "bytes", int: "int64", float: "float"}[type(values[0]) if values else int]
        getattr(feature, f"{kind}_list").value.extend(values)
    decoded = decode_example(example.SerializeToString())
    assert {name: list(feature.values) for name, feature in decoded.items()} == features


def test_bytes_features_leaves_the_others_out():
    assert bytes_features(encode_example({"a": b"text", "b": 7})) == {"a": [b"text"]}


def test_every_cut_of_an_example_is_noticed():
    example = encode_example({"a": b"text", "b": b"other"})
    for length in range(len(example)):
        with pytest.raises(ExampleError):
            decode_example(example[:length])


@pytest.mark.parametrize("record", [b"", b"some text", b"\x0a\xff", b"\x0a\x00"])
def test_other_bytes_are_no_example(record):
    with pytest.raises(ExampleError, match=r"not a message|without features"):
        decode_example(record)
