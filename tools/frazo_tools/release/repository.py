"""What must hold of the repository before a release: all is committed, and the tag is free."""

import subprocess
from pathlib import Path

from frazo.program.errors import JobError

_MOST_NAMED = 5


def tag_of(version: str) -> str:
    """The name of the tag of a version."""
    return f"v{version}"


def check_repository(checkout: Path, version: str) -> str:
    """Checks a checkout.

    Returns:
      The commit that is released.

    Raises:
      JobError: A file is not committed, the version has a tag, or git fails.
    """
    changed = _git(checkout, "status", "--porcelain").splitlines()
    if changed:
        names = ", ".join(line[3:] for line in changed[:_MOST_NAMED])
        more = f" and {len(changed) - _MOST_NAMED} more" if len(changed) > _MOST_NAMED else ""
        raise JobError(
            f"{checkout}: not committed: {names}{more}. Commit them, or put them away: git stash -u"
        )
    tag = tag_of(version)
    if _git(checkout, "tag", "--list", tag):
        raise JobError(
            f"{checkout}: {version} is released: there is a tag {tag}. Give the new release a new "
            "version in python/frazo/version.py and CHANGELOG.md."
        )
    return _git(checkout, "rev-parse", "HEAD").strip()


def _git(checkout: Path, *arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=checkout, capture_output=True, text=True)
    if ran.returncode:
        raise JobError(
            f"{checkout}: git {arguments[0]} failed: {ran.stderr.strip()}. Run the release in a "
            "checkout of Frazo."
        )
    return ran.stdout
