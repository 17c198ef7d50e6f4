"""Failures that end a job with a message for a person instead of a traceback."""

EXIT_FINISHED = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class JobError(Exception):
    """str() is the whole message: what is wrong, where, and the remedy."""


class UsageError(JobError):
    """The command line is wrong; nothing was started."""
