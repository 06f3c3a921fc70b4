"""`python3 -m autograder site`: the course as static files, to work in a browser without any installation."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.course import ROOT, Course

SUMMARY = "the course as a web site: notebooks that run in a browser tab, without installation"
FOLDER = ROOT / "site"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the site goes, and where Pyodide comes from."""
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="FOLDER", help="made anew (default: %(default)s)")
    parser.add_argument(
        "--pyodide", type=Path, metavar="FOLDER", help="your own copy of Pyodide, for a site that needs no other"
    )
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")


def run(arguments: argparse.Namespace) -> int:
    """Build the site, and say how large it is and how to look at it."""
    from autograder.site.build import build_site

    print("Building the site: about a minute ...", flush=True)
    build_site(Course.at(arguments.course), arguments.to.resolve(), arguments.pyodide and arguments.pyodide.resolve())
    size = sum(path.stat().st_size for path in arguments.to.rglob("*") if path.is_file())
    print(f"{arguments.to}: {size / 1e6:.0f} MB. Look at it:  python3 -m http.server -d {arguments.to}")
    return 0
