import re
import shlex
from pathlib import Path

import pytest
from frazo.config.experiments import load_experiment
from frazo.jobs.flags import enter_callers_directory, parse_flags
from frazo.program.errors import UsageError


def test_defaults():
    flags = parse_flags(["--model=image.mnist.LeNet5", "--logdir=/tmp/log"])
    assert (flags.mode, flags.run_locally, flags.job, flags.overrides) == ("sync", "cpu", None, [])
    assert flags.logdir == Path("/tmp/log")
    assert not flags.input_from_start


def test_run_locally_takes_processors_or_gpus():
    assert parse_flags(["--mode=inspect_model", "--run_locally=gpu"]).run_locally == "gpu"


def test_paths_may_begin_with_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/user")
    flags = parse_flags(["--config=~/mine.textproto", "--logdir=~/log", "--export_dir=~/model"])
    assert flags.config == "/home/user/mine.textproto"
    assert (flags.logdir, flags.export_dir) == (Path("/home/user/log"), Path("/home/user/model"))


def test_the_flags_of_lingvos_trainer_are_known():
    flags = parse_flags(
        ["--run_locally=cpu", "--mode=inspect_decoder", "--model=mnist.LeNet5", "--logtostderr"]
    )
    assert flags.mode == "inspect_decoder"


def test_set_may_be_repeated():
    flags = parse_flags(["--mode=inspect_params", "--set", "a=1", "--set=b.c=x=y"])
    assert flags.overrides == ["a=1", "b.c=x=y"]


def test_training_needs_a_log_directory():
    with pytest.raises(UsageError, match=r"^--logdir: say where checkpoints and scores go"):
        parse_flags(["--model=image.mnist.LeNet5"])


def test_writing_out_needs_a_log_directory():
    with pytest.raises(UsageError, match=r"^--logdir: say where"):
        parse_flags(["--model=x", "--mode=write_inference_graph", "--export_dir=/tmp/model"])


def test_listing_and_inspection_need_none():
    parse_flags(["--model=list"])
    parse_flags(["--model=x", "--mode=inspect_model"])


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--mode=synk", "invalid choice: 'synk'"),
        ("--run_locally=tpu", "invalid choice: 'tpu'"),
        ("--modle=x", "unrecognized arguments: --modle=x"),
        ("--log=x", "unrecognized arguments: --log=x"),
    ],
)
def test_a_wrong_flag_ends_with_code_2_and_says_what_is_wrong(argument, message, capsys):
    with pytest.raises(SystemExit) as end:
        parse_flags([argument])
    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_under_bazel_run_paths_are_relative_to_where_it_was_typed(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    enter_callers_directory()
    assert Path.cwd() == tmp_path


def test_every_example_of_the_help_is_a_command(capsys):
    with pytest.raises(SystemExit):
        parse_flags(["--help"])
    examples = capsys.readouterr().out.partition("\nexamples\n")[2].partition("\nsignals\n")[0]
    lines = examples.replace("\\\n", " ").splitlines()
    commands = [words[1:] for line in lines if (words := shlex.split(line))[:1] == ["trainer"]]
    assert len(commands) == len(re.findall(r"^    trainer ", examples, re.MULTILINE)) > 5
    for arguments in commands:
        flags = parse_flags(arguments)
        if flags.model not in (None, "list"):
            load_experiment(model=flags.model, config=None, overrides=flags.overrides)
