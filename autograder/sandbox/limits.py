"""What one submission may use.

`Limits` is what an instructor may change, as `c.Limits.call_seconds = 10` in nbgrader_config.py. They are enforced by
`student_process` (deadlines), `worker` (what the operating system limits in each process), `bubblewrap` (the size of
the scratch folders) and `watchdog` (what all processes use together).

Further limits protect the judge, the same in every course. They are constants where they are used:

grading/intake/submission.py     LARGEST_FILE_BYTES, MOST_VALUES, MOST_CELLS, LONGEST_CELL_CHARACTERS, MOST_BLANK_LINES,
                                 LONGEST_NOTEBOOK_CHARACTERS, MOST_IMAGES, LARGEST_IMAGES_CHARACTERS
grading/scoring/printed.py       MOST_PRINTED_CHARACTERS, MOST_CELLS_WITH_OUTPUT
grading/pages/budget.py          LONGEST_SHOWN_CHARACTERS, LONGEST_LINE_CHARACTERS, HIGHLIGHTED_CHARACTERS,
                                 RENDERED_CHARACTERS, FORMULA_CHARACTERS, IMAGE_CHARACTERS, TYPED_CHARACTERS
grading/pages/safe_markdown.py   MOST_TAGS
grading/pages/limited.py         PAGE_CPU_SECONDS, PAGE_MEMORY_BYTES, LARGEST_PAGE_BYTES
grading/pages/mathml.py          LONGEST_FORMULA_CHARACTERS, MOST_FORMULAS
sandbox/wire.py                  LARGEST_HEADER_BYTES, LARGEST_BODY_BYTES, MOST_DIMENSIONS, MOST_CONTAINERS,
                                 DEEPEST_NESTING
sandbox/worker.py                LONGEST_OUTPUT_CHARACTERS, LONGEST_ERROR_CHARACTERS, REPORT_SECONDS
sandbox/student_process.py       GRACE_SECONDS, MOST_WARNINGS
plaindata/values.py              MOST_NUMBERS, MOST_ITEMS, MOST_AXES, DEEPEST_NESTING
plaindata/call.py                LONGEST_TEXT, LONGEST_REPEATED_SECONDS
judge/findings.py                LARGEST_KEPT
judge/lookalikes.py              LOOKALIKE_SECONDS
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds of wall clock, bytes, processes, files.

    memory: of each process (address space) and of all together (what they really hold).
    scratch: the size of all files together, in the sandbox; file_size: of one of them.
    processes: with their threads.
    packages: those that may be imported beside NumPy, and what they need in turn, by the names that are imported.
    """

    start_seconds: float = 30.0
    cell_seconds: float = 30.0
    call_seconds: float = 5.0
    submission_seconds: float = 180.0
    memory: int = 3 * 2**30
    scratch: int = 64 * 2**20
    file_size: int = 64 * 2**20
    files: int = 10_000
    open_files: int = 256
    processes: int = 32
    packages: tuple[str, ...] = ()
