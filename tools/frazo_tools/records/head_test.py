from frazo_tools.records.head import describe
from frazo_tools.records.tf_example import encode_example


def show(record: bytes, **options) -> list[str]:
    return list(describe(record, **options))


def test_an_example_is_shown_feature_by_feature():
    record = encode_example({"text": "Ĉu?".encode(), "id": 7, "image": bytes(784)})
    assert show(record) == [
        "id: int64[1] 7",
        'image: bytes[1] "' + r"\x00" * 25 + '"... (784 bytes)',
        'text: bytes[1] "Ĉu?"',
    ]


# The wire format by hand: see tf_example_features_test.py.
def test_numbers_of_32_bits_are_shown_as_short_as_they_are():
    record = bytes.fromhex("0a0f 0a0d 0a0166 1208 1206 0a04 cdcccc3d")  # 0.1
    assert show(record) == ["f: float[1] 0.100000001"]
    assert show(bytes.fromhex("0a07 0a05 0a0166 1200")) == ["f: no values"]


def test_long_lists_are_cut():
    from frazo_tools.records.tf_example_features import decode_example

    # Int64List of 100 ones, packed.
    values = bytes.fromhex("0a64") + b"\x01" * 100
    feature = bytes([0x1A, len(values)]) + values
    entry = bytes.fromhex("0a0166 12") + bytes([len(feature)]) + feature
    features = b"\x0a" + bytes([len(entry)]) + entry
    record = b"\x0a" + bytes([len(features)]) + features
    assert len(decode_example(record)["f"].values) == 100
    (line,) = show(record)
    assert line.startswith("f: int64[100] 1 1 1") and line.endswith(" 1 ...")
    assert len(line) < 130


def test_text_is_shown_as_text_and_other_bytes_escaped():
    assert show(b'say "hi"\tthere\\') == [r'"say \"hi\"\tthere\\"']
    assert show(b'ab\xff\x00"') == [r'"ab\xff\x00\""']
    assert show(b"") == ['""']


def test_a_line_is_never_an_example():
    line = encode_example({"a": 300})
    assert show(line) == ["a: int64[1] 300"]
    assert show(line, is_text=True)[0].startswith('"')


def test_long_text_is_cut_between_characters():
    text = "ĉ" * 1000
    assert show(text.encode()) == ['"' + "ĉ" * 100 + '"... (2,000 bytes)']
    # 400 bytes are looked at: one of the first character, then 3 a character.
    divided = b"a" + "€".encode() * 200
    assert show(divided) == ['"a' + "€" * 99 + '"... (601 bytes)']
    assert show(b"x" * 100) == ['"' + "x" * 100 + '"']
