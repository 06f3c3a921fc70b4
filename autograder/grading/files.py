"""Files that a person asks for by name: looked at before any work is done, so that it is not done in vain."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.course import CourseError


def expect_new_file(path: Path, example: str) -> None:
    """Raise CourseError where a file cannot be made without replacing anything. example: a name for it."""
    expect_place(path, example)
    if os.path.lexists(path):
        raise CourseError(f"{path} is there already: choose another name, or remove it.")


def expect_place(path: Path, example: str) -> None:
    """Raise CourseError where there can be no file of a name: it is a folder's or a device's, or its folder is not
    there or may not be written. example: a name for it."""
    folder = path.parent
    if path.is_dir():
        raise CourseError(f"{path} is a folder: give the name of a file, such as {path / example}.")
    if path.exists() and not path.is_file():
        raise CourseError(f"{path} is no ordinary file: give another name, such as {example}.")
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file: there is no place for {path.name} in it. Give another name.")
    if not folder.exists():
        raise CourseError(f"There is no folder {folder}: make it, or give another name for the file.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CourseError(f"The folder {folder.absolute()} may not be written by this user: give another name.")


@contextlib.contextmanager
def new_zip(path: Path, example: str) -> Iterator[zipfile.ZipFile]:
    """Open a new zip for writing, which stays only if it is written to its end. example: a name for it.

    Raises CourseError where there can be none.
    """
    expect_new_file(path, example)
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        try:
            yield archive
        except BaseException:
            path.unlink()
            raise
