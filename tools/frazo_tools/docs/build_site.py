"""Writes the documentation as a site: files that a browser opens from a disk or a server.

    ./bazelw run //docs:site -- --out=FOLDER

The pages are the documents of the repository, and a reference from the comments of messages and
ops and from docstrings. The build needs no network, and the site neither. A link or an anchor that
leads nowhere, and a page that the navigation lacks, is an error.
"""

import argparse
import inspect
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from frazo_tools.docs.python_reference import write_sources
from frazo_tools.docs.site_pages import navigation, write_pages
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException

_PYTHON = Path(__file__).parents[3] / "python"
_TEMPORARY_SUFFIX = ".frazo-tmp"


def build_site(checkout: Path, out: Path) -> None:
    """Builds the site.

    Args:
      checkout: The repository.
      out: The folder of the site; it becomes a new one, or replaces an older site.

    Raises:
      FileExistsError: The folder has something else than a site.
      mkdocs.exceptions.Abort: A page has a fault; the log names it.
    """
    if out.exists() and any(out.iterdir()) and not (out / "search").is_dir():
        raise FileExistsError(
            f"{out} has files that are no site of this program: name a new or an empty folder"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside the site, so that it is renamed and never half there.
    with tempfile.TemporaryDirectory(dir=out.parent, suffix=_TEMPORARY_SUFFIX) as scratch:
        written = Path(scratch) / "html"
        pages = Path(scratch) / "pages"
        pages.mkdir()
        write_pages(checkout, pages)
        sources = Path(scratch) / "python"
        write_sources(_PYTHON, sources)
        settings = load_config(
            str(checkout / "docs/mkdocs.yml"),
            docs_dir=str(pages),
            site_dir=str(written),
            strict=True,
        )
        settings.nav = navigation(settings.nav or [])
        settings.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [str(sources)]
        settings.plugins.run_event("startup", command="build", dirty=False)
        build(settings)
        shutil.rmtree(out, ignore_errors=True)
        written.rename(out)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=inspect.getdoc(sys.modules[__name__]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    checkout = Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    out = Path(os.environ.get("BUILD_WORKING_DIRECTORY", ".")) / arguments.out
    try:
        build_site(checkout.absolute(), out)
    except (FileExistsError, MkDocsException) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"wrote {out}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
