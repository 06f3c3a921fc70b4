"""The zips of Moodle and Canvas: everybody's newest work gets to its place, nothing that is there is lost, and nothing
in a zip gets anywhere else."""

from __future__ import annotations

import datetime
import os
import stat
import struct
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import Chapter, CourseError
from autograder.grading.gradebook import collect as collecting
from autograder.grading.gradebook.collect import Collected, collect
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import open_gradebook
from autograder.grading.intake import platform_zip
from autograder.grading.intake.platform_zip import PlatformZip, time_of
from tests.grading.small_course import CHAPTER, GRADIENTS, SECTIONS, UNITS, make_course

MOODLE = "Jane Doe_123_assignsubmission_file_"
CANVAS = "doejane_77_901_"
NOON = (2026, 3, 1, 12, 0, 0)
LATER = (2026, 3, 2, 12, 0, 0)


@dataclass
class Student:
    """A row of the gradebook."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    lms_user_id: str | None = None


@dataclass
class Roster:
    """A gradebook, as far as it is asked."""

    students: list[Student] = field(default_factory=list)

    def update_or_create_student(self, name: str, lms_user_id: str) -> None:
        found = [one for one in self.students if one.id == name]
        self.students += [] if found else [found := Student(name)]
        (found[0] if isinstance(found, list) else found).lms_user_id = lms_user_id


Files = Mapping[str, str | bytes | tuple[str | bytes, tuple]]
"""What is in a zip by its name: the content, or the content and the time."""


def zipped(path: Path, files: Files, time: tuple = NOON) -> Path:
    """A zip. time: of the files that have none."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, given in files.items():
            content, when = given if isinstance(given, tuple) else (given, time)
            archive.writestr(zipfile.ZipInfo(name, when), content, zipfile.ZIP_DEFLATED)
    return path


@pytest.fixture
def chapter(tmp_path) -> Chapter:
    return Chapter(make_course(tmp_path / "course"), CHAPTER)


@dataclass
class Collector:
    """Collects zips into a course, one after the other."""

    chapter: Chapter
    folder: Path
    roster: Roster = field(default_factory=Roster)

    def __call__(self, files: Files, *, update: bool = False, time: tuple = NOON) -> Collected:
        return collect(zipped(self.folder / "all.zip", files, time), self.chapter, self.roster, update)

    def there(self) -> dict[str, dict[str, str]]:
        """What is in submitted/, less the times: student -> file -> text."""
        folder = self.chapter.course.root / "submitted"
        return {
            path.parent.name: {
                file.name: file.read_text() for file in sorted(path.iterdir()) if file.name != "timestamp.txt"
            }
            for path in sorted(folder.glob(f"*/{CHAPTER}"))
        }

    def timestamp(self, student: str) -> str | None:
        return collecting.timestamp_of(self.chapter.folder_of(student, "submitted"))


@pytest.fixture
def collector(chapter, tmp_path) -> Collector:
    return Collector(chapter, tmp_path)


BOTH = {f"{UNITS}.ipynb": "1", f"{GRADIENTS}.ipynb": "2"}

FORMATS = {
    "Moodle in folders": ({f"{MOODLE}/{UNITS}.ipynb": "1", f"{MOODLE}/{GRADIENTS}.ipynb": "2"}, "Jane Doe"),
    "Moodle in folders of today": (
        {f"x/{MOODLE.rstrip('_')}/{UNITS}.ipynb": "1", f"x/{MOODLE.rstrip('_')}/{GRADIENTS}.ipynb": "2"},
        "Jane Doe",
    ),
    "Moodle without folders": ({f"{MOODLE}{UNITS}.ipynb": "1", f"{MOODLE}{GRADIENTS}.ipynb": "2"}, "Jane Doe"),
    "Canvas": ({f"{CANVAS}{UNITS}.ipynb": "1", f"doejane_77_902_{GRADIENTS}.ipynb": "2"}, "doejane"),
    "Canvas, late": (
        {f"doejane_LATE_77_901_{UNITS}.ipynb": "1", f"doejane_LATE_77_902_{GRADIENTS}.ipynb": "2"},
        "doejane",
    ),
    "Canvas, handed in again": (
        {
            f"doejane_77_903_{UNITS}-2.ipynb": "1",
            f"doejane_77_901_{UNITS}-1.ipynb": "old",
            f"doejane_77_900_{UNITS}.ipynb": "oldest",
            f"doejane_77_904_{GRADIENTS}-10.ipynb": "2",
            f"doejane_77_902_{GRADIENTS}-9.ipynb": "old",
        },
        "doejane",
    ),
}


