import subprocess

import pytest
from frazo_tools.completion import completion
from frazo_tools.programs import PROGRAMS

# Stands in for all programs: it counts its starts, and shows help in argparse's form.
PROGRAM = """#!/bin/sh
echo "$(basename $0) $*" >>"{calls}"
case "$*" in
--model=list) printf 'image.Small  A small one.\\nimage.Large  A large one.\\nlm.Small  Text.\\n' ;;
"copy --help") printf 'usage: x\\n\\noptions:\\n  -n, --number N  how many\\n  --force     at once\\n' ;;
*) cat <<'HELP'
usage: x [-h] [--model NAME] [--mode {{sync,async}}] COMMAND

positional arguments:
  COMMAND
    count     counts
    copy      copies
              to elsewhere

options:
  -h, --help  show this
  --model NAME     a model
  --mode {{sync,async}}
  --input_from_start  begin
      --no_flag is told here
HELP
;;
esac
"""
ASK = """
source "{script}"
PATH={folder}:$PATH
ask() {{ # ask LINE WORD...
  COMP_LINE=$1 COMP_POINT=${{#1}}
  shift
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _frazo_complete
  echo "${{COMPREPLY[*]}}"
}}
"""


@pytest.fixture
def ask(tmp_path, capsys):
    assert completion.main([]) == 0
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    calls = tmp_path / "calls"
    for name in ("frazo-train", "frazo-records"):
        (tmp_path / name).write_text(PROGRAM.format(calls=calls))
        (tmp_path / name).chmod(0o755)

    def run(questions):
        text = ASK.format(script=script, folder=tmp_path) + questions
        ran = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=True)
        assert not ran.stderr
        return ran.stdout.splitlines()

    run.calls = calls
    return run


def test_flags_are_those_of_the_help(ask):
    assert ask("ask 'frazo-train --m' frazo-train --m") == ["--model= --mode="]
    assert ask("ask 'frazo-train --i' frazo-train --i") == ["--input_from_start"]
    assert ask("ask 'frazo-train --no' frazo-train --no") == [""]


def test_models_follow_the_flag_that_names_them(ask):
    # The shell cuts words at "=".
    line = "ask 'frazo-train --model=image.' frazo-train --model = image."
    assert ask(line) == ["image.Small image.Large"]


def test_subcommands_and_their_flags(ask):
    assert ask("ask 'frazo-records ' frazo-records ''") == ["count copy"]
    assert ask("ask 'frazo-records cop' frazo-records cop") == ["copy"]
    assert ask("ask 'frazo-records copy -' frazo-records copy -") == ["--number= --force"]


def test_other_words_are_left_to_the_shell(ask):
    assert ask("ask 'frazo-train --logdir=/t' frazo-train --logdir = /t") == [""]
    assert ask("ask 'frazo-records copy fi' frazo-records copy fi") == [""]


def test_a_program_is_asked_once(ask):
    ask("for number in 1 2 3; do ask 'frazo-train --m' frazo-train --m; done")
    assert ask.calls.read_text() == "frazo-train --help\n"


def test_every_program_is_completed(ask, tmp_path):
    ending = (tmp_path / "script").read_text().splitlines()[-1]
    assert ending.split()[-len(PROGRAMS) :] == [
        f"frazo-{name.replace('_', '-')}" for name in PROGRAMS
    ]
