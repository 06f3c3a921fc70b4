"""nbgrader's configuration for this course, used by `nbgrader_config.py` and by our own commands alike."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from dataclasses import fields
from pathlib import Path
from typing import Any

from traitlets import TraitError
from traitlets.config import Config

from autograder.course import Chapter, Course, CourseError
from autograder.grading.gradebook.database import sqlite_url, wait_for_locks
from autograder.grading.gradebook.moments import teach_nbgrader
from autograder.grading.gradebook.nbgrader_commands import teach_commands
from autograder.grading.intake.submitted_folder import compose_names
from autograder.sandbox import Limits
from autograder.sandbox.packages import with_requirements

COURSE_ID = "training-deep-networks"
TEMPLATES = Path(__file__).resolve().parents[1] / "pages" / "templates"
STRUCTURE = "{nbgrader_step}/{student_id}/{assignment_id}"

FEEDBACK_HOOK = "autograder.grading.pages.index.after_nbgrader"
"""What writes a student's page over all notebooks after `nbgrader generate_feedback`."""
SAVE_CELLS = "nbgrader.preprocessors.SaveCells"
RELEASE_STEPS = [
    "autograder.grading.preprocessors.CheckSource",
    "autograder.grading.preprocessors.EmbedFigures",
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    SAVE_CELLS,
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""From source/ to release/: the cells are checked, the figures put in, then come nbgrader's own steps. SAVE_CELLS
writes into the gradebook."""


def database_url(root: Path) -> str:
    """Return where the gradebook of a course folder is unless the configuration names another."""
    return sqlite_url(root / "gradebook.db")


def configure(config: Config, root: Path) -> Config:
    """Set what nbgrader's commands need to work on the course folder `root` and give the judge's scores.

    The template is set for the feedback alone: Formgrader's own pages use another, in which a filter makes students'
    markdown harmless.
    """
    _make_exchange(root / "exchange")
    compose_names(root)
    teach_nbgrader()
    scripts_on_path()
    wait_for_locks()
    teach_commands(config)
    config.CourseDirectory.course_id = COURSE_ID
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = database_url(root)
    config.Exchange.root = str(root / "exchange")
    config.ExchangeFactory.release_feedback = "autograder.grading.gradebook.release_feedback.ReleaseFeedback"
    config.ExportApp.plugin_class = "autograder.grading.gradebook.export.CourseExport"
    config.GenerateAssignment.force = True
    config.GenerateAssignment.preprocessors = list(RELEASE_STEPS)
    config.GenerateAssignment.exporter_class = "autograder.grading.gradebook.assigned.ReleaseExporter"
    config.Autograde.exporter_class = "autograder.grading.preprocessors.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = ["autograder.grading.preprocessors.Judge"]
    config.Autograde.autograde_preprocessors = [
        "autograder.grading.preprocessors.SaveScores",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
    config.GenerateFeedback.force = True
    config.GenerateFeedback.post_convert_hook = FEEDBACK_HOOK
    config.GenerateFeedback.preprocessors = [
        "autograder.grading.preprocessors.PrepareFeedback",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    config.GenerateFeedback.exporter_class = "autograder.grading.pages.feedback.FeedbackExporter"
    config.HTMLExporter.filters = {
        "markdown2html": "autograder.grading.pages.safe_markdown.graders_markdown",
        "highlight_code": "autograder.grading.pages.safe_markdown.graders_code",
        "ansi2html": "autograder.grading.pages.safe_markdown.printed",
    }
    config.FeedbackExporter.template_name = "course_feedback"
    config.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]
    return config


def course_of(coursedir: Any) -> Course:
    """Return the course that nbgrader's CourseDirectory describes.

    Raises CourseError where it names folders that the judge cannot take.
    """
    if (coursedir.source_directory, coursedir.directory_structure.replace(os.sep, "/")) != ("source", STRUCTURE):
        raise CourseError(
            "nbgrader_config.py: this course needs source_directory 'source' and directory_structure "
            f"'{STRUCTURE}', as nbgrader has them by itself. Take c.CourseDirectory.source_directory and "
            "c.CourseDirectory.directory_structure out; submitted_directory and the others may have any name."
        )
    return Course(
        Path(coursedir.root),
        submitted=coursedir.submitted_directory,
        autograded=coursedir.autograded_directory,
        feedback=coursedir.feedback_directory,
        excluded=frozenset(name.strip() for name in coursedir.student_id_exclude.split(",") if name.strip()),
    )


def configured(settings: Config) -> Course:
    """Return the course as nbgrader's settings have it: with the folders that they name. Raises CourseError."""
    from nbgrader.coursedir import CourseDirectory

    try:
        return course_of(CourseDirectory(config=settings))
    except TraitError as error:
        raise CourseError(f"nbgrader_config.py: {error}") from None


def configured_chapter(course: Course, name: str) -> Chapter:
    """Return a chapter with the folders that the course's `nbgrader_config.py` names.

    Raises CourseError where there is no such chapter, and for settings that cannot be used.
    """
    course.sections(name)
    return Chapter(configured(read_settings(course.root)), name)


def course_id_in(settings: Config) -> str:
    """Return the name that the course has in nbgrader's gradebook and exchange."""
    return settings.CourseDirectory.get("course_id", COURSE_ID)


def _make_exchange(folder: Path) -> None:
    """Make the folder that nbgrader expects; where that fails, nbgrader's exchange commands report it themselves."""
    with contextlib.suppress(OSError):
        folder.mkdir(exist_ok=True)


def read_settings(root: Path) -> Config:
    """Return nbgrader's settings for a course folder: the course's, overridden by the `nbgrader_config.py` in it.

    That file is executed: a command reads the settings once and hands them down. A gradebook elsewhere (PostgreSQL,
    say) is set in it, as `c.CourseDirectory.db_url`.
    """
    from traitlets.config.loader import PyFileConfigLoader

    config = configure(Config(), root)
    own = root / "nbgrader_config.py"
    if own.is_file():
        try:
            config.merge(PyFileConfigLoader(own.name, path=str(root)).load_config())
        except CourseError:
            raise
        except Exception as error:
            raise CourseError(f"{own} cannot be used{_place_in(own, error)}: {type(error).__name__}: {error}") from None
    return config


def _place_in(file: Path, error: Exception) -> str:
    """Say which line of a file an error comes from, as the end of a clause; "" where that is not known."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    return f" (line {line})" if line else ""


def scripts_on_path() -> None:
    """Let nbgrader find `alembic`, which it runs by name for a new gradebook, where the environment is not
    activated."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = folder + os.pathsep + os.environ.get("PATH", os.defpath)


def limits_in(config: Config) -> Limits:
    """Return the limits of a submission as `nbgrader_config.py` sets them: `c.Limits.call_seconds = 10`, for instance.

    `c.Limits.packages = ["scipy"]` allows packages beside NumPy; those that these need come with them.

    Raises CourseError for a limit that does not exist or is not a positive number, and for a package that is not
    installed.
    """
    asked = dict(config.get("Limits", {}))
    known = {item.name: item.type for item in fields(Limits)}
    for name, value in asked.items():
        if name not in known:
            raise CourseError(f"nbgrader_config.py: there is no limit {name!r}; there are {', '.join(sorted(known))}.")
        if name == "packages":
            asked[name] = _installed(value)
        else:
            _expect_positive(f"the limit {name}", value)
            if known[name] == "int":
                asked[name] = _whole(f"the limit {name}", value)
    return Limits(**asked)


def _installed(names: object) -> tuple[str, ...]:
    """Return packages with those that they need."""
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise CourseError(f'nbgrader_config.py: packages must be a list of names, such as ["scipy"], not {names!r}.')
    try:
        return with_requirements(names)
    except ModuleNotFoundError as reason:
        raise CourseError(f"nbgrader_config.py: {reason}: install it, or take it out of c.Limits.packages.") from None


def _whole(what: str, value: float) -> int:
    """Return a whole number, also one that is written as 4e9."""
    if value != int(value):
        raise CourseError(f"nbgrader_config.py: {what} must be a whole number, not {value!r}.")
    return int(value)


def _expect_positive(what: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise CourseError(f"nbgrader_config.py: {what} must be a number above 0, not {value!r}.")