@pytest.mark.parametrize(("files", "student"), FORMATS.values(), ids=FORMATS)
def test_each_form_of_zip_is_known(collector, files, student):
    done = collector(files)
    assert collector.there() == {student: BOTH}
    assert (done.new, done.notes) == ([student], [])


def test_a_zip_of_the_students_own_is_unpacked(collector):
    inner = zipped(collector.folder / "in.zip", {"work/deep/1_units.ipynb": "old", **BOTH, "__MACOSX/._x.ipynb": "x"})
    collector({f"{MOODLE}/my work.zip": inner.read_bytes()})
    assert collector.there() == {"Jane Doe": BOTH}


def test_what_was_typed_into_a_form_is_no_file(collector):
    typed = ("Jane Doe_123_assignsubmission_onlinetext_/onlinetext.html", "doejane_77_text.html")
    done = collector({f"{MOODLE}/{UNITS}.ipynb": "1", **dict.fromkeys(typed, "Hello")})
    assert collector.there() == {"Jane Doe": {f"{UNITS}.ipynb": "1"}}
    assert done.notes == []


def test_what_is_of_neither_form_is_named_and_a_zip_without_any_refused(collector):
    done = collector({f"{MOODLE}/{UNITS}.ipynb": "1", "grades.csv": "x", ".DS_Store": "x"})
    assert done.notes == ["not known whose it is: grades.csv"]
    with pytest.raises(CourseError, match="is not what Moodle"):
        collector({"a.ipynb": "1"})


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + bytes(50)])
def test_a_file_that_is_no_zip_is_told(collector, content):
    (collector.folder / "a.zip").write_bytes(content)
    with pytest.raises(CourseError, match="no zip file that can be read"):
        collect(collector.folder / "a.zip", collector.chapter, Roster())
    with pytest.raises(CourseError, match="There is no file"):
        collect(collector.folder / "b.zip", collector.chapter, Roster())


# ---------------------------------------------------------------- who it is

WHO = {
    "by Canvas's number": ([Student("jd9", lms_user_id="77")], CANVAS, "jd9"),
    "by Canvas's name": ([Student("jd9", "Jane", "Doe")], CANVAS, "jd9"),
    "by the full name": ([Student("jd9", "Jane", "Doe"), Student("x", "Jane", "Roe")], f"{MOODLE}/", "jd9"),
    "by a name in another spelling": ([Student("jd9", "JANE", "doé".replace("é", "e"))], f"{MOODLE}/", "jd9"),
    "by nbgrader's own name": ([Student("Jane.Doe")], f"{MOODLE}/", "Jane.Doe"),
    "two of one name in the roster": (
        [Student("jd1", "Jane", "Doe"), Student("jd2", "Jane", "Doe")],
        f"{MOODLE}/",
        "Jane Doe",
    ),
    "the name of one with another number": ([Student("doejane", lms_user_id="5")], CANVAS, "doejane_77"),
}


@pytest.mark.parametrize(("roster", "start", "student"), WHO.values(), ids=WHO)
def test_whose_it_is_says_the_roster(collector, roster, start, student):
    collector.roster.students = roster
    collector({f"{start}{UNITS}.ipynb": "1"})
    assert list(collector.there()) == [student]


def test_two_people_of_one_name_stay_two(collector):
    collector({f"{CANVAS}{UNITS}.ipynb": "1", f"doejane_78_9_{UNITS}.ipynb": "other"})
    assert set(collector.there()) == {"doejane_77", "doejane_78"}


def test_canvas_numbers_are_remembered(collector):
    """Whoever hands in the next chapter under the name of another is not taken for her."""
    collector({f"{CANVAS}{UNITS}.ipynb": "1"})
    collector({f"doejane_78_9_{UNITS}.ipynb": "other"})
    assert {name: files[f"{UNITS}.ipynb"] for name, files in collector.there().items()} == {
        "doejane": "1",
        "doejane_78": "other",
    }


@pytest.mark.parametrize("name", ["seed", ".ada", "a\nb", "x" * 300])
def test_a_name_that_no_folder_can_have_is_told(collector, name):
    done = collector({f"{name}_1_assignsubmission_file_/{UNITS}.ipynb": "1"})
    assert collector.there() == {}
    assert len(done.notes) == 1 and done.notes[0].endswith("no folder can have this name")
    assert "\n" not in done.notes[0]


