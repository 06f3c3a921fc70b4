"""nbgrader's `release_feedback`, for chapters such as "6_extra (optional)": it searches for their names as patterns."""

from __future__ import annotations

import re

from nbgrader.exchange.default import ExchangeReleaseFeedback


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Gives pages back through the exchange, of chapters of any name that nbgrader can release."""

    def copy_files(self) -> None:
        """Copy the pages of all students; where nbgrader looks for the chapter in their paths, its name is quoted."""
        chapter = self.coursedir.assignment_id
        self.coursedir.assignment_id = re.escape(chapter)
        try:
            super().copy_files()
        finally:
            self.coursedir.assignment_id = chapter
