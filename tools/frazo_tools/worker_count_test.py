import argparse
import os

import pytest
from frazo_tools.worker_count import add_worker_count


@pytest.fixture(name="parser")
def _parser():
    parser = argparse.ArgumentParser(prog="tool")
    add_worker_count(parser, "threads", "decode")
    return parser


def test_there_is_one_for_each_processor_unless_the_user_says_so(parser):
    assert parser.parse_args([]).threads == os.cpu_count()
    assert parser.parse_args(["--threads=3"]).threads == 3
    help_text = " ".join(parser.format_help().split())
    assert "threads that decode; default: one for each processor" in help_text


def test_there_is_at_least_one(parser, capsys):
    with pytest.raises(SystemExit):
        parser.parse_args(["--threads=0"])
    assert "--threads" in capsys.readouterr().err
