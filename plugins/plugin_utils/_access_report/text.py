# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What all sections in Markdown are made of: code spans, tables, and rights in a few words."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence

# A comment in a pull request can have 65,536 characters on common hosts. The files have the rest.
PEOPLE = 200
SUBJECTS = 20
NAMES = 6
_SPACE = re.compile(r"\s+|[\x00-\x1f\x7f\u2028\u2029]+")


def code(text: object) -> str:
    """A code span of any text, that also stands in a cell of a table."""
    line = _SPACE.sub(" ", str(text)).strip()
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if line[0] == "`" or line[-1] == "`" else ""
    # A table cuts cells at pipes before it looks for code.
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|")


def codes(names: Sequence[str], most: int = NAMES) -> str:
    """Names, and how many more there are."""
    shown = ", ".join(code(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def rights(thing: Mapping[str, t.Any]) -> str:
    """What a user, group or policy allows with CloudHSM, in a few words."""
    answers = [word for word in thing["cloudhsm"].values() if word != "no"]
    if not answers:
        return "nothing"
    what = "everything" if len(answers) == len(thing["cloudhsm"]) else f"{len(answers)} of {len(thing['cloudhsm'])}"
    mfa = [word.endswith("mfa") for word in answers]
    notes = ["with MFA"] if all(mfa) else ["partly with MFA"] if any(mfa) else []
    notes += ["limited"] if any(word.startswith(("some", "conditional")) for word in answers) else []
    return ", ".join([what, *notes])


# What follows "can become one".
GRADES = {
    "yes": "",
    "some": ", for some",
    "conditional": ", under a condition",
    "mfa": ", with MFA",
    "some_mfa": ", for some, with MFA",
    "conditional_mfa": ", under a condition, with MFA",
}


def administrator(thing: Mapping[str, t.Any]) -> str:
    """Whether somebody is an administrator or can become one."""
    if thing["administrator"] != "no":
        return "with MFA" if thing["administrator"].endswith("mfa") else "yes"
    become = thing["can_become_administrator"]
    return "no" if become == "no" else f"can become one{GRADES[become]}"
