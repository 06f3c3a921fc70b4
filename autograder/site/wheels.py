"""Wheels of pure Python, written from files: of the course as students get it, and of packages that are installed."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import zipfile
from collections.abc import Mapping
from pathlib import Path

MOMENT = (2020, 1, 1, 0, 0, 0)
"""The time of every file in a wheel: the same files make the same wheel."""
ABOUT_INSTALLING = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "WHEEL")
TAG = "py3-none-any"


def write_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> Path:
    """Write a wheel and return its path. files: what it installs, by path."""
    distribution = f"{name.replace('-', '_')}-{version}"
    info = f"{distribution}.dist-info"
    described = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    all_files = {
        **files,
        f"{info}/METADATA": files.get(f"{info}/METADATA", described.encode()),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: {TAG}\n".encode(),
    }
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in all_files.items())
    path = folder / f"{distribution}-{TAG}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in {**all_files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()}.items():
            archive.writestr(zipfile.ZipInfo(inside, MOMENT), content, zipfile.ZIP_DEFLATED)
    return path


def wheel_of_installed(folder: Path, name: str) -> Path:
    """Write the wheel of a package of pure Python as it is installed here."""
    found = importlib.metadata.distribution(name)
    files = {
        file.as_posix(): Path(str(file.locate())).read_bytes()
        for file in found.files or ()
        if file.suffix != ".pyc" and file.name not in ABOUT_INSTALLING and ".." not in file.parts
    }
    return write_wheel(folder, found.metadata["Name"], found.version, files)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
