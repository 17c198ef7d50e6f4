import json

import pytest
from frazo_tools.config import config

_NAME = "image.mnist.LeNet5"


@pytest.fixture
def write(tmp_path):
    def write(text, name="mine.textproto"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


def test_right_experiments_are_listed(write, capsys):
    mine = write(f'extends: "{_NAME}" description: "of my own"')
    assert config.main(["check", _NAME, mine]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{_NAME}: right: ")
    assert lines[1] == f"{mine}: right: of my own"


def test_each_wrong_experiment_is_shown_with_its_line(write, capsys):
    wrong = write(f'extends: "{_NAME}"\ntrain {{ max_step: 3 }}')
    other = write("learner { learning_rate: -1 }", "other.textproto")
    assert config.main(["check", wrong, _NAME, other]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{_NAME}: right: ")
    assert f"{wrong}:2:9: train.max_step" in printed.err
    assert 'did you mean "max_steps"?' in printed.err
    assert f"{other}:1:" in printed.err


@pytest.mark.parametrize("name", ["image.mnist.LeNet6", "nothing.textproto", "./nothing"])
def test_missing_experiment_is_named_without_flags(name, capsys):
    assert config.main(["check", name]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"{name}: no ")
    assert "--model" not in error
    assert "--config" not in error


def test_diff_shows_the_fields_that_differ(write, capsys):
    mine = write(
        f'extends: "{_NAME}" description: "of my own" train {{ max_steps: 7 }}'
        "learner { clip_global_norm: 0.5 }"
    )
    assert config.main(["diff", _NAME, mine]) == 1
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["field", _NAME, mine]
    assert [row.split() for row in rows] == [
        ["learner.clip_global_norm", "unset", "0.5"],
        ["train.max_steps", "1640", "7"],
    ]


def test_defaults_do_not_differ_from_themselves_written_out(write, capsys):
    mine = write(f'extends: "{_NAME}" learner {{ accumulation_steps: 1 }}')
    assert config.main(["diff", _NAME, mine]) == 0
    assert capsys.readouterr().out == "the experiments are the same\n"


def test_wrong_experiment_cannot_be_compared(write, capsys):
    assert config.main(["diff", _NAME, write("train { max_steps: }")]) == 2
    assert capsys.readouterr().err.startswith("config diff: ")


def test_schema_is_json_on_standard_output_or_in_a_file(tmp_path, capsys):
    assert config.main(["schema"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["$ref"] == "#/$defs/Experiment"
    file = tmp_path / "schema.json"
    assert config.main(["schema", f"--out={file}"]) == 0
    assert file.read_text(encoding="utf-8") == text


def test_schema_that_cannot_be_written(tmp_path, capsys):
    file = tmp_path / "nothing" / "schema.json"
    assert config.main(["schema", f"--out={file}"]) == 2
    assert capsys.readouterr().err == f"config schema: {file}: No such file or directory\n"
