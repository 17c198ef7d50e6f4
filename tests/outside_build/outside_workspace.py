"""Runs Bazel in tests/outside, as the owner of that project would."""

import os
import pathlib
import pwd
import subprocess

_TREE = pathlib.Path("WORKSPACE").resolve().parent
FOLDER = _TREE / "tests" / "outside"


class OutsideBazel:
    """A Bazel server of the outside workspace. Use it in a with statement, which ends it."""

    _STARTUP = (str(_TREE / "bazelw"), "--max_idle_secs=5")

    def __enter__(self) -> "OutsideBazel":
        return self

    def __exit__(self, *_) -> None:
        self.run("shutdown")

    def run(self, *arguments: str) -> str:
        """Returns what a command of Bazel prints to standard output; it must succeed."""
        ran = subprocess.run(
            [*self._STARTUP, *arguments],
            cwd=FOLDER,
            env=_environment(),
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


def _environment() -> dict[str, str]:
    """The user's, without what the surrounding Bazel sets for its test."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    kept = ("PATH", "XDG_CACHE_HOME", "LANG")
    return {"HOME": home, **{name: os.environ[name] for name in kept if name in os.environ}}
