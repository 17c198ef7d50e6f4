"""Makes a release ready: checks, builds and tries the wheel. Nothing is published.

    ./bazelw run //tools:release -- --out=FOLDER

It checks that all is committed, that the newest entry of CHANGELOG.md has the version of
python/frazo/version.py and a day, and that the tag of the version is free. Then it builds the
wheel, checks its name, size, metadata and record, installs it with pip into a new virtual
environment, which needs a package index, and trains there. FOLDER gets the wheel, SHA256SUMS and
RELEASE_NOTE.md. At the end it says what is left to do.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from frazo.program.command_line import path_argument, run_program
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED, JobError
from frazo.version import VERSION
from frazo_tools.documented_parser import documented_parser
from frazo_tools.release.changelog import check_entry, newest_entry, release_note
from frazo_tools.release.checksums import checksums
from frazo_tools.release.repository import check_repository, tag_of
from frazo_tools.release.trial import try_wheel
from frazo_tools.release.wheel_check import check_wheel

_TARGET = "//packaging:wheel"
_TEMPORARY_SUFFIX = ".frazo-tmp"


def make_release(checkout: Path, out: Path) -> None:
    """Checks, builds, tries and writes a release.

    Args:
      checkout: The repository.
      out: The folder of the release, which must not be there yet.

    Raises:
      JobError: Something does not hold; the message says what to do.
    """
    if out.exists():
        raise JobError(f"{out} exists. Name a new folder, or remove this one.")
    commit = check_repository(checkout, VERSION)
    print(f"all is committed, and {tag_of(VERSION)} is free: {commit}", flush=True)
    entry = newest_entry((checkout / "CHANGELOG.md").read_text(encoding="utf-8"))
    check_entry(entry, VERSION)
    print(f"CHANGELOG.md: {VERSION} of {entry.when}", flush=True)
    wheel = _built_wheel(checkout)
    check_wheel(wheel, VERSION)
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB", flush=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, suffix=_TEMPORARY_SUFFIX) as scratch:
        trial = Path(scratch) / "trial"
        trial.mkdir()
        try_wheel(wheel, trial, VERSION)
        print("pip installs it into a new environment, and LeNet5 trains there", flush=True)
        written = Path(scratch) / "release"
        written.mkdir()
        copied = written / wheel.name
        shutil.copyfile(wheel, copied)
        note = written / "RELEASE_NOTE.md"
        note.write_text(release_note(entry), encoding="utf-8")
        (written / "SHA256SUMS").write_text(checksums([copied, note]), encoding="ascii")
        written.rename(out)
    print(_next_steps(out, commit))


def _built_wheel(checkout: Path) -> Path:
    built = subprocess.run(
        ["./bazelw", "build", "-c", "opt", "--noshow_progress", _TARGET],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
    )
    if built.returncode:
        raise JobError(f"{_TARGET} cannot be built; see above. Mend it: ./bazelw build {_TARGET}")
    wheels = list((checkout / "bazel-bin/packaging/wheel").glob("*.whl"))
    if len(wheels) != 1:
        raise JobError(
            f"{_TARGET} made {len(wheels)} wheels. Remove bazel-bin/packaging/wheel and try again."
        )
    return wheels[0]


def _next_steps(out: Path, commit: str) -> str:
    tag = tag_of(VERSION)
    folder = shlex.quote(str(out))
    return f"""\
{out} is ready. What is left:
  (cd {folder} && sha256sum --check SHA256SUMS)
  git tag --annotate {tag} --file={folder}/RELEASE_NOTE.md --cleanup=verbatim {commit}
  git push origin {tag}
  publish the files of {out}
  begin the next version in python/frazo/version.py and CHANGELOG.md"""


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("release", __doc__)
    parser.add_argument(
        "--out",
        type=path_argument,
        required=True,
        metavar="FOLDER",
        help="a new folder, outside of the checkout or ignored by git",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    options = _parse_arguments(arguments)
    checkout = Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    out = Path(os.environ.get("BUILD_WORKING_DIRECTORY", ".")) / options.out
    try:
        make_release(checkout, out)
    except JobError as error:
        print(f"release: {error}", file=sys.stderr)
        return EXIT_FAILED
    return EXIT_FINISHED


if __name__ == "__main__":
    run_program(main)
