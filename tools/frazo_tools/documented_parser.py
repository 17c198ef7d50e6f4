"""Command lines of tools whose help is their module's docstring."""

import argparse


def documented_parser(name: str, docstring: str | None) -> argparse.ArgumentParser:
    """A parser whose help shows the docstring: its first line before the options, the rest after.

    Args:
      name: what people call the program.
      docstring: the module's `__doc__`; None in a Python that strips it.
    """
    summary, _, details = (docstring or "").partition("\n")
    return argparse.ArgumentParser(
        prog=name,
        description=summary,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
