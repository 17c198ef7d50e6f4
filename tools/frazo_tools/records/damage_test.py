"""verify and repair on damaged files."""

import gzip
import os
import random
import re

import pytest
from frazo import _core
from frazo_tools.records import records
from hypothesis import given, settings
from hypothesis import strategies as st

# Eight of length and four of its checksum before a record, four of its own checksum behind it.
FRAMING_BYTES = 16
RECORDS = [bytes([65 + i]) * (3 * i) for i in range(7)]
# Bytes of the file before each record, and all.
OFFSETS = [sum(FRAMING_BYTES + len(r) for r in RECORDS[:i]) for i in range(len(RECORDS) + 1)]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("files")
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(folder))
    monkeypatch.chdir(folder)
    with _core.RecordWriter("whole") as writer:
        for record in RECORDS:
            writer.write(record)


def run(*arguments: str) -> int:
    return records.main(list(arguments))


def damaged(content: bytes) -> None:
    with open("bad", "wb") as file:
        file.write(content)


def whole() -> bytearray:
    with open("whole", "rb") as file:
        return bytearray(file.read())


def repaired() -> list[bytes]:
    """What is left after repair, with which verify agrees."""
    assert run("repair", "bad", "--from_compression=none", "--out=good") == 0
    assert run("verify", "good", "--compression=none") == 0
    read = list(_core.RecordReader("good"))
    os.remove("good")
    return read


