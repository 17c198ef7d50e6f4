"""The options of tools that make data of Debian packages."""

import argparse
from pathlib import Path


def add_source_arguments(parser: argparse.ArgumentParser, kinds: str) -> None:
    """Adds --out, and --from, which becomes `paths`: a list that is empty by default.

    Args:
      parser: Gets the options.
      kinds: What the paths may be: "packages, pages, texts or folders".
    """
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write")
    parser.add_argument(
        "--from",
        dest="paths",
        nargs="+",
        default=[],
        type=Path,
        metavar="PATH",
        help=f"{kinds} to read; default: fetch packages",
    )
