"""The newest entry of a CHANGELOG."""

import pytest
from frazo.program.errors import JobError
from frazo_tools.release.changelog import Entry, check_entry, newest_entry, release_note

TEXT = """# Changes

## What a version number promises

Much.

## 0.2.0, 2026-12-24

- **A**: do b.

## 0.1.0, 2026-11-30

- C.
"""


def test_the_uppermost_version_is_the_newest():
    assert newest_entry(TEXT) == Entry("0.2.0", "2026-12-24", 7, "- **A**: do b.")


def test_the_last_entry_ends_with_the_file():
    assert newest_entry(TEXT[TEXT.index("## 0.1.0") :]).text == "- C."


def test_a_file_without_a_version_is_named():
    with pytest.raises(JobError, match=r"CHANGELOG.md: no heading is that of a version\. Write"):
        newest_entry("# Changes\n\n## Soon\n")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            Entry("0.1.0", "2026-11-30", 7, "x"),
            r"CHANGELOG.md:7: the newest entry is of 0\.1\.0, pyt",
        ),
        (
            Entry("0.2.0", "not released yet", 7, "x"),
            r"'not released yet' is no day\. Write that o",
        ),
        (Entry("0.2.0", "2026-02-30", 7, "x"), r"CHANGELOG.md:7: '2026-02-30' is no day"),
        (Entry("0.2.0", "2026-12-24", 7, ""), r"CHANGELOG.md:7: 0\.2\.0 has no entry\. Write who"),
    ],
)
def test_what_is_no_release_is_refused(entry, message):
    with pytest.raises(JobError, match=message):
        check_entry(entry, "0.2.0")


def test_a_release_is_accepted_and_has_a_note():
    entry = newest_entry(TEXT)
    check_entry(entry, "0.2.0")
    assert release_note(entry) == "# Frazo 0.2.0\n\n2026-12-24\n\n- **A**: do b.\n"
