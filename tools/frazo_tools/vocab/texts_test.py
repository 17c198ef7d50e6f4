import gzip
from pathlib import Path

import pytest
from frazo import _core
from frazo_tools.records.tf_example import encode_example
from frazo_tools.vocab import texts
from frazo_tools.vocab.texts import TextError, Texts


def records(path: Path, contents: list[bytes], compression: str = "none") -> Path:
    with _core.RecordWriter(path, compression=compression) as writer:
        for content in contents:
            writer.write(content)
    return path


def read(path: Path, file_format: str, **options) -> list[bytes]:
    return list(Texts([path], file_format=file_format, **options).read())


def test_a_text_is_a_line_or_a_record(tmp_path):
    lines = tmp_path / "lines"
    lines.write_bytes(b"one\r\n\ntwo\xff")
    assert read(lines, "text") == [b"one", b"", b"two\xff"]
    zipped = tmp_path / "zipped"
    zipped.write_bytes(gzip.compress(b"one\ntwo\n"))
    assert read(zipped, "text") == [b"one", b"two"]
    assert read(records(tmp_path / "r", [b"a\nb", b""]), "tfrecord") == [b"a\nb", b""]
    zipped_records = records(tmp_path / "z", [b"a"], "gzip")
    assert read(zipped_records, "tfrecord", compression="gzip") == [b"a"]


def test_a_byte_order_mark_is_no_part_of_the_first_text(tmp_path):
    lines = tmp_path / "lines"
    for compress in (bytes, gzip.compress):
        lines.write_bytes(compress(b"\xef\xbb\xbfone\ntwo\n"))
        assert read(lines, "text") == [b"one", b"two"]
    lines.write_bytes("one\n".encode("utf-16"))
    with pytest.raises(TextError, match="lines is UTF-16; convert it to UTF-8"):
        read(lines, "text")


def test_columns_are_numbered_or_named(tmp_path):
    lines = tmp_path / "lines"
    lines.write_bytes(b"a\tb\tc\nd\te\tf\n")
    assert read(lines, "text", columns=["2", "0"]) == [b"c", b"a", b"f", b"d"]
    assert read(records(tmp_path / "r", [b"a\tb"]), "tfrecord", columns=["1"]) == [b"b"]
    example = encode_example({"source": b"a", "id": 7, "target": b"b"})
    named = records(tmp_path / "e", [example])
    assert read(named, "tfrecord", columns=["target", "source"]) == [b"b", b"a"]


def test_progress_ends_with_all_bytes(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"a\n" * 10_000)
    seen = []
    list(Texts([path, path], file_format="text").read(seen.append))
    assert seen == sorted(seen) and seen[-1] == 40_000


def test_errors_name_the_file_the_place_and_the_remedy(tmp_path):
    with pytest.raises(TextError, match="none: does not exist; name the files"):
        Texts([tmp_path / "none"], file_format="text")
    with pytest.raises(TextError, match="is a folder; name the files"):
        Texts([tmp_path], file_format="text")
    lines = tmp_path / "lines"
    lines.write_bytes(b"a\tb\nc\n")
    with pytest.raises(
        TextError, match="lines: line 2 has 1 tab-separated columns, so there is no column 1"
    ):
        read(lines, "text", columns=["1"])
    with pytest.raises(TextError, match="mixes numbers"):
        Texts([lines], file_format="text", columns=["0", "a"])
    with pytest.raises(TextError, match="need --format=tfrecord"):
        Texts([lines], file_format="text", columns=["a"])
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(gzip.compress(b"one\ntwo\n")[:-4])
    with pytest.raises(TextError, match=r"damaged\.gz: cannot be read"):
        read(damaged, "text")
    with pytest.raises(TextError, match="lines': record 0"):
        read(lines, "tfrecord")
    example = records(tmp_path / "e", [encode_example({"source": b"a"})])
    with pytest.raises(TextError, match="record 0 has no bytes feature 'x'; it has: source"):
        read(example, "tfrecord", columns=["x"])
    no_example = records(tmp_path / "n", [b"\x0a\xff"])
    with pytest.raises(TextError, match=r"record 0 is not a tf\.Example"):
        read(no_example, "tfrecord", columns=["x"])


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_line_that_is_too_long_is_refused(tmp_path, monkeypatch, compress):
    lines = tmp_path / "lines"
    # Its line end counts: the second line has five bytes.
    lines.write_bytes(compress(b"one\ntwo2\nthree"))
    monkeypatch.setattr(texts, "MAX_LINE_BYTES", 5)
    assert read(lines, "text") == [b"one", b"two2", b"three"]
    monkeypatch.setattr(texts, "MAX_LINE_BYTES", 4)
    with pytest.raises(TextError, match="lines: line 2 has more than 4 bytes; divide it, or leave"):
        read(lines, "text")
