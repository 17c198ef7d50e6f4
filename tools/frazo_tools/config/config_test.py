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


def test_formatting_changes_files_and_check_only_names_them(write, tmp_path, capsys):
    mine = write(f"extends:'{_NAME}'  # of mine\ntrain{{max_steps:7}}")
    tidy = write("train { max_steps: 7 }\n", "tidy.textproto")
    assert config.main(["fmt", "--check", mine, tidy]) == 1
    assert capsys.readouterr().out == f"{mine}: would change\n"
    assert config.main(["fmt", mine, tidy]) == 0
    assert capsys.readouterr().out == f"{mine}: changed\n"
    text = (tmp_path / "mine.textproto").read_text(encoding="utf-8")
    assert text == f"extends: '{_NAME}'  # of mine\ntrain {{ max_steps: 7 }}\n"
    assert config.main(["fmt", "--check", mine, tidy]) == 0


def test_file_that_is_no_textproto_stays(write, tmp_path, capsys):
    broken = write("train { max_steps: 7")
    assert config.main(["fmt", broken, str(tmp_path / "nothing")]) == 2
    error = capsys.readouterr().err
    assert f'{broken}:1:21: experiment: expected "}}", which closes "{{" at 1:7' in error
    assert f"{tmp_path / 'nothing'}: no such file" in error
    assert (tmp_path / "mine.textproto").read_text(encoding="utf-8") == "train { max_steps: 7"
