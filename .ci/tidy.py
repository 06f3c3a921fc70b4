"""Put files into the form in which they are committed, and exit with 1 if one had to change.

A notebook gets the layout that nbformat writes, a line of a cell on a line of its own, so that a changed word is a
changed line. Any other text gets no space at the end of a line and one line break at the end of the file.

    python3 -m autograder.bootstrap .ci/tidy.py FILES
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat


def tidied(path: Path, text: str) -> str:
    """Return the text of a file as it is to be committed."""
    if path.suffix == ".ipynb":
        return nbformat.writes(nbformat.reads(text, as_version=4)) + "\n"
    lines = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).rstrip("\n")
    return f"{lines}\n" if lines else ""


def main(names: list[str]) -> int:
    """Tidy the files of these names and list those that changed."""
    changed = 0
    for path in map(Path, names):
        text = path.read_text(encoding="utf-8")
        tidy = tidied(path, text)
        if tidy != text:
            path.write_text(tidy, encoding="utf-8", newline="\n")
            print(f"tidied {path}")
            changed = 1
    return changed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
