"""Tests of loading experiments from files, and of the whole way from arguments to an error."""

import shutil
import subprocess
import sys

import pytest

from frazo.config import ConfigError, experiments, index, list_models, load_experiment

_VALID = """
description: "A test."
task { image_classifier { network { layers { flatten {} } } softmax { num_classes: 10 } } }
inputs { key: "Train" value { image {
  records { files: "a" } batch_size: 8 height: 2 width: 3
} } }
learner { learning_rate: 0.1 optimizer { adam {} } }
train { max_steps: 5 }
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current directory, with base.textproto and one known model, image.digits.Small."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.textproto").write_text(_VALID)
    known = tmp_path / "tasks/image/configs/digits/Small.textproto"
    known.parent.mkdir(parents=True)
    known.write_text(_VALID)
    monkeypatch.setattr(experiments, "known_models", lambda: index.known_models(tmp_path / "tasks"))
    return tmp_path


def _load(config=None, *overrides, model=None):
    return load_experiment(model=model, config=config, overrides=overrides)


def _error(config=None, *overrides, model=None) -> str:
    with pytest.raises(ConfigError) as caught:
        _load(config, *overrides, model=model)
    return str(caught.value)


def test_a_file(folder):
    experiment = _load("base.textproto")
    assert experiment.train.max_steps == 5
    assert experiment.seed == 301


def test_a_known_model_with_overrides_in_order(folder):
    experiment = _load(None, "train.max_steps=6", "train.max_steps=7", model="image.digits.Small")
    assert experiment.train.max_steps == 7


@pytest.mark.parametrize("extends", ["base.textproto", "./base.textproto", "image.digits.Small"])
def test_extends_a_file_or_a_known_model(folder, extends):
    (folder / "mine.textproto").write_text(f'extends: "{extends}" train {{ max_steps: 9 }}')
    experiment = _load("mine.textproto")
    assert experiment.train.max_steps == 9
    assert experiment.inputs["Train"].image.batch_size == 8
    assert not experiment.HasField("extends")


def test_extends_is_relative_to_the_file_that_it_stands_in(folder):
    (folder / "a").mkdir()
    (folder / "a/near.textproto").write_text('extends: "../base.textproto" seed: 1')
    (folder / "far.textproto").write_text('extends: "a/near.textproto"')
    assert _load("far.textproto").seed == 1


def test_value_inherited_from_another_file_is_reported_there(folder):
    (folder / "base.textproto").write_text(_VALID.replace("max_steps: 5", "max_steps: 0"))
    (folder / "mine.textproto").write_text(
        'extends: "base.textproto"\ntrain { log_interval_steps: 1 }'
    )
    assert _error("mine.textproto") == (
        "base.textproto:8:20: train.max_steps: 0 is out of range; expected a whole number >= 1\n"
        "  8 | train { max_steps: 0 }\n"
        "    |                    ^"
    )


def test_error_in_an_extended_file_names_that_file(folder):
    (folder / "base.textproto").write_text("sed: 1")
    (folder / "mine.textproto").write_text('extends: "base.textproto"')
    assert _error("mine.textproto").splitlines()[0] == (
        'base.textproto:1:1: sed: Experiment has no field "sed"; did you mean "seed"?'
    )


def test_extends_cycle_prints_the_chain(folder):
    (folder / "a.textproto").write_text('extends: "b.textproto"')
    (folder / "b.textproto").write_text('seed: 1\nextends: "./c.textproto"')
    (folder / "c.textproto").write_text('extends: "a.textproto"')
    assert _error("a.textproto") == (
        "c.textproto:1:10: extends: the experiments extend each other in a circle: "
        "a.textproto -> b.textproto -> c.textproto -> a.textproto\n"
        '  1 | extends: "a.textproto"\n'
        "    |          ^"
    )


def test_a_file_that_extends_itself(folder):
    (folder / "a.textproto").write_text('extends: "a.textproto"')
    assert _error("a.textproto").splitlines()[0] == (
        "a.textproto:1:10: extends: the experiments extend each other in a circle: "
        "a.textproto -> a.textproto"
    )


def test_extends_of_an_unknown_model(folder):
    (folder / "mine.textproto").write_text('seed: 1\nextends: "image.digits.Smal"')
    assert _error("mine.textproto").splitlines()[0] == (
        'mine.textproto:2:10: extends: no known model is named "image.digits.Smal"; '
        'did you mean "image.digits.Small"?'
    )


def test_extends_of_a_missing_file(folder):
    (folder / "mine.textproto").write_text('extends: "bse.textproto"')
    assert _error("mine.textproto") == (
        "mine.textproto:1:10: extends: bse.textproto: no such file; "
        'did you mean "base.textproto"?\n'
        '  1 | extends: "bse.textproto"\n'
        "    |          ^\n"
        "  a path is relative to the file that contains it"
    )


def test_missing_file_names_the_nearest(folder):
    assert _error("bas.textproto") == (
        '--config=bas.textproto: no such file; did you mean "base.textproto"?'
    )
    assert _error("xyz") == "--config=xyz: no such file; check the path"
    assert _error("nowhere/x.textproto") == (
        "--config=nowhere/x.textproto: no such file; the directory nowhere does not exist either"
    )


def test_directory(folder):
    assert _error("tasks") == (
        "--config=tasks: it is a directory; give the path of a .textproto file"
    )


def test_bytes_that_are_not_utf8(folder):
    (folder / "latin.textproto").write_bytes('seed: 1\ndescription: "Größe"'.encode("latin-1"))
    assert _error("latin.textproto") == (
        "latin.textproto:2:17: experiment: byte 0xf6 is not UTF-8; "
        "an experiment is a text file in UTF-8"
    )


def test_byte_order_mark_is_no_error(folder):
    (folder / "mark.textproto").write_text(_VALID, encoding="utf-8-sig")
    assert _load("mark.textproto").train.max_steps == 5


def test_empty_file(folder):
    (folder / "empty.textproto").write_text("")
    assert _error("empty.textproto").splitlines()[0] == (
        "empty.textproto:1:1: task: required, but missing; add task { ... } to the experiment"
    )


@pytest.mark.parametrize("name", ["digits.Small", "Small"])
def test_the_end_of_a_models_name_is_enough(folder, name):
    whole = load_experiment(model="image.digits.Small", config=None, overrides=[])
    assert load_experiment(model=name, config=None, overrides=[]) == whole


def test_the_end_of_several_names_is_refused(folder, tmp_path):
    shutil.copytree(tmp_path / "tasks/image", tmp_path / "tasks/text")
    assert _error(model="digits.Small") == (
        "--model=digits.Small: several models end so: image.digits.Small, text.digits.Small; "
        "give the whole name"
    )


def test_unknown_model(folder):
    assert _error(model="image.digit.small") == (
        '--model=image.digit.small: no known model is named "image.digit.small"; '
        'did you mean "image.digits.Small"?'
    )
    assert _error(model="Smal").endswith('did you mean "image.digits.Small"?')
    assert _error(model="xyz").endswith('is named "xyz"; the known models are: image.digits.Small')
    assert _error(model="base.textproto").endswith(
        "for a file use --config=base.textproto, or a path with a / in extends"
    )


def test_neither_and_both(folder):
    assert _error() == (
        "--model: no experiment is given; use --model=NAME (--model=list shows the names) "
        "or --config=FILE"
    )
    assert _error("base.textproto", model="image.digits.Small") == (
        "--model and --config: give one of them, not both"
    )


def test_extends_cannot_be_an_override(folder):
    assert _error("base.textproto", "extends=image.digits.Small").splitlines()[0] == (
        "--set extends=image.digits.Small:1: extends: cannot be overridden; "
        "choose another experiment with --model or --config"
    )


def test_override_is_validated_too(folder):
    assert _error("base.textproto", "learner.optimizer.adam.beta2=1.5").splitlines()[0] == (
        "--set learner.optimizer.adam.beta2=1.5:30: learner.optimizer.adam.beta2: "
        "1.5 is out of range; expected a number >= 0 and < 1"
    )


def test_list_of_models_with_descriptions(folder):
    models = folder / "tasks/image/configs/digits"
    (models / "Heir.textproto").write_text('extends: "./Small.textproto"')
    (models / "Bad.textproto").write_text("{")
    listed = list_models()
    assert listed[1:] == [("image.digits.Heir", "A test."), ("image.digits.Small", "A test.")]
    assert listed[0] == (
        "image.digits.Bad",
        f"cannot be read: {models}/Bad.textproto:1:1: experiment: expected a field name, "
        'found "{"',
    )


def test_known_models_by_domain_folders_and_name(folder):
    other = folder / "tasks/mt/configs/Top.textproto"
    other.parent.mkdir(parents=True)
    shutil.copy(folder / "base.textproto", other)
    (folder / "tasks/mt/notes.textproto").write_text("not below configs")
    assert index.known_models(folder / "tasks") == {
        "image.digits.Small": folder / "tasks/image/configs/digits/Small.textproto",
        "mt.Top": other,
    }


def test_a_whole_process_tells_an_error_without_tensorflow_and_numpy(folder):
    program = (
        "import sys\n"
        "from frazo import config\n"
        "try:\n"
        "    config.load_experiment(model=None, config='base.textproto', overrides=['sed=1'])\n"
        "except config.ConfigError as error:\n"
        "    print(str(error).splitlines()[0])\n"
        "print('tensorflow' in sys.modules, 'numpy' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        '--set sed=1:1: sed: Experiment has no field "sed"; did you mean "seed"?\nFalse False\n'
    )
