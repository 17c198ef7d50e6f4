"""The error that configuration raises, and its wording."""

from frazo.config.config_text import Origin

# Replaces the path if a problem concerns the whole experiment.
ROOT_PATH = "experiment"


class ConfigError(Exception):
    """A wrong configuration. str() is the whole message for the terminal.

    The first line is `FILE:LINE:COL: field.path: what is wrong; the remedy` (a command-line
    argument replaces FILE:LINE). The offending line with a caret and notes follow.
    """

    @classmethod
    def at(cls, origin: Origin, path: str, problem: str, *notes: str) -> "ConfigError":
        lines = [f"{origin}: {path or ROOT_PATH}: {problem}", origin.excerpt()]
        lines += [f"  {note}" for note in notes]
        return cls("\n".join(line for line in lines if line))
