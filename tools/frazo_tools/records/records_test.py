"""count, convert and reshard, and what all subcommands refuse."""

import gzip
import itertools
import os
import resource
import signal
import subprocess
import sys

import pytest
from frazo import _core
from frazo_tools.records import records
from frazo_tools.records.input_files import RecordFiles
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(autouse=True)
def _in_folder(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("files")
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(folder))
    monkeypatch.chdir(folder)


def run(*arguments: str) -> int:
    return records.main(list(arguments))


def failure(capsys, *arguments: str) -> str:
    """The last line on standard error of a run that fails."""
    assert run(*arguments) == 1
    return capsys.readouterr().err.splitlines()[-1]


def write(path: str, contents: list[bytes], compression: str = "none") -> None:
    with _core.RecordWriter(path, compression=compression) as writer:
        for content in contents:
            writer.write(content)


def read(path: str, compression: str = "none") -> list[bytes]:
    return list(_core.RecordReader(path, compression=compression))


# Records of 3, 0 and 5 bytes, each with 16 of framing.
def test_count_tells_records_and_bytes_of_each_file_and_of_all(capsys):
    write("a", [b"abc", b""])
    write("b", [b"abcde"])
    write("empty", [])
    assert run("count", "a,b", "emp*") == 0
    assert capsys.readouterr().out.splitlines() == [
        "file     records  record bytes  file bytes",
        "a              2             3          35",
        "b              1             5          21",
        "empty          0             0           0",
        "3 files        3             8          56",
    ]


@pytest.mark.parametrize("compression", ["none", "gzip", "zlib", "zstd"])
def test_compression_is_recognised(compression, capsys):
    write("a", [b"abc"] * 7, compression)
    assert run("count", "a") == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:3] == ["a", "7", "21"]


def test_text_that_begins_like_zlib_is_text(capsys):
    # 0x78 0x5e, a multiple of 31 with the low half 8.
    with open("t", "w") as file:
        file.write("x^2\n")
    assert run("count", "t", "--format=text") == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["t", "1", "3", "4"]


def test_a_name_with_a_comma_is_a_file(capsys):
    write("a,b", [b"abc"])
    assert run("count", "a,b") == 0
    assert "a,b" in capsys.readouterr().out


def test_lines_become_records_and_lines_again(capsys):
    lines = b"one\ttwo\n\nthree\n"
    with gzip.open("lines.gz", "wb") as file:
        file.write(lines)
    assert run("convert", "lines.gz", "--from=text", "--to=tfrecord", "--out=r") == 0
    assert "3 records written to r" in capsys.readouterr().out
    # As the file that was read.
    assert read("r", "gzip") == [b"one\ttwo", b"", b"three"]
    assert run("convert", "r", "--to=text", "--compression=none", "--out=again") == 0
    with open("again", "rb") as file:
        assert file.read() == lines


@settings(max_examples=20)
@given(
    st.lists(st.lists(st.binary(max_size=30), max_size=8), min_size=1, max_size=4),
    st.sampled_from(["none", "gzip", "zlib", "zstd"]),
    st.sampled_from(["none", "zstd"]),
)
def test_conversion_keeps_every_record_in_order(tmp_path_factory, files, before, after):
    folder = tmp_path_factory.mktemp("convert")
    for number, contents in enumerate(files):
        write(f"{folder}/in-{number}", contents, before)
    arguments = [f"--from_compression={before}", f"--compression={after}", f"--out={folder}/out"]
    assert run("convert", f"{folder}/in-*", *arguments) == 0
    assert read(f"{folder}/out", after) == [record for contents in files for record in contents]


def test_resharding_deals_in_turn():
    write("a", [b"%d" % number for number in range(7)])
    assert run("reshard", "a", "--out=b@3.rec") == 0
    shards = [read(f"b-{shard:05}-of-00003.rec") for shard in range(3)]
    assert shards == [[b"0", b"3", b"6"], [b"1", b"4"], [b"2", b"5"]]
    assert run("reshard", "b@3.rec", "--out=c@*") == 1
    assert run("reshard", "b@*.rec", "--out=c") == 0
    assert sorted(read("c")) == [b"%d" % number for number in range(7)]


@settings(max_examples=20)
@given(
    st.lists(st.lists(st.binary(max_size=30), max_size=20), min_size=1, max_size=4),
    st.integers(1, 4),
    st.integers(0, 3),
)
def test_shuffled_resharding_keeps_each_record_once(tmp_path_factory, files, shards, seed):
    folder = tmp_path_factory.mktemp("reshard")
    for number, contents in enumerate(files):
        write(f"{folder}/in-{number}", contents)
    arguments = ["--shuffle", f"--seed={seed}", f"--out={folder}/out@{shards}"]
    assert run("reshard", f"{folder}/in-*", *arguments) == 0
    dealt = [read(f"{folder}/out-{i:05}-of-{shards:05}") for i in range(shards)]
    assert sorted(itertools.chain(*dealt)) == sorted(itertools.chain(*files))
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1
    assert len(os.listdir(folder)) == len(files) + shards


def test_shuffling_what_does_not_fit_into_memory():
    write("a", [b"%06d" % number + bytes(2000) for number in range(3000)])
    arguments = ["reshard", "a", "--shuffle", "--seed=5", "--memory_mib=1"]
    assert run(*arguments, "--out=one") == 0
    assert run(*arguments, "--out=two") == 0
    order = [int(record[:6]) for record in read("one")]
    assert sorted(order) == list(range(3000)) and order != sorted(order)
    assert read("two") == read("one")
    assert sorted(os.listdir()) == ["a", "one", "two"]


