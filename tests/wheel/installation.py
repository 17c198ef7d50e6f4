"""The wheel, installed into a folder of its own by pip."""

import os
import subprocess
import sys
from pathlib import Path

import numpy

_BUILT = Path("packaging/wheel")


def built_wheel() -> Path:
    (wheel,) = _BUILT.glob("frazo-*.whl")
    return wheel.absolute()


class Installation:
    """A folder with Frazo, used with the packages of the build's own environment.

    Nothing of Bazel's tree is on its path, and its programs run outside of it.
    """

    def __init__(self, folder: Path):
        """Installs the wheel.

        Args:
          folder: Where packages and programs go, and where the programs run.
        """
        self.packages = folder / "packages"
        self.folder = folder
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
        command += ["--disable-pip-version-check", "--target", str(self.packages)]
        subprocess.run([*command, str(built_wheel())], check=True, cwd=folder)

    def environment(self, *, without_frameworks: bool = False) -> dict[str, str]:
        """Returns what its programs see.

        Args:
          without_frameworks: Of the environment's packages they see only what the wheel asks for.
        """
        kept = ("HOME", "PATH", "TMPDIR", "TEST_TMPDIR", "TF_CPP_MIN_LOG_LEVEL")
        seen = {name: value for name, value in os.environ.items() if name in kept}
        path = [self.packages, self._needed_packages()] if without_frameworks else [self.packages]
        return seen | {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONNOUSERSITE": "1"}

    def run(
        self, *arguments: str, without_frameworks: bool = False, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Runs Python with arguments. Returns what it did.

        Raises:
          AssertionError: With `check`, if it failed; with what it printed.
        """
        # -S: no packages but those of the path; -P: none of the present folder.
        flags = ["-S", "-P"] if without_frameworks else ["-P"]
        ran = subprocess.run(
            [sys.executable, *flags, *arguments],
            env=self.environment(without_frameworks=without_frameworks),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and ran.returncode:
            raise AssertionError(
                f"{arguments} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}"
            )
        return ran

    def program(
        self, name: str, *arguments: str, without_frameworks: bool = False, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program that pip has installed. See run()."""
        script = str(self.packages / "bin" / name)
        return self.run(script, *arguments, without_frameworks=without_frameworks, check=check)

    def _needed_packages(self) -> Path:
        folder = self.folder / "needed"
        if not folder.exists():
            folder.mkdir()
            installed = Path(numpy.__file__).parents[1]
            for package in ("absl", "google", "numpy", "numpy.libs"):
                (folder / package).symlink_to(installed / package)
        return folder
