"""Prints what makes a shell complete the programs of an installed Frazo.

    source <(frazo-completion)

in ~/.bashrc, or in ~/.zshrc. The Tab key then completes the subcommands and flags of each program,
the names of models after --model, and files.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from frazo.program.command_line import run_program
from frazo_tools.documented_parser import documented_parser
from frazo_tools.programs import PROGRAMS

_SCRIPT = Path(__file__).with_name("completion.bash")


def main(arguments: Sequence[str]) -> int:
    parser = documented_parser("completion", __doc__)
    parser.parse_args(arguments)
    names = " ".join(f"frazo-{name.replace('_', '-')}" for name in PROGRAMS)
    sys.stdout.write(_SCRIPT.read_text(encoding="utf-8"))
    sys.stdout.write(f"complete -o default -F _frazo_complete {names}\n")
    return 0


if __name__ == "__main__":
    run_program(main)