def test_wrong_input_is_one_clear_line(capsys):
    write("a", [b"abc"])
    write("z", [b"abc"], "gzip")
    os.mkdir("folder")
    with open("text", "w") as file:
        file.write("some text, and more of it\n")
    for command in ("count", "verify", "head", "stats"):
        assert "no file matches 'none*'" in failure(capsys, command, "none*")
        assert "stands for the folder 'folder'" in failure(capsys, command, "folder")
    assert "there is no 'a-00001-of-00002'" in failure_of_set(capsys)
    assert "set the compression to gzip" in failure(capsys, "count", "z", "--compression=none")
    assert "set the compression to none" in failure(capsys, "head", "a", "--compression=zstd")
    assert run("count", "text") == 1
    error, remedy = capsys.readouterr().err.splitlines()[-2:]
    assert "'text': record 0 at byte 0 is damaged" in error and "not like TFRecord" in error
    assert remedy == "`records repair` copies its readable records"


def failure_of_set(capsys) -> str:
    write("a-00000-of-00002", [])
    return failure(capsys, "count", "a@2")


@pytest.mark.parametrize("command", ["convert", "repair", "reshard"])
def test_what_is_there_is_not_written_over(command, capsys):
    write("a", [b"abc"])
    write("b", [b"old"])
    write("s-00001-of-00003", [b"old"])
    before = {name: os.stat(name).st_mtime_ns for name in os.listdir()}
    assert "--out=a would overwrite the input 'a'" in failure(capsys, command, "a", "--out=a")
    os.link("a", "linked")
    assert "overwrite the input" in failure(capsys, command, "a", "--out=linked")
    os.remove("linked")
    assert "'b' exists already; remove it" in failure(capsys, command, "a", "--out=b")
    assert "'s-00001-of-00003' exists already" in failure(capsys, command, "a", "--out=s@2")
    assert "cannot create '/nowhere/b'" in failure(capsys, command, "a", "--out=/nowhere/b")
    assert {name: os.stat(name).st_mtime_ns for name in os.listdir()} == before


@pytest.mark.parametrize("command", ["convert", "reshard"])
def test_a_damaged_input_leaves_no_output(command, capsys):
    write("a", [b"abc"] * 1000)
    with open("a", "r+b") as file:
        file.truncate(18_990)
    options = ["--shuffle"] if command == "reshard" else []
    assert run(command, "a", "--out=b@2", *options) == 1
    assert "record 999 at byte 18981 is cut short" in capsys.readouterr().err
    assert os.listdir() == ["a"]


def test_a_full_disk_leaves_no_output():
    write("a", [os.urandom(1000)] * 1000)
    ran = subprocess.run(
        [sys.executable, records.__file__, "reshard", "a", "--out=b@2"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert ran.returncode == 1
    assert "records reshard: cannot write 'b-0000" in ran.stderr
    assert os.listdir() == ["a"]


def test_progress_never_goes_back_and_ends_with_all_bytes():
    for number in range(3):
        write(f"a-{number}", [b"x" * 1000] * 5000, "none" if number == 1 else "gzip")
    files = RecordFiles(["a-*"])
    seen = []
    for _ in files.runs(seen.append):
        pass
    assert seen == sorted(seen) and seen[-1] == files.file_bytes
    assert len(seen) > 12


def test_a_record_that_is_no_line_leaves_no_output(capsys):
    write("a", [b"abc", b"a\nb"])
    assert "it has a line feed in it" in failure(capsys, "convert", "a", "--to=text", "--out=b")
    assert os.listdir() == ["a"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing_behind(number):
    # A pipe that nobody writes to would be refused: instead, 64 GiB, more than any machine compresses
    # before the signal comes.
    write("a", [bytes(1 << 20)] * 64)
    files = ",".join(["a"] * 1024)
    program = subprocess.Popen(
        [sys.executable, records.__file__, "convert", files, "--compression=gzip", "--out=b@2"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    # The temporary files are made before this line is printed.
    assert program.stderr.readline() == "converting ...\n"
    assert len(os.listdir()) == 3
    program.send_signal(number)
    _, error = program.communicate()
    assert program.returncode == 130
    assert error == "records convert: interrupted\n"
    assert os.listdir() == ["a"]


def test_help_shows_every_subcommand(capsys):
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for name in records.COMMANDS:
        assert f"//tools:records -- {name} " in shown
        with pytest.raises(SystemExit):
            run(name, "--help")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["head", "a", "-n", "0"], "'0' is not a whole number >= 1"),
        (["reshard", "a", "--out=b", "--seed=-1"], "'-1' is not a whole number >= 0"),
        (["stats", "a", "--field=x", "--column=1"], "not allowed with"),
        (["convert", "a"], "--out"),
    ],
)
def test_wrong_arguments_are_named(arguments, message, capsys):
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_neither_tensorflow_nor_matplotlib_is_imported():
    write("a", [b"abc"])
    program = (
        "import sys; from frazo_tools.records import records; records.main(['count', 'a']);"
        "print([m for m in ('tensorflow', 'matplotlib') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines()[-1] == "[]"
    assert ran.stderr == "counting ...\n"
