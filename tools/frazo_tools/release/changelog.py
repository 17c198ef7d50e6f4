"""Reads CHANGELOG.md: which version is the newest, and what is said of it."""

import datetime
import re
from typing import NamedTuple

from frazo.program.errors import JobError

_HEADING = re.compile(r"^## (?P<version>\d+\.\d+\.\d+)(?:, (?P<when>.*))?$", re.MULTILINE)


class Entry(NamedTuple):
    """What the file says of a version.

    Attributes:
      version: "0.1.0".
      when: What stands behind it in its heading, "2026-12-01"; "" if nothing.
      line: The line of its heading, from 1.
      text: What stands below the heading.
    """

    version: str
    when: str
    line: int
    text: str


def newest_entry(changelog: str) -> Entry:
    """Returns the uppermost entry.

    Raises:
      JobError: There is none.
    """
    headings = list(_HEADING.finditer(changelog))
    if not headings:
        raise JobError(
            "CHANGELOG.md: no heading is that of a version. Write one: '## 0.1.0, 2026-12-01'"
        )
    heading = headings[0]
    end = headings[1].start() if len(headings) > 1 else len(changelog)
    line = changelog.count("\n", 0, heading.start()) + 1
    text = changelog[heading.end() : end].strip()
    return Entry(heading["version"], heading["when"] or "", line, text)


def check_entry(entry: Entry, version: str) -> None:
    """Checks that an entry is that of a release.

    Args:
      entry: The newest one.
      version: That of frazo/version.py.

    Raises:
      JobError: It is of another version, has no day or says nothing.
    """
    place = f"CHANGELOG.md:{entry.line}"
    if entry.version != version:
        raise JobError(
            f"{place}: the newest entry is of {entry.version}, python/frazo/version.py has {version}. "
            "Change the one that is wrong."
        )
    try:
        datetime.date.fromisoformat(entry.when)
    except ValueError:
        raise JobError(
            f"{place}: '{entry.when}' is no day. Write that of the release: "
            f"'## {version}, {datetime.date.today()}'"
        ) from None
    if not entry.text:
        raise JobError(f"{place}: {version} has no entry. Write who is affected and what to do.")


def release_note(entry: Entry) -> str:
    """Returns the note of a release."""
    return f"# Frazo {entry.version}\n\n{entry.when}\n\n{entry.text}\n"
