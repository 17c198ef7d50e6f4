"""Command lines of tools whose help is their module's docstring."""

from frazo.program.command_line import CommandLine


def documented_parser(name: str, docstring: str | None) -> CommandLine:
    """A parser whose help shows the docstring: its first line before the options, the rest after.

    Args:
      name: the name of the program's target.
      docstring: the module's `__doc__`; None in a Python that strips it.
    """
    summary, _, details = (docstring or "").partition("\n")
    return CommandLine(prog=name, description=summary, epilog=details)