# ---------------------------------------------------------------- what is there already


def others(time: tuple) -> dict[str, tuple[str, tuple]]:
    """Somebody else's work of another time: the times in the zip are those of handing in."""
    return {f"Max Roe_9_assignsubmission_file_/{UNITS}.ipynb": ("x", (2026, 2, 1, *time[3:]))}


def jane(text: str, time: tuple) -> dict[str, tuple[str, tuple]]:
    return {f"{MOODLE}/{UNITS}.ipynb": (text, time), **others(time)}


def test_a_newer_submission_takes_the_place_of_an_older_one_which_is_kept(collector):
    collector(jane("first", NOON))
    assert collector.timestamp("Jane Doe").startswith("2026-03-01")
    done = collector(jane("second", LATER))
    assert done.newer == ["Jane Doe"] and done.same == ["Max Roe"]
    assert collector.there()["Jane Doe"] == {f"{UNITS}.ipynb": "second"}
    assert collector.timestamp("Jane Doe").startswith("2026-03-02")
    kept = collector.chapter.course.root / "downloaded" / CHAPTER / "replaced" / "Jane Doe" / "1"
    assert (kept / f"{UNITS}.ipynb").read_text() == "first"


@pytest.mark.parametrize("update", [False, True])
def test_a_newer_submission_stays_when_an_older_one_comes(collector, update):
    collector(jane("second", LATER))
    done = collector(jane("first", NOON), update=update)
    assert (done.older, done.newer) == (["Jane Doe"], [])
    assert collector.there()["Jane Doe"] == {f"{UNITS}.ipynb": "second"}


def test_where_nothing_tells_which_is_newer_what_is_there_stays(collector):
    files = {f"{MOODLE}/{UNITS}.ipynb": "first", f"Max Roe_9_assignsubmission_file_/{UNITS}.ipynb": "x"}
    assert not collector(files).timed
    files[f"{MOODLE}/{UNITS}.ipynb"] = "second"
    done = collector(files)
    assert done.undecided == ["Jane Doe"]
    assert collector.there()["Jane Doe"] == {f"{UNITS}.ipynb": "first"}
    assert collector(files, update=True).newer == ["Jane Doe"]
    assert collector.there()["Jane Doe"] == {f"{UNITS}.ipynb": "second"}


@pytest.mark.parametrize("update", [False, True])
def test_canvas_numbers_of_files_tell_which_is_newer(collector, update):
    first, second = f"doejane_77_901_{UNITS}.ipynb", f"doejane_77_950_{UNITS}-1.ipynb"
    collector({first: "first"})
    assert collector({second: "second"}, update=update).newer == ["doejane"]
    assert collector({first: "first"}, update=update).older == ["doejane"]
    assert collector.there()["doejane"] == {f"{UNITS}.ipynb": "second"}


def test_a_link_in_submitted_is_left_alone(collector):
    place = collector.chapter.folder_of("Jane Doe", "submitted")
    place.parent.mkdir(parents=True)
    elsewhere = collector.folder / "elsewhere"
    elsewhere.mkdir()
    place.symlink_to(elsewhere)
    done = collector({f"{MOODLE}/{UNITS}.ipynb": "1"}, update=True)
    assert "is a link" in done.notes[0]
    assert list(elsewhere.iterdir()) == []


# ---------------------------------------------------------------- times


def test_a_time_in_utc_goes_before_the_clocks_time():
    info = zipfile.ZipInfo("a", NOON)
    info.extra = struct.pack("<HHBi", 0x5455, 5, 1, 1_772_366_400)
    assert time_of(info) == datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    assert time_of(zipfile.ZipInfo("a", (1980, 1, 1, 0, 0, 0))) is None


def test_times_of_packing_are_no_times_of_handing_in(collector):
    now = datetime.datetime.now().timetuple()[:6]
    assert not collector({f"{MOODLE}/{UNITS}.ipynb": "1"}, time=now).timed
    assert collector.timestamp("Jane Doe") is None


def test_a_time_stamp_in_the_zip_is_kept(collector):
    collector({f"{MOODLE}/{UNITS}.ipynb": "1", f"{MOODLE}/timestamp.txt": "2026-03-05 10:00:00 UTC"})
    assert collector.timestamp("Jane Doe").startswith("2026-03-05 10:00:00")


