"""What is graded at a time: one notebook of one student."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.course import Chapter


@dataclass(frozen=True)
class Task:
    """One notebook to grade. key: names everything that the result depends on (`result_key`), once that is known."""

    chapter: Chapter
    student: str
    section: str
    key: str = ""

    @property
    def notebook(self) -> str:
        """The full name of the notebook: "<chapter>/<section>"."""
        return self.chapter.notebook(self.section)

    @property
    def path(self) -> Path:
        """The submitted file; it need not exist."""
        return self.chapter.folder_of(self.student, "submitted") / f"{self.section}.ipynb"
