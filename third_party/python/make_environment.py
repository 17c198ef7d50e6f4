"""Makes the Python environment of the build, once per machine and lock file, and prints its folder.

Run by the repository rule in repository.bzl. The environment is kept in the user's cache, keyed by
the lock file and the interpreter, so that a second clone finds it ready. Several builds may ask at
once: one makes it, the rest wait.
"""

import argparse
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import venv

# Written last: an environment without it was cut off and is made anew.
COMPLETE_MARKER = "complete"


def cache_folder() -> pathlib.Path:
    root = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(root) / "frazo"


def environment_key(requirements: pathlib.Path) -> str:
    digest = hashlib.sha256(requirements.read_bytes())
    digest.update(f"{sys.version}\n{os.path.realpath(sys.executable)}".encode())
    return digest.hexdigest()[:16]


def install(folder: pathlib.Path, requirements: pathlib.Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    command = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--no-deps",
    ]
    command += ["--disable-pip-version-check", "--require-hashes", "--requirement", requirements]
    # PYTHONPATH and a user's own pip settings for targets must not leak into the environment.
    environment = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PIP_TARGET", "PIP_USER")
    }
    result = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit(f"installing {requirements} failed:\n{result.stdout}")
    # Bytecode is written once here; builds and tests then only read the environment.
    subprocess.run(
        [folder / "bin" / "python", "-m", "compileall", "-q", "-j0", folder / "lib"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    (folder / COMPLETE_MARKER).touch()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requirements", type=pathlib.Path, help="the locked requirements file")
    arguments = parser.parse_args()
    if sys.version_info[:2] != (3, 11):
        sys.exit(f"Python 3.11 is needed, this is {sys.version.split()[0]} ({sys.executable})")
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"python-{environment_key(arguments.requirements)}"
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / COMPLETE_MARKER).exists():
            install(folder, arguments.requirements)
    print(folder)


if __name__ == "__main__":
    main()
