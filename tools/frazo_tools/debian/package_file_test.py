import shutil

import pytest
from frazo_tools.debian.package_file import PackageFileError, read_package_file
from frazo_tools.debian.sample import write_package


@pytest.fixture
def package(tmp_path):
    """A package of two pages and a picture."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("packages are made with dpkg-deb")
    names = ("b.html", "a.html", "x.png", "copyright")
    contents = {f"usr/share/doc/sample/{name}": f"content of {name}".encode() for name in names}
    path = tmp_path / "sample.deb"
    write_package(path, "sample", "1:2.0-1", contents)
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
