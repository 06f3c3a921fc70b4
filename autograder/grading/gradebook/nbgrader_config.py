"""nbgrader's configuration for this course, used by `nbgrader_config.py` and by our own commands alike."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import fields
from pathlib import Path

from traitlets.config import Config

from autograder.course import CourseError
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.sandbox import Limits
from autograder.sandbox.packages import with_requirements

COURSE_ID = "training-deep-networks"
TEMPLATES = Path(__file__).resolve().parents[1] / "pages" / "templates"
SQLITE_TIMEOUT_SECONDS = 60


SAVE_CELLS = "nbgrader.preprocessors.SaveCells"
RELEASE_STEPS = [
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
"""From source/ to release/: the figures are put in, then nbgrader's own steps. SAVE_CELLS writes into the gradebook."""


def database_url(root: Path) -> str:
    """Return where the gradebook of a course folder is unless the configuration names another: SQLite that waits for
    a lock."""
    return f"sqlite:///{root / 'gradebook.db'}?timeout={SQLITE_TIMEOUT_SECONDS}"


def configure(config: Config, root: Path) -> Config:
    """Set what nbgrader's commands need to work on the course folder `root` and give the judge's scores.

    The template is set for the feedback alone: Formgrader's own pages use another, in which a filter makes students'
    markdown harmless.
    """
    _make_exchange(root / "exchange")
    config.CourseDirectory.course_id = COURSE_ID
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = database_url(root)
    config.Exchange.root = str(root / "exchange")
    config.GenerateAssignment.force = True
    config.GenerateAssignment.preprocessors = list(RELEASE_STEPS)
    config.Autograde.exporter_class = "autograder.grading.preprocessors.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = ["autograder.grading.preprocessors.Judge"]
    config.Autograde.autograde_preprocessors = [
        "autograder.grading.preprocessors.SaveScores",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
    config.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "nbgrader.preprocessors.ClearHiddenTests",
        "autograder.grading.preprocessors.PrepareFeedback",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    config.GenerateFeedback.exporter_class = "autograder.grading.pages.feedback.FeedbackExporter"
    config.HTMLExporter.filters = {
        "markdown2html": "autograder.grading.pages.safe_markdown.graders_markdown",
        "ansi2html": "autograder.grading.pages.safe_markdown.printed",
    }
    config.FeedbackExporter.template_name = "course_feedback"
    config.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]
    return config


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

    scripts_on_path()
    config = configure(Config(), root)
    own = root / "nbgrader_config.py"
    if own.is_file():
        config.merge(PyFileConfigLoader(own.name, path=str(root)).load_config())
    return config


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
    known = {item.name for item in fields(Limits)}
    for name, value in asked.items():
        if name not in known:
            raise CourseError(f"nbgrader_config.py: there is no limit {name!r}; there are {', '.join(sorted(known))}.")
        if name == "packages":
            asked[name] = _installed(value)
        else:
            _expect_positive(f"the limit {name}", value)
    return Limits(**asked)


def _installed(names: object) -> tuple[str, ...]:
    """Return packages with those that they need."""
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise CourseError(f'nbgrader_config.py: packages must be a list of names, such as ["scipy"], not {names!r}.')
    try:
        return with_requirements(names)
    except ModuleNotFoundError as reason:
        raise CourseError(f"nbgrader_config.py: {reason}: install it, or take it out of c.Limits.packages.") from None


def shortest_hidden_run_in(config: Config) -> float:
    """Return the seconds of the shortest run with hidden cases: `c.GradingConfig.shortest_hidden_run_seconds`.

    Raises CourseError for what is not a positive number.
    """
    asked = dict(config.get("GradingConfig", {}))
    seconds = asked.get("shortest_hidden_run_seconds", GradingConfig.shortest_hidden_run_seconds)
    _expect_positive("shortest_hidden_run_seconds", seconds)
    return seconds


def _expect_positive(what: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise CourseError(f"nbgrader_config.py: {what} must be a number above 0, not {value!r}.")
