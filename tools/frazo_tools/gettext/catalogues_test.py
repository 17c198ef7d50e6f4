"""Catalogues in packages and folders, and packages that are none."""

import shutil
import subprocess
from pathlib import Path

import pytest
from frazo_tools.gettext import catalogues
from frazo_tools.gettext.catalogues import SourceError, find_sources, is_catalogue, read_catalogues

needs_dpkg_deb = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None, reason="packages are made with dpkg-deb"
)


def make_package(folder: Path, files: dict[str, bytes], links: dict[str, str]) -> Path:
    """A package `sample` of version 1:2.0-1."""
    root = folder / "root"
    control = root / "DEBIAN" / "control"
    control.parent.mkdir(parents=True)
    control.write_text(
        "Package: sample\nVersion: 1:2.0-1\nArchitecture: all\n"
        "Maintainer: A <a@example.org>\nDescription: sample\n"
    )
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, target in links.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    package = folder / "sample_1%3a2.0-1_all.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, package],
        check=True,
        capture_output=True,
    )
    return package


@pytest.mark.parametrize(
    ("path", "locale", "is_one"),
    [
        ("usr/share/locale/de/LC_MESSAGES/git.mo", "de", True),
        ("usr/share/locale/de_DE/LC_MESSAGES/git.mo", "de", True),
        ("usr/share/locale/de_CH/LC_MESSAGES/git.mo", "de", False),
        ("usr/share/locale/fr/LC_MESSAGES/git.mo", "de", False),
        ("usr/share/locale/de/LC_MESSAGES/git.txt", "de", False),
        ("usr/share/locale/de/LC_TIME/coreutils.mo", "de", False),
        ("languages/admin-de_DE.mo", "de", True),
        ("languages/de_DE.mo", "de", True),
        ("languages/de_DE_formal.mo", "de", False),
        ("languages/pt_BR.mo", "pt_BR", True),
        ("de.mo", "de", True),
        ("LC_MESSAGES/git.mo", "de", False),
    ],
)
def test_tells_the_catalogues_of_a_language_by_their_paths(path, locale, is_one):
    assert is_catalogue(path, locale) == is_one


@needs_dpkg_deb
def test_reads_the_catalogues_of_a_package_and_where_its_licence_is(tmp_path):
    package = make_package(
        tmp_path,
        {
            "usr/share/locale/de/LC_MESSAGES/b.mo": b"second",
            "usr/share/locale/de/LC_MESSAGES/a.mo": b"first",
            "usr/share/locale/fr/LC_MESSAGES/a.mo": b"French",
            "usr/share/doc/sample/copyright": b"GPL",
        },
        {},
    )
    folder = "usr/share/locale/de/LC_MESSAGES"
    licence = "/usr/share/doc/sample/copyright"
    assert read_catalogues(package, "de") == [
        ("sample", "1:2.0-1", licence, f"{folder}/a.mo", b"first"),
        ("sample", "1:2.0-1", licence, f"{folder}/b.mo", b"second"),
    ]


@needs_dpkg_deb
def test_follows_a_link_to_the_licence_of_another_package(tmp_path):
    package = make_package(tmp_path, {"de.mo": b"x"}, {"usr/share/doc/sample": "sample-base"})
    assert read_catalogues(package, "de")[0].licence == "/usr/share/doc/sample-base/copyright"


@needs_dpkg_deb
@pytest.mark.parametrize("length", [0, 100, 4000])
def test_refuses_a_package_that_is_cut_short(tmp_path, length):
    package = make_package(tmp_path, {"de.mo": b"x" * 10000}, {})
    package.write_bytes(package.read_bytes()[:length])
    with pytest.raises(SourceError) as error:
        read_catalogues(package, "de")
    assert str(error.value).startswith(f"{package}: cannot be unpacked (")
    assert str(error.value).endswith("); fetch the package again")


@needs_dpkg_deb
def test_refuses_a_package_whose_catalogues_are_too_large_together(tmp_path, monkeypatch):
    package = make_package(tmp_path, {"de.mo": b"x" * 60, "a-de.mo": b"x" * 40}, {})
    monkeypatch.setattr(catalogues, "MAX_BYTES", 100)
    assert len(read_catalogues(package, "de")) == 2
    monkeypatch.setattr(catalogues, "MAX_BYTES", 99)
    with pytest.raises(SourceError) as error:
        read_catalogues(package, "de")
    assert str(error.value) == (
        f"{package}: has more than 99 bytes of catalogues, which no program needs; leave it out"
    )


def test_refuses_a_catalogue_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogues, "MAX_BYTES", 99)
    (tmp_path / "de.mo").write_bytes(b"x" * 100)
    with pytest.raises(SourceError, match=r"de\.mo: has more than 99 bytes of catalogues"):
        read_catalogues(tmp_path / "de.mo", "de")


def test_a_package_needs_dpkg_deb(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SourceError,
        match="dpkg-deb, which opens packages, is not installed; unpack the package elsewhere",
    ):
        read_catalogues(tmp_path / "a.deb", "de")


def test_finds_packages_and_catalogues_in_folders_in_order(tmp_path):
    for name in ("b.deb", "a/de/LC_MESSAGES/x.mo", "a/fr/LC_MESSAGES/x.mo", "notes.txt", "any.mo"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [tmp_path / "a/de/LC_MESSAGES/x.mo", tmp_path / "b.deb"]
    assert find_sources([tmp_path], "de") == found
    # What is named itself is taken, whatever its name says, and once.
    named = [tmp_path / "any.mo", tmp_path, tmp_path / "b.deb"]
    assert find_sources(named, "de") == [tmp_path / "any.mo", *found]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "does not exist; give --from .deb or .mo files, or folders of them"),
        ("notes.txt", "neither .deb nor .mo; give --from .deb or .mo files, or folders of them"),
        (
            "empty",
            "the folder has neither .deb packages nor catalogues such as de/LC_MESSAGES/program.mo "
            "or de.mo; check --locale",
        ),
    ],
)
def test_refuses_other_paths(tmp_path, name, message):
    (tmp_path / "notes.txt").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError) as error:
        find_sources([tmp_path / name], "de")
    assert str(error.value) == f"{tmp_path / name}: {message}"
