# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The parts of all Markdown sections: code spans, tables, and rights in a few words."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence

# Limits of lists: on common hosts a pull request comment has at most 65,536 characters. The files have the rest.
PEOPLE = 200
SUBJECTS = 20
NAMES = 6
_PIPE = re.compile(r"(\\*)\|")
_SPACE = re.compile(r"\s+|[\x00-\x1f\x7f\u2028\u2029]+")


def code(text: object) -> str:
    """Return any text as a code span."""
    line = _SPACE.sub(" ", str(text)).strip()
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{space}{line}{space}{fence}"


def codes(names: Sequence[str], most: int = NAMES) -> str:
    """Return the first names as code spans, and how many more exist."""
    shown = ", ".join(code(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], most: int = PEOPLE) -> list[str]:
    """Return the lines of a table of the first rows, and how many more exist."""
    rows = list(rows)
    lines = [_row(heads), "|" + " --- |" * len(heads), *map(_row, rows[:most]), ""]
    more = len(rows) - most
    return [*lines, f"… and {more} more: the HTML and JSON files have all of them.", ""] if more > 0 else lines


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_PIPE.sub(_escaped, cell) for cell in cells) + " |"


def _escaped(pipe: re.Match[str]) -> str:
    # A table splits cells at pipes before it looks for code, and two backslashes before a pipe escape each other.
    return pipe[1] + "\\" * (2 if len(pipe[1]) % 2 else 1) + "|"


def rights(thing: Mapping[str, t.Any]) -> str:
    """Return what a user, group, role or policy allows with CloudHSM, in a few words."""
    answers = [word for word in thing["cloudhsm"].values() if word != "no"]
    if not answers:
        return "nothing"
    what = "everything" if len(answers) == len(thing["cloudhsm"]) else f"{len(answers)} of {len(thing['cloudhsm'])}"
    mfa = [word.endswith("mfa") for word in answers]
    notes = ["with MFA"] if all(mfa) else ["partly with MFA"] if any(mfa) else []
    notes += ["limited"] if any(word.startswith(("some", "conditional")) for word in answers) else []
    return ", ".join([what, *notes])


# The page has the same words for administrators, and after "can become one".
ADMINISTRATORS = {
    "yes": "yes",
    "some": "yes, on some resources",
    "conditional": "yes, under a condition",
    "mfa": "yes, with MFA",
    "some_mfa": "yes, on some resources, with MFA",
    "conditional_mfa": "yes, under a condition, with MFA",
}
GRADES = {
    "yes": "",
    "some": ", for some",
    "conditional": ", under a condition",
    "mfa": ", with MFA",
    "some_mfa": ", for some, with MFA",
    "conditional_mfa": ", under a condition, with MFA",
}


def administrator(thing: Mapping[str, t.Any]) -> str:
    """Return in words whether a user or role is an administrator or can become one."""
    grade, become = thing["administrator"], thing["can_become_administrator"]
    # What a user can become is never less than what the user is.
    rises = [f"can become one{GRADES[become]}"] if become != grade else []
    return "; ".join(([ADMINISTRATORS[grade]] if grade != "no" else []) + rises) or "no"
