"""The site is built strictly, has all documents and all of the reference, and needs no network."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from frazo_tools.docs.build_site import build_site
from frazo_tools.docs.message_reference import FAMILIES
from mkdocs.exceptions import Abort

CHECKOUT = Path()
OUTSIDE = re.compile(r"(?:https?:)?//")
# What a browser fetches by itself when it shows a page.
FETCHED = {"audio": "src", "iframe": "src", "img": "src", "link": "href", "script": "src"}
# An address of the site itself or of a page, which nobody fetches.
NOT_FETCHED = {"canonical", "next", "prev"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site; a broken link or anchor, or a page that the navigation lacks, fails the build."""
    out = tmp_path_factory.mktemp("site") / "html"
    build_site(CHECKOUT.absolute(), out)
    return out


class Page(HTMLParser):
    """What a page fetches, and where its navigation leads."""

    def __init__(self, path):
        super().__init__()
        self.fetched = []
        self.navigation = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag in FETCHED and attributes.get("rel") not in NOT_FETCHED:
            self.fetched.append(attributes.get(FETCHED[tag]) or "")
        if tag == "a" and "md-nav__link" in (attributes.get("class") or ""):
            self.navigation.add((attributes.get("href") or "").partition("#")[0])


def test_each_document_is_a_page(site):
    documents = {path.stem for path in [*Path("docs").glob("*.md"), *Path("docs").glob("*.ipynb")]}
    assert len(documents) > 15
    assert documents <= {path.stem for path in site.glob("*.html")}


def test_each_message_file_is_in_the_navigation(site):
    navigation = Page(site / "reference/messages/task.html").navigation
    names = {name for family in FAMILIES.values() for name in family.split()} - {"task"}
    assert {f"{name}.html" for name in names} <= navigation


def test_nothing_comes_from_another_host(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 80
    for path in pages:
        assert not list(filter(OUTSIDE.match, Page(path).fetched)), path
    for path in site.rglob("*.css"):
        outside = re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", path.read_text())
        assert not outside, path


def test_pictures_are_there(site):
    shown = [source for source in Page(site / "index.html").fetched if source.endswith(".svg")]
    assert "images/lenet5.svg" in shown
    assert all((site / source).is_file() for source in shown)


def test_the_search_finds_messages_ops_and_python(site):
    text = (site / "search/search_index.js").read_text(encoding="utf-8")
    entries = json.loads(text.removeprefix("var __index = "))["docs"]
    titles = {entry["location"]: entry["title"] for entry in entries}
    assert titles["reference/messages/learner.html#learner"] == "Learner"
    assert titles["reference/ops.html#searchstep"] == "SearchStep"
    assert any(place.startswith("reference/python/frazo.html#frazo.Predictor") for place in titles)
    assert any("num_key_value_heads" in entry["text"] for entry in entries)


def test_a_broken_link_fails_the_build(tmp_path, caplog):
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "core", "third_party"):
        (checkout / name).symlink_to(Path(name).absolute())
    (checkout / "docs").mkdir()
    for path in Path("docs").absolute().iterdir():
        (checkout / "docs" / path.name).symlink_to(path)
    broken = checkout / "docs/wmt.md"
    text = broken.read_text(encoding="utf-8")
    broken.unlink()
    broken.write_text(f"{text}\n[nowhere](data.md#no-such-heading)\n", encoding="utf-8")
    with pytest.raises(Abort):
        build_site(checkout, tmp_path / "html")
    assert "'wmt.md' contains a link 'data.md#no-such-heading'" in caplog.text.replace(
        "Doc file ", ""
    )
    assert not (tmp_path / "html").exists()
