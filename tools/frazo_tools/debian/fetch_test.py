"""Fetching, with an apt-get that is written here."""

import pytest
from frazo_tools.debian.fetch import (
    PackageError,
    complete_packages,
    fetch_packages,
    fetched_packages,
    missing_packages,
)

# Called as: apt-get download -o OPTION PACKAGE.
APT_GET = """#!/bin/sh
echo "$4" >> "{log}"
case "$4" in
  gone) echo "W: slow" >&2; echo "E: Unable to locate package gone" >&2; exit 100;;
  half) printf half > half_1_all.deb; echo "E: Failed to fetch" >&2; exit 100;;
  *) printf whole > "$4_1_all.deb";;
esac
"""


@pytest.fixture
def apt_log(tmp_path, monkeypatch):
    """What the apt-get on the path is asked for, a line each."""
    log = tmp_path / "log"
    program = tmp_path / "bin" / "apt-get"
    program.parent.mkdir()
    program.write_text(APT_GET.format(log=log))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return log


def test_fetches_what_can_be_had_and_says_what_cannot(tmp_path, apt_log):
    folder = tmp_path / "packages"
    failures = fetch_packages(folder, ["good", "gone", "half", "fine"])
    assert failures == {"gone": "Unable to locate package gone", "half": "Failed to fetch"}
    assert sorted(path.name for path in folder.iterdir()) == ["fine_1_all.deb", "good_1_all.deb"]
    assert apt_log.read_text().split() == ["good", "gone", "half", "fine"]


def test_what_is_there_is_not_missing(tmp_path):
    (tmp_path / "good_1_all.deb").touch()
    (tmp_path / "good-data_1_all.deb").touch()
    assert missing_packages(tmp_path, ["good", "goo", "fine"]) == ["goo", "fine"]
    assert fetched_packages(tmp_path, ["good", "fine"]) == [tmp_path / "good_1_all.deb"]


def test_what_an_interrupted_run_left_behind_is_not_taken(tmp_path, apt_log):
    left = tmp_path / "partial" / "good_0_all.deb"
    left.parent.mkdir()
    left.write_text("half")
    assert fetch_packages(tmp_path, ["good"]) == {}
    assert fetched_packages(tmp_path, ["good"]) == [tmp_path / "good_1_all.deb"]
    assert not left.parent.exists()


def test_a_folder_is_completed_with_what_can_be_had(tmp_path, apt_log):
    (tmp_path / "fine_1_all.deb").touch()
    files, failures = complete_packages(tmp_path, ["good", "gone", "fine"], "pages")
    assert files == [tmp_path / "fine_1_all.deb", tmp_path / "good_1_all.deb"]
    assert failures == ["gone: Unable to locate package gone"]
    assert apt_log.read_text().split() == ["good", "gone"]


def test_a_folder_that_stays_empty_is_an_error_with_the_remedy(tmp_path, apt_log):
    with pytest.raises(PackageError) as error:
        complete_packages(tmp_path, ["gone", "half"], "pages or texts")
    assert str(error.value) == (
        "none of 2 packages could be fetched: Unable to locate package gone; run `apt-get update`, "
        "or give pages or texts from elsewhere: --from=PATH ..."
    )


def test_tells_how_far_it_is(tmp_path, apt_log):
    told = []
    fetch_packages(tmp_path, ["good", "gone"], told.append)
    assert told == [0, 1]


def test_without_apt_get_it_says_what_to_bring(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PackageError) as error:
        fetch_packages(tmp_path, ["good"])
    assert str(error.value) == (
        "apt-get, which fetches packages, is not installed; copy .deb packages from another "
        "machine and give them: --from=PATH ..."
    )
