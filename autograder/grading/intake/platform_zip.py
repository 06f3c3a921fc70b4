"""The zip that a learning platform makes of an assignment: whose file is what, and when it was handed in.

Moodle writes `Jane Doe_12345_assignsubmission_file_/1_units.ipynb`, or the same without a folder; Canvas
`doejane_12345_67890_1_units.ipynb`, with `LATE_` after the name of who is late and `-1`, `-2`, ... at the end of what
was handed in again. Students' files are of unknown origin: nothing is unpacked by the path it names, nor more than so
many bytes.
"""

from __future__ import annotations

import datetime
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.course import CourseError
from autograder.grading.intake.submission import LARGEST_FILE_BYTES
from autograder.grading.intake.submitted_folder import COME_ALONG

MOODLE = re.compile(
    r"(?:.*/)?(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_file_?(?:/(?P<file>.+)|(?P<flat>[^/]+))", re.DOTALL
)
CANVAS = re.compile(r"(?:.*/)?(?P<name>[^/_]+)_(?:LATE_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>[^/]+)", re.DOTALL)
TEXT = re.compile(r".*_assignsubmission_(?!file).*|(?:.*/)?[^/_]+_(?:LATE_)?\d+_(?:text|link)\.html", re.DOTALL)
"""What was typed into a form of the platform: no file of anybody's."""
AGAIN = re.compile(r"(?P<stem>.+)-(?P<number>\d+)")
"""How Canvas names a file that was handed in again."""

MOST_FILES = 100_000
MOST_FILES_OF_A_STUDENT = 1_000
LARGEST_SUBMISSION_BYTES = 256 * 2**20
PACKING_SECONDS = 120
"""Times that differ by less, in files of several students, are those of the packing."""
EXTENDED_TIMESTAMP, HAS_CHANGE_TIME = 0x5455, 1


class Refused(Exception):
    """A file of a zip that is not taken. The message says why."""


