"""Tells a person of an error, and gives the exit code that it stands for."""

import sys

from frazo.config import ConfigError
from frazo.program.errors import EXIT_FAILED, EXIT_USAGE, JobError, UsageError


def told_error(error: ConfigError | JobError) -> int:
    """Writes an error to standard error. Returns the exit code of the program."""
    # The text of a ConfigError begins with where it is.
    print(error if isinstance(error, ConfigError) else f"error: {error}", file=sys.stderr)
    return EXIT_USAGE if isinstance(error, ConfigError | UsageError) else EXIT_FAILED