# ---------------------------------------------------------------- what may not be unpacked


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name", ["../../evil.ipynb", "/evil.ipynb", "..\\..\\evil.ipynb", "C:\\evil.ipynb", "a/../x.ipynb"]
)
def test_a_path_that_leads_out_is_refused(collector, name):
    """In the zip, and in a student's own zip within it. The others go on."""
    before = everything(collector.folder)
    inner = zipped(collector.folder / "all.zip", {name: "evil"}).read_bytes()
    files: dict[str, str | bytes] = {
        f"{MOODLE}/{name}": "evil",
        "Max Roe_9_assignsubmission_file_/work.zip": inner,
        f"Eve_8_assignsubmission_file_/{UNITS}.ipynb": "1",
    }
    done = collector(files)
    assert collector.there() == {"Eve": {f"{UNITS}.ipynb": "1"}}
    assert sum("leads out of the folder" in note for note in done.notes) == 2
    new = everything(collector.folder) - before - {f"course/downloaded/{CHAPTER}/uploads.json"}
    assert new == {"all.zip", f"course/submitted/Eve/{CHAPTER}/{UNITS}.ipynb"}


def test_a_bomb_is_refused(collector, monkeypatch):
    """By what it unpacks to, whatever it says."""
    monkeypatch.setattr(platform_zip, "LARGEST_FILE_BYTES", 2**20)
    monkeypatch.setattr(platform_zip, "LARGEST_SUBMISSION_BYTES", 2**21)
    monkeypatch.setattr(platform_zip, "MOST_FILES_OF_A_STUDENT", 50)
    inner = zipped(collector.folder / "a.zip", {f"{number}": b"\0" * 2**20 for number in range(5)}).read_bytes()
    many = zipped(collector.folder / "a.zip", {f"{number}": "" for number in range(51)}).read_bytes()
    done = collector(
        {
            "A_1_assignsubmission_file_/a.ipynb": b"\0" * (2**20 + 1),
            "B_2_assignsubmission_file_/b.zip": inner,
            "C_3_assignsubmission_file_/c.zip": many,
            f"Eve_8_assignsubmission_file_/{UNITS}.ipynb": "1",
        }
    )
    assert collector.there() == {"Eve": {f"{UNITS}.ipynb": "1"}}
    for told in ("A: not taken: a.ipynb: it unpacks to more than 1 MB", "B: not taken: b.zip: it unpacks", "51 files"):
        assert [note for note in done.notes if told in note]


def test_links_and_encrypted_files_are_refused(collector):
    link, secret = (
        zipfile.ZipInfo(f"{MOODLE}/{UNITS}.ipynb", NOON),
        zipfile.ZipInfo(f"{MOODLE}/{GRADIENTS}.ipynb", NOON),
    )
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = collector.folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr(secret, "x")
    content = path.read_bytes().replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    path.write_bytes(content)
    done = collect(path, collector.chapter, Roster())
    assert collector.there() == {}
    assert "it is a link" in done.notes[0] or "it is encrypted" in done.notes[0]


def test_damage_in_one_file_costs_no_other(collector):
    path = zipped(
        collector.folder / "a.zip", {f"{MOODLE}/{UNITS}.ipynb": os.urandom(500), f"{CANVAS}{UNITS}.ipynb": "1"}
    )
    content = bytearray(path.read_bytes())
    content[150] ^= 255
    path.write_bytes(content)
    done = collect(path, collector.chapter, Roster())
    assert collector.there() == {"doejane": {f"{UNITS}.ipynb": "1"}}
    assert "cannot be unpacked" in done.notes[0]


def test_a_zip_of_too_many_files_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(platform_zip, "MOST_FILES", 2)
    with pytest.raises(CourseError, match="holds 3 files"):
        PlatformZip(zipped(tmp_path / "a.zip", dict.fromkeys("abc", "")), SECTIONS)


# ---------------------------------------------------------------- the command


def test_the_command_says_what_it_did(course, tmp_path, capsys):
    path = zipped(tmp_path / "a.zip", {f"{CANVAS}{UNITS}.ipynb": "1", "x": ""})
    assert main(["collect", str(path), CHAPTER, "--course", str(course.root)]) == 1
    told = capsys.readouterr()
    assert "new: 1 (doejane)" in told.out
    assert told.err == "not known whose it is: x\n"
    with closing(open_gradebook(course.root, read_settings(course.root))) as book:
        assert [(one.id, one.lms_user_id) for one in book.students] == [("doejane", "77")]
