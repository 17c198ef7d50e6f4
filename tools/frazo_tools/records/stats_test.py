import random

import pytest
from frazo import _core
from frazo_tools.records import records
from frazo_tools.records.stats import describe, describe_buckets, percentile
from frazo_tools.records.tf_example import encode_example


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def write(path: str, contents: list[bytes], compression: str = "none") -> None:
    with _core.RecordWriter(path, compression=compression) as writer:
        for content in contents:
            writer.write(content)


def stats(capsys, *arguments: str) -> str:
    assert records.main(["stats", *arguments]) == 0
    return capsys.readouterr().out


def failure(capsys, *arguments: str) -> str:
    assert records.main(["stats", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err.splitlines()[-1]


# Ten lengths, 1 to 10: the 25% one is the third, since 2 of 10 are too few.
def test_percentiles_are_lengths_that_occur():
    histogram = dict.fromkeys(range(1, 11), 1)
    assert [percentile(histogram, p) for p in (1, 10, 25, 50, 90, 99)] == [1, 1, 3, 5, 9, 10]
    assert describe({4: 3, 8: 1}) == (
        "  min 4  1% 4  10% 4  25% 4  median 4  75% 4  90% 8  99% 8  mean 5.0  max 8"
    )


# Up to 5: 20 sequences take 100 of which 40 are padding; with one bucket 210, 140 of them padding.
def test_the_padding_of_each_bucket_and_of_all():
    assert describe_buckets({1: 10, 5: 10, 10: 1}, [5, 10]).splitlines() == [
        "bucket up to  records  padding",
        "5                  20   40.00%",
        "10                  1    0.00%",
        "padding: 36.36% with these buckets, 66.67% with one",
        "in a configuration: buckets { bounds: [5, 10] ... }",
    ]


def test_whole_records_in_bytes(capsys):
    write("a-1", [b"x" * 3] * 4 + [b""], "gzip")
    write("a-2", [b"x" * 8])
    out = stats(capsys, "a-*", "--buckets=2")
    assert out.startswith("6 records in 2 files; length of records in bytes:\n  min 0 ")
    assert "bounds: [3, 8]" in out


def test_words_of_a_column_of_lines(capsys, tmp_path):
    (tmp_path / "pairs.tsv").write_text("one\ta b c\ntwo\td\nthree\te  f\n")
    out = stats(capsys, "pairs.tsv", "--format=text", "--column=1", "--unit=words")
    assert "3 records in 1 file; length of column 1 in words:" in out
    assert "median 2 " in out and "bounds: [1, 2, 3]" in out


def test_fields_of_examples(capsys):
    write("e", [encode_example({"text": b"three small words", "id": 7})] * 2)
    assert "length of 'text' in bytes:\n  min 17 " in stats(capsys, "e", "--field=text")
    assert "in words:\n  min 3 " in stats(capsys, "e", "--field=text", "--unit=words")
    assert "in values:\n  min 1 " in stats(capsys, "e", "--field=text", "--unit=values")
    assert "in values:\n  min 1 " in stats(capsys, "e", "--field=id")


def test_a_picture_is_drawn_and_never_over_another(capsys, tmp_path):
    generator = random.Random(1)
    write("a", [b"x" * int(generator.gammavariate(3, 9)) for _ in range(500)])
    assert "drawn in p.png" in stats(capsys, "a", "--plot=p.png")
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "p.png"]
    assert failure(capsys, "a", "--plot=p.png") == (
        "records stats: --plot=p.png exists already; remove it or choose another name"
    )


def test_what_is_wrong_is_named(capsys, tmp_path):
    write("e", [encode_example({"text": b"a", "id": 7})])
    write("empty", [])
    (tmp_path / "t").write_text("a\tb\nc\n")
    assert "no feature 'x'; it has: id, text" in failure(capsys, "e", "--field=x")
    assert "'id' holds numbers (int64), which have no words; use --unit=values" in failure(
        capsys, "e", "--field=id", "--unit=words"
    )
    assert "t: record 1 has 1 tab-separated columns, so there is no column 1" in failure(
        capsys, "t", "--format=text", "--column=1"
    )
    assert "t: record 0 is not a tf.Example" in failure(capsys, "t", "--format=text", "--field=x")
    assert "--unit=values counts the values of a --field" in failure(capsys, "e", "--unit=values")
    assert "there is no folder '/nowhere'; create it" in failure(
        capsys, "e", "--plot=/nowhere/p.png"
    )
    assert failure(capsys, "empty") == "records stats: there are no records in empty"
