"""The error of a soak."""


class SoakError(Exception):
    """A training did not take a fault as it should. The text says what happened, and where."""
