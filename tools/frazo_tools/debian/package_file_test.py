import shutil
import subprocess

import pytest
from frazo_tools.debian.package_file import PackageFileError, read_package_file


@pytest.fixture
def package(tmp_path):
    """A package of two pages and a picture."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("packages are made with dpkg-deb")
    control = tmp_path / "root" / "DEBIAN" / "control"
    folder = tmp_path / "root" / "usr/share/doc/sample"
    control.parent.mkdir(parents=True)
    folder.mkdir(parents=True)
    control.write_text(
        "Package: sample\nVersion: 1:2.0-1\nArchitecture: all\n"
        "Maintainer: A <a@example.org>\nDescription: sample\n"
    )
    for name in ("b.html", "a.html", "x.png", "copyright"):
        (folder / name).write_text(f"content of {name}")
    path = tmp_path / "sample.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", tmp_path / "root", path]
    subprocess.run(command, check=True, capture_output=True)
    return path


def read(package, *, max_bytes=100):
    def is_wanted(path):
        return path.endswith(".html")

    return read_package_file(package, is_wanted, max_bytes=max_bytes, what="pages")


def test_reads_what_is_wanted_and_where_the_licence_is(package):
    found = read(package)
    assert found[:3] == ("sample", "1:2.0-1", "/usr/share/doc/sample/copyright")
    folder = "usr/share/doc/sample"
    assert found.contents == {
        f"{folder}/a.html": b"content of a.html",
        f"{folder}/b.html": b"content of b.html",
    }


def test_too_much_content_and_damage_are_errors(package):
    # The two pages have 34 bytes.
    with pytest.raises(PackageFileError, match=r"more than 33 bytes of pages, .* leave it out"):
        read(package, max_bytes=33)
    read(package, max_bytes=34)
    package.write_bytes(package.read_bytes()[:-2000])
    with pytest.raises(PackageFileError, match=r"cannot be unpacked .* fetch the package again"):
        read(package)
