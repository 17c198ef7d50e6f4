import json
import os
from pathlib import Path

import pytest
from frazo_tools.tokenizer import tokenizer
from frazo_tools.tokenizer.sample import sample_tokenizer
from google.protobuf import text_format


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    before = Path.cwd()
    yield tmp_path
    os.chdir(before)


def test_a_tokenizer_is_exported_and_imported(folder, capsys):
    message = sample_tokenizer("bpe", folder)
    text = text_format.MessageToString(message, as_one_line=True)
    assert tokenizer.main(["export", text, "a.json"]) == 0
    assert tokenizer.main(["import", "a.json", "vocab/b"]) == 0
    out = capsys.readouterr().out
    assert "a.json: " in out and "vocab/b.merges: " in out and "vocab/b.textproto: " in out
    assert (
        "in a configuration: tokenizer "
        '{ bpe { merges: "vocab/b.merges" vocabulary: "vocab/b.vocab" } }' in out
    )
    assert "not the same: the names of special tokens in a text (<s>, </s>) are text" in out
    for ending in ("vocab", "merges"):
        assert (folder / f"vocab/b.{ending}").read_bytes() == (
            folder / f"bpe.{ending}"
        ).read_bytes()
    # The message that was written reads the files.
    assert tokenizer.main(["export", "vocab/b.textproto", "c.json"]) == 0
    assert (folder / "c.json").read_bytes() == (folder / "a.json").read_bytes()
    assert json.loads((folder / "a.json").read_text())["model"]["type"] == "BPE"


def test_a_sentencepiece_model_is_a_tokenizer(folder):
    sample_tokenizer("unigram", folder)
    assert tokenizer.main(["export", "unigram.model", "u.json"]) == 0
    assert json.loads((folder / "u.json").read_text())["model"]["type"] == "Unigram"


def test_what_exists_is_not_replaced(folder, capsys):
    (folder / "a.json").write_text("mine")
    assert tokenizer.main(["export", "grapheme {}", "a.json"]) == 1
    error = "tokenizer export: 'a.json' exists already; remove it or choose another name\n"
    assert capsys.readouterr().err == error
    assert (folder / "a.json").read_text() == "mine"
    assert tokenizer.main(["export", "grapheme {}", "b.json"]) == 0
    (folder / "new.textproto").write_text("mine")
    assert tokenizer.main(["import", "b.json", "new"]) == 1
    assert "'new.textproto' exists already" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "b.json", "new.textproto"]


def test_mistakes_are_told(folder, capsys):
    def error(*arguments: str) -> str:
        assert tokenizer.main(arguments) == 1
        return capsys.readouterr().err

    assert "as in 'word { vocabulary: \"w.vocab\" }'" in error("export", "w.vocab", "a.json")
    assert "TOKENIZER:1:1" in error("export", "wird { }", "a.json")
    (folder / "none.textproto").write_text("unk_id: 1")
    assert "the tokenizer has no kind; set one" in error("export", "none.textproto", "a.json")
    assert "No such file" in error("import", "none.json", "a")
    (folder / "no.json").write_text("{}")
    assert error("import", "no.json", "a").startswith(
        "tokenizer import: 'no.json': model is missing"
    )
    with pytest.raises(SystemExit):
        tokenizer.main(["export", "a.json"])
    assert "export takes TOKENIZER and OUT, or --model" in capsys.readouterr().err


def test_a_tokenizer_of_an_experiment_is_exported(folder, capsys):
    sample_tokenizer("word", folder)
    model = ["--model=mt.gettext_en_de.TransformerTiny"]
    task = 'task.translation.tokenizer={word{vocabulary:"word.vocab"}}'
    field = "--field=task.translation.tokenizer"
    assert tokenizer.main(["export", *model, f"--set={task}", field, "w.json"]) == 0
    assert json.loads((folder / "w.json").read_text())["model"]["type"] == "WordLevel"
    assert tokenizer.main(["export", *model, f"--set={task}", "x.json"]) == 1
    error = capsys.readouterr().err
    assert "the experiment has several tokenizers: give --field=" in error
    assert "task.translation.tokenizer" in error
    assert tokenizer.main(["export", *model, "--field=task", "x.json"]) == 1
    assert "--field=task is no tokenizer; give input" in capsys.readouterr().err
    assert tokenizer.main(["export", "--model=image.mnist.LeNet5", "x.json"]) == 1
    assert "the experiment has no tokenizer" in capsys.readouterr().err
