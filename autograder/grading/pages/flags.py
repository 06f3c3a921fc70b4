"""The flags of a notebook as a person reads them: what follows from a missing function is said once, with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

MISSING = re.compile(r"(\w+): there is no function called \1\b.*", re.DOTALL)
FOLLOWS = re.compile(r"(?:cell \d+(?: \(\w+\))?|\w+) failed: NameError: name '(\w+)' is not defined\b.*", re.DOTALL)
ITS_CELL = re.compile(r"cell \d+ \((\w+)\) (failed: .*)", re.DOTALL)


def told_once(flags: Sequence[str]) -> list[str]:
    """Return flags without those that a missing function explains; its own says how many cells failed for it."""
    missing = {found[1]: flag for flag in flags if (found := MISSING.fullmatch(flag))}
    followed = dict.fromkeys(missing, 0)
    told = []
    for flag in flags:
        follows, its_cell = FOLLOWS.fullmatch(flag), ITS_CELL.fullmatch(flag)
        if follows and follows[1] in missing:
            followed[follows[1]] += 1
        elif not (its_cell and its_cell[2] in missing.get(its_cell[1], "")):
            told.append(flag)
    more = {missing[name]: f" ({count} more failed for want of it)" for name, count in followed.items() if count}
    return [flag + more.get(flag, "") for flag in told]
