"""Tells a person of an error, and gives the exit code that it stands for."""

import sys

from frazo.config import ConfigError
from frazo.program.errors import EXIT_FAILED, EXIT_USAGE, JobError, UsageError
from frazo.program.program_names import in_callers_words


def told_error(error: ConfigError | JobError) -> int:
    """Writes an error to standard error. Returns the exit code of the program."""
    # The text of a ConfigError begins with where it is.
    text = in_callers_words(str(error))
    print(text if isinstance(error, ConfigError) else f"error: {text}", file=sys.stderr)
    return EXIT_USAGE if isinstance(error, ConfigError | UsageError) else EXIT_FAILED
