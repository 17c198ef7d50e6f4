"""What Frazo's programs are called: in a checkout by Bazel's labels, installed by commands."""

import re

from frazo.op_library import is_installed

# A label, and the command of Bazel that runs it.
_LABEL = re.compile(r"(?:\./bazelw run (?:-c opt )?)?//(?::|tools:)(\w+)(?: -- )?")
_USAGE = re.compile(r"^( *)trainer (?=-)", re.MULTILINE)


def program_name(name: str) -> str:
    """Returns what people call a program.

    Args:
      name: The name of its target: "trainer", "build_vocab".
    """
    return _command(name) if is_installed() else name


def in_callers_words(text: str) -> str:
    """Returns a text with the programs called as they are here.

    Args:
      text: Help or an error, with programs as `./bazelw run -c opt //tools:records -- count`,
        `//tools:records` or, at the start of a line, `trainer --model=NAME`.
    """
    if not is_installed():
        return text
    return _USAGE.sub(rf"\1{_command('trainer')} ", _LABEL.sub(_command_of_label, text))


def _command_of_label(found: re.Match[str]) -> str:
    return _command(found[1]) + (" " if found[0].endswith(" ") else "")


def _command(name: str) -> str:
    return "frazo-" + ("train" if name == "trainer" else name.replace("_", "-"))