@settings(max_examples=40)
@given(st.integers(0, 8 * OFFSETS[-1] - 1))
def test_a_flipped_bit_costs_its_record_alone(bit):
    content = whole()
    content[bit // 8] ^= 1 << bit % 8
    damaged(content)
    assert run("verify", "bad", "--compression=none") == 1
    (lost,) = [i for i in range(len(RECORDS)) if OFFSETS[i] <= bit // 8 < OFFSETS[i + 1]]
    assert repaired() == RECORDS[:lost] + RECORDS[lost + 1 :]


def test_every_truncation_keeps_the_records_before_it():
    content = whole()
    # An empty file holds no records; one whose first record is cut has none to repair.
    for length in range(OFFSETS[1], OFFSETS[-1], 3):
        damaged(content[:length])
        is_whole = length in OFFSETS
        assert run("verify", "bad", "--compression=none") == (0 if is_whole else 1)
        kept = sum(end <= length for end in OFFSETS[1:])
        assert repaired() == RECORDS[:kept]


def same_gaps(content: bytes, begin: int, end: int) -> list[tuple[int, int]]:
    """The gaps that leave the same file: where the bytes behind a gap are those that it begins
    with, it may as well begin later, and where those before it are those that it ends with,
    earlier.
    """
    gaps = [(begin, end)]
    while gaps[0][0] > 0 and content[gaps[0][0] - 1] == content[gaps[0][1] - 1]:
        gaps.insert(0, (gaps[0][0] - 1, gaps[0][1] - 1))
    while gaps[-1][1] < len(content) and content[gaps[-1][0]] == content[gaps[-1][1]]:
        gaps.append((gaps[-1][0] + 1, gaps[-1][1] + 1))
    return gaps


@settings(max_examples=40)
@given(st.sets(st.integers(0, OFFSETS[-1]), min_size=2, max_size=2).map(sorted))
def test_missing_bytes_cost_the_records_that_they_are_of(gap):
    content = whole()
    gaps = same_gaps(content, *gap)
    kept = [
        record
        for i, record in enumerate(RECORDS)
        if any(OFFSETS[i + 1] <= begin or OFFSETS[i] >= end for begin, end in gaps)
    ]
    begin, end = gap
    damaged(content[:begin] + content[end:])
    if kept:
        assert repaired() == kept


def test_missing_bytes_that_follow_the_gap_again_cost_nothing():
    # Byte 140 is the last of record 5, and 173 the same in value: without 140 to 172 record 5 is whole.
    content = whole()
    assert content[140] == content[173]
    damaged(content[:140] + content[173:])
    assert repaired() == RECORDS[:6]


@settings(max_examples=20)
@given(st.binary(min_size=1, max_size=40), st.integers(0, OFFSETS[-1]))
def test_bytes_too_many_cost_at_most_the_record_that_they_are_in(more, at):
    content = whole()
    damaged(content[:at] + more + content[at:])
    kept = repaired()
    if at in OFFSETS:
        assert kept == RECORDS
    else:
        (lost,) = [i for i in range(len(RECORDS)) if OFFSETS[i] < at < OFFSETS[i + 1]]
        assert kept in (RECORDS[:lost] + RECORDS[lost + 1 :], RECORDS)


# Record 2 (6 bytes) stands at byte 35: after 16 and 19. Its data begins at 47.
def test_verify_names_file_offset_length_and_cause(capsys):
    content = whole()
    content[47] ^= 1
    damaged(content[:-5])
    assert run("verify", "whole,bad") == 1
    first, second, count, summary = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"bad: from byte 35 on, 22 bytes: 'bad': record 2 at byte 35 is damaged: the checksum of its "
        r"data is 0x\w{8} where 0x\w{8} is stored; fetch the file again or write it anew",
        first,
    )
    assert second.startswith("bad: from byte 141 on, 29 bytes: 'bad': record 6 at byte 141 is cut")
    assert count == "12 whole records in 2 files"
    assert summary == "damaged: 2 regions in 1 file; lost: at least 2 records, 51 bytes"
    assert run("repair", "bad", "--out=good") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[-2:] == ["5 records copied to good", summary]


def test_verify_finds_no_damage_in_whole_files(capsys):
    assert run("verify", "whole") == 0
    assert capsys.readouterr().out == "7 whole records in 1 file\nno damage\n"


def test_a_damaged_compressed_file_keeps_what_comes_before(capsys):
    generator = random.Random(1)
    many = [generator.randbytes(1000) for _ in range(200)]
    with _core.RecordWriter("zipped", compression="gzip") as writer:
        for record in many:
            writer.write(record)
    with open("zipped", "rb") as file:
        damaged(file.read()[:100_000])
    assert run("verify", "bad") == 1
    out = capsys.readouterr().out
    assert "on, the rest of the file: 'bad'" in out
    assert out.endswith("lost: at least 1 record, 0 bytes and the rest of 1 file\n")
    assert run("repair", "bad", "--out=good@2.gz") == 0
    first = list(_core.RecordReader("good-00000-of-00002.gz", compression="gzip"))
    assert first == many[: 2 * len(first) : 2]
    # Noise does not compress: about half of the records were in the half of the file.
    assert 45 <= len(first) <= 55


def test_what_holds_no_record_is_not_repaired(capsys):
    damaged(b"This is a text and no TFRecord file at all.\n")
    assert run("repair", "bad", "--out=good") == 1
    assert capsys.readouterr().err.endswith(
        "records repair: no record is readable, so nothing is written; check --from=tfrecord "
        "and --from_compression\n"
    )
    assert sorted(os.listdir()) == ["bad", "whole"]


def test_a_record_over_the_limit_is_skipped(capsys):
    assert run("repair", "whole", "--max_record_bytes=15", "--out=good") == 0
    assert "record 6 at byte 141 is 18 bytes long, over the limit of 15" in capsys.readouterr().out
    assert list(_core.RecordReader("good")) == RECORDS[:6]


def test_lines_of_text_are_repaired_from_a_cut_gzip_file():
    content = gzip.compress(b"".join(b"line %d\n" % i for i in range(1000)))
    damaged(content[:-8])  # The checksum is lost, not the lines.
    assert run("repair", "bad", "--from=text", "--out=good") == 0
    with gzip.open("good") as lines:
        assert len(lines.readlines()) == 1000
