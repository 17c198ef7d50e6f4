"""A Python script of an outside Bazel workspace runs on our TensorFlow ops."""

from frazo._core import RecordWriter
from outside_workspace import OutsideBazel


def test_the_script_finds_the_longest_record(tmp_path):
    records = tmp_path / "words.zst"
    with RecordWriter(records, compression="zstd") as writer:
        for word in [b"a", b"longest", b"word"]:
            writer.write(word)
    with OutsideBazel() as bazel:
        printed = bazel.run("run", "--noshow_progress", "//:longest_record", "--", str(records))
    assert printed == "longest\n"
