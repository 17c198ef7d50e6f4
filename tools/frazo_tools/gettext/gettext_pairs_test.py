"""The tool as a whole, on catalogues written here."""

import itertools
import json
from pathlib import Path

import pytest
from frazo import _core
from frazo_tools.gettext import gettext_pairs
from frazo_tools.gettext.mo_file_writer import write_mo
from frazo_tools.gettext.sample import sample_messages

FILES = {
    "train.tfrecord", "dev.tfrecord", "test.tfrecord", "test.en", "test.de", "ende.model",
    "provenance.tsv", "report.json", "lengths.png",
}  # fmt: skip


@pytest.fixture
def catalogues(tmp_path, monkeypatch) -> Path:
    """Two good catalogues, of 80 messages and of 20 of these and three bad ones, and a
    damaged one.
    """
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "catalogues" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "a.mo").write_bytes(write_mo(sample_messages(80)))
    bad = {"%d": "%d", "see %s": "siehe", "the file": "the file"}
    (folder / "b.mo").write_bytes(write_mo({**sample_messages(20), **bad}, byte_order=">"))
    (folder / "c.mo").write_bytes(write_mo({"Open": "Auf"})[:40])
    return tmp_path / "catalogues"


def run(out: str, *more: str) -> int:
    return gettext_pairs.main(
        [f"--out={out}", "--from", "catalogues", "--held_out=5", "--vocab_size=300", *more]
    )


def records(path: Path) -> list[str]:
    return [record.decode() for record in _core.RecordReader(path)]


def test_writes_all_pairs_once_and_reports_the_rest(catalogues, tmp_path, capsys):
    assert run("out") == 0
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == FILES
    parts = {name: records(out / f"{name}.tfrecord") for name in ("train", "dev", "test")}
    assert {name: len(part) for name, part in parts.items()} == {"train": 70, "dev": 5, "test": 5}
    expected = ["\t".join(message) for message in sample_messages(80).items()]
    assert sorted(itertools.chain(*parts.values())) == sorted(expected)
    lines = zip(
        *((out / f"test.{end}").read_text().splitlines() for end in ("en", "de")), strict=True
    )
    assert ["\t".join(pair) for pair in lines] == parts["test"]
    tokenizer = _core.Tokenizer(kind="sentencepiece", model=out / "ende.model")
    assert tokenizer.decode(tokenizer.encode("abc Grüße")) == "abc Grüße"
    printed = capsys.readouterr().out
    assert ["pairs", "80"] in [line.split() for line in printed.splitlines()]
    assert "left out: 1 file or package\n  catalogues/de/LC_MESSAGES/c.mo: the table of" in printed


def test_the_report_accounts_for_every_message(catalogues, tmp_path):
    assert run("out") == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["messages"] == 103
    dropped = {reason: number for reason, number in report["dropped_messages"].items() if number}
    assert dropped == {
        "one side has no letters": 1,
        "placeholders or markup differ": 1,
        "both sides are the same, and not a name": 1,
    }
    assert report["repeated_messages"] == 20
    assert not any(report["dropped_pairs"].values())
    assert report["parts"]["dev"] == {
        "pairs": 5,
        "source_words": 15,
        "target_words": 15,
        "mean_source_words": 3.0,
        "mean_target_words": 3.0,
    }
    provenance = (tmp_path / "out" / "provenance.tsv").read_text()
    assert provenance == (
        "package\tversion\tlicence\tcatalogue\tmessages\n"
        "-\t-\t-\tcatalogues/de/LC_MESSAGES/a.mo\t80\n"
        "-\t-\t-\tcatalogues/de/LC_MESSAGES/b.mo\t23\n"
    )


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_the_same_catalogues_give_the_same_bytes(catalogues, tmp_path, kind):
    for out in ("one", "two", "one"):
        assert run(out, f"--vocab_kind={kind}") == 0
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--held_out=21"],
            "--held_out=21 for dev and as many for test are more than half of all 80 pairs; lower "
            "it, or give more packages",
        ),
        (["--vocab_size=10"], "--vocab_size=10 does not fit 70 pairs ("),
        (["--locale=fr"], "catalogues: the folder has neither .deb packages nor catalogues"),
        (
            ["--from", "catalogues/de/LC_MESSAGES/c.mo"],
            "the catalogues have no pairs: check --locale, and whether the files are damaged\n  "
            "catalogues/de/LC_MESSAGES/c.mo: ",
        ),
    ],
)
def test_says_what_is_wrong(catalogues, capsys, arguments, message):
    assert run("out", *arguments) == 1
    assert f"gettext_pairs: {message}" in capsys.readouterr().err


def test_too_few_pairs_of_natural_text_are_refused(catalogues, capsys):
    words = {source.split()[0]: target for source, target in sample_messages(80).items()}
    (catalogues / "de.mo").write_bytes(write_mo({**words, **sample_messages(2, first=100)}))
    assert run("out", "--from", "catalogues/de.mo") == 1
    assert "dev would have " in (error := capsys.readouterr().err)
    assert "pairs, not --held_out=5: only so many are natural text of three words and more" in error


def test_without_network_and_paths_it_says_what_to_bring(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gettext_pairs.main(["--out=out"]) == 1
    assert "copy .deb packages from another machine" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        gettext_pairs.main(["--help"])
    said = capsys.readouterr().out
    assert "fetches 33 packages of Debian (196 MB)" in said and "similarity of 0.6 or more" in said
