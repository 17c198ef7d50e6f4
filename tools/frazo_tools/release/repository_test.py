"""A release needs a clean checkout and a free tag."""

import subprocess

import pytest
from frazo.program.errors import JobError
from frazo_tools.release.repository import check_repository

# Settings of the user and of the machine do not count.
NOBODY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")


def git(folder, *arguments):
    subprocess.run(["git", *NOBODY, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a").write_text("a")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "--quiet", "--message=a")
    return tmp_path


def test_a_clean_checkout_gives_its_commit(checkout):
    assert len(check_repository(checkout, "0.1.0")) == 40


def test_what_is_not_committed_is_named(checkout):
    for number in range(7):
        (checkout / f"new{number}").touch()
    with pytest.raises(JobError, match=r"not committed: new0, .*, new4 and 2 more\. Commit them"):
        check_repository(checkout, "0.1.0")


def test_a_version_that_has_a_tag_is_refused(checkout):
    git(checkout, "tag", "v0.1.0")
    with pytest.raises(JobError, match=r"0\.1\.0 is released: there is a tag v0\.1\.0\. Give the"):
        check_repository(checkout, "0.1.0")
    check_repository(checkout, "0.1.1")


def test_a_folder_without_a_repository_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(JobError, match=r"git status failed: .*Run the release in a checkout"):
        check_repository(tmp_path, "0.1.0")
