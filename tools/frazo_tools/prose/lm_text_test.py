"""The tool as a whole, on pages written here."""

import json

import pytest
from frazo import _core
from frazo_tools.prose import lm_text
from frazo_tools.prose.sample import write_pages

FILES = {
    "train.tfrecord",
    "dev.tfrecord",
    "test.tfrecord",
    "text.model",
    "manifest.tsv",
    "report.json",
}


@pytest.fixture
def pages(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_pages(tmp_path / "pages", 60)
    return tmp_path / "pages"


def run(out, *more):
    return lm_text.main(
        [f"--out={out}", "--from", "pages", "--held_out=0.2", "--vocab_size=300", *more]
    )


def records(path):
    return [record.decode() for record in _core.RecordReader(path)]


def test_writes_passages_and_a_vocabulary_and_reports_the_rest(pages, tmp_path, capsys):
    (pages / "bad.html.gz").write_bytes(b"no gzip")
    assert run("out") == 0
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == FILES
    texts = {name: records(out / f"{name}.tfrecord") for name in ("train", "dev", "test")}
    tokenizer = _core.Tokenizer(kind="sentencepiece", model=out / "text.model")
    for found in texts.values():
        assert all(len(text.encode()) <= 1000 for text in found)
        assert all(tokenizer.decode(tokenizer.encode(text)) == text for text in found)
    report = json.loads((out / "report.json").read_text())
    for name, found in texts.items():
        part = report["parts"][name]
        assert part["passages"] == len(found)
        assert part["bytes"] == sum(len(text.encode()) for text in found)
        assert part["tokens"] == sum(len(tokenizer.encode(text)) + 1 for text in found)
    # 60 pages of a heading and 12 paragraphs.
    left_out = report["left_out_paragraphs"]
    assert report["paragraphs"] == 60 * 13
    assert left_out["fewer than 10 words: headings, names, menus"] == 60
    lines = sum(len(text.split("\n")) for found in texts.values() for text in found)
    assert lines == 60 * 12 - left_out["near-copies"]
    printed = capsys.readouterr().out
    assert "left out: 1 file or package\n  pages/bad.html.gz: bad.html.gz: cannot be" in printed
    manifest = (out / "manifest.tsv").read_text().splitlines()
    assert manifest[:2] == [
        "package\tversion\tlicence\tpath\tdocuments",
        "-\t-\t-\tpages/0.html\t1",
    ]


def test_the_same_pages_give_the_same_files(pages, tmp_path):
    assert run("one") == run("two") == 0
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--held_out=0.001"], "lm_text: dev would have no text: "),
        (["--vocab_size=5"], "lm_text: --vocab_size=5 does not fit "),
        (["--from", "nowhere"], "lm_text: nowhere: does not exist; give --from packages, pages or"),
    ],
)
def test_what_cannot_be_done_says_what_to_change(pages, capsys, options, error):
    assert run("out", *options) == 1
    assert error in capsys.readouterr().err


def test_a_folder_without_documents_is_an_error(pages, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert lm_text.main(["--out=out", "--from", "empty"]) == 1
    assert "empty: the folder has neither .deb packages nor .html" in capsys.readouterr().err


def test_without_network_and_paths_it_says_what_to_bring(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lm_text.main(["--out=out"]) == 1
    assert "copy .deb packages from another machine" in capsys.readouterr().err