@dataclass
class PlatformSubmission:
    """What one person handed in. number: the platform's. files: content by name; refused: sentences.

    handed_in: when, in UTC; None where the zip does not say. upload: Canvas's number of the last file, which grows from
    one to the next; 0 elsewhere.
    """

    platform: str
    name: str
    number: str
    files: dict[str, bytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    handed_in: datetime.datetime | None = None
    upload: int = 0


@dataclass
class _Member:
    info: zipfile.ZipInfo
    file: str
    upload: int = 0


class PlatformZip:
    """An opened zip of Moodle or Canvas. unknown: names in it that neither of them writes.

    Raises CourseError where the file is no zip, or none of theirs.
    """

    def __init__(self, path: Path, sections: Collection[str]) -> None:
        self._sections = sections
        try:
            self._archive = zipfile.ZipFile(path)
            infos = self._archive.infolist()
        except FileNotFoundError:
            raise CourseError(f"There is no file {path}.") from None
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise CourseError(f"{path} is no zip file that can be read ({error}). Download it again.") from None
        if len(infos) > MOST_FILES:
            raise CourseError(f"{path} holds {len(infos):,} files; {MOST_FILES:,} are read at most.")
        self.unknown: list[str] = []
        self._members: dict[tuple[str, str, str], list[_Member]] = {}
        for info in infos:
            if not info.is_dir() and not _is_noise(info.filename) and not TEXT.fullmatch(info.filename):
                self._sort_in(info)
        if not self._members:
            raise CourseError(
                f"{path} is not what Moodle (Download all submissions) or Canvas (Download Submissions) make: no "
                "name in it is like `Jane Doe_123_assignsubmission_file_/x.ipynb` or `doejane_123_456_x.ipynb`."
            )
        self._has_times = self._times_tell(path)

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def submissions(self) -> Iterator[PlatformSubmission]:
        """Read the submissions one after the other."""
        for (platform, name, number), members in sorted(self._members.items()):
            yield self._submission(PlatformSubmission(platform, name, number), members)

    def people(self) -> list[tuple[str, str, str]]:
        """Return the platform, name and number of everybody who handed in."""
        return sorted(self._members)

    def _sort_in(self, info: zipfile.ZipInfo) -> None:
        if found := MOODLE.fullmatch(info.filename):
            key, member = (
                ("Moodle", found["name"].strip(), found["number"]),
                _Member(info, found["file"] or found["flat"]),
            )
        elif found := CANVAS.fullmatch(info.filename):
            key = ("Canvas", found["name"], found["number"])
            member = _Member(info, found["file"], int(found["upload"][:18]))
        else:
            self.unknown.append(info.filename)
            return
        self._members.setdefault(key, []).append(member)

    def _times_tell(self, path: Path) -> bool:
        """Whether the times in the zip are those of handing in, not of packing it."""
        by_person = [[time for one in members if (time := time_of(one.info))] for members in self._members.values()]
        times = [time for of_one in by_person for time in of_one]
        if not times or len(times) < sum(map(len, self._members.values())):
            return False
        packed = datetime.datetime.fromtimestamp(os.stat(path).st_mtime, datetime.UTC)
        apart = max(times) - min(times) if len(by_person) > 1 else packed - max(times)
        return apart.total_seconds() > PACKING_SECONDS

    def _submission(self, made: PlatformSubmission, members: list[_Member]) -> PlatformSubmission:
        made.upload = max(member.upload for member in members)
        room = LARGEST_SUBMISSION_BYTES
        newest: dict[str, int] = {}
        for member in members[:MOST_FILES_OF_A_STUDENT]:
            try:
                found = list(self._files_in(member, room))
            except Refused as reason:
                made.refused.append(f"{member.file}: {reason}")
                continue
            for file, content in found:
                name, times = self._without_suffix(file) if made.platform == "Canvas" else (file, 0)
                room -= len(content)
                if times >= newest.get(name, -1):
                    newest[name] = times
                    made.files[name] = content
        if len(members) > MOST_FILES_OF_A_STUDENT:
            made.refused.append(f"more than {MOST_FILES_OF_A_STUDENT:,} files: the last ones were left out")
        if self._has_times:
            made.handed_in = max((time for member in members if (time := time_of(member.info))), default=None)
        return made

    def _without_suffix(self, file: str) -> tuple[str, int]:
        """Return the name of a file that was handed in again as it was the first time, and the number of the time."""
        path = PurePosixPath(file)
        found = AGAIN.fullmatch(path.stem)
        if path.stem in self._sections or not found or found["stem"] not in self._sections:
            return file, 0
        return f"{found['stem']}{path.suffix}", int(found["number"][:9])

    def _files_in(self, member: _Member, room: int) -> Iterator[tuple[str, bytes]]:
        """Yield the name and content of a file, or of each notebook and file in a zip of the student's own."""
        content = _content(self._archive, member.info, room)
        if not member.file.lower().endswith(".zip"):
            yield _safe_name(member.file), content
            return
        try:
            inner = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            raise Refused("it is no zip file that can be read") from None
        infos = [info for info in inner.infolist() if not info.is_dir() and not _is_noise(info.filename)]
        if len(infos) > MOST_FILES_OF_A_STUDENT:
            raise Refused(f"it holds {len(infos):,} files")
        for info in sorted(infos, key=lambda one: -one.filename.count("/")):
            inside = _content(inner, info, room)
            room -= len(inside)
            yield _safe_name(info.filename), inside


def time_of(info: zipfile.ZipInfo) -> datetime.datetime | None:
    """Return when a file of a zip was last changed: in UTC if the zip says so, else by this machine's clock."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == EXTENDED_TIMESTAMP and size >= 5 and len(extra) >= 9 and extra[4] & HAS_CHANGE_TIME:
            return datetime.datetime.fromtimestamp(struct.unpack_from("<i", extra, 5)[0], datetime.UTC)
        extra = extra[4 + size :]
    try:
        time = datetime.datetime(*info.date_time)
    except ValueError:
        return None
    return time.astimezone(datetime.UTC) if time.year > 1980 else None


def _is_noise(name: str) -> bool:
    """Whether an operating system or an editor put a file there."""
    return any(COME_ALONG.fullmatch(part) and part.lower() != "timestamp.txt" for part in name.split("/"))


def _safe_name(path: str) -> str:
    """Return the last part of a file's path, all that is used of it. Raises Refused for what no file may be called."""
    parts = path.replace("\\", "/").split("/")
    if ".." in parts or path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path):
        raise Refused("its path leads out of the folder")
    if not parts[-1].isprintable() or parts[-1] in ("", ".") or len(os.fsencode(parts[-1])) > 200:
        raise Refused("its name cannot be written")
    return parts[-1]


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    """Unpack a file, as far as there is room. Raises Refused with the reason where that is not to be done."""
    _safe_name(info.filename)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Refused("it is a link or no file at all")
    if info.flag_bits & 1:
        raise Refused("it is encrypted")
    most = min(room, LARGEST_FILE_BYTES)
    try:
        with archive.open(info) as file:
            content = file.read(most + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise Refused(f"it cannot be unpacked ({error})") from None
    if len(content) > most:
        raise Refused(f"it unpacks to more than {most / 2**20:,.0f} MB")
    return content
