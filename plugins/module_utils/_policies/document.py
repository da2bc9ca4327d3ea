# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Policy documents: what they are made of, and how long they may be."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

Statement = dict[str, t.Any]
Document = dict[str, t.Any]

VERSION = "2012-10-17"
# Characters of a managed policy without the white space between its parts: a fixed quota, from the page "IAM and AWS
# STS quotas" of the IAM User Guide, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
LIMIT = 6144

_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


def document(*statements: Statement) -> Document:
    """A policy of these statements."""
    return {"Version": VERSION, "Statement": list(statements)}


def size(policy: Mapping[str, t.Any]) -> int:
    """How many of the characters that IAM allows a policy takes."""
    return len(json.dumps(policy, separators=(",", ":")))


def size_problem(policy: Mapping[str, t.Any]) -> str | None:
    """What is wrong with the length of a policy; None where nothing is."""
    taken = size(policy)
    return f"the policy has {taken:,} characters, and IAM takes {LIMIT:,}" if taken > LIMIT else None


def policy_problems(policy: t.Any) -> list[str]:
    """Why something is no policy for users, groups and roles; empty where it is one, of a size that IAM takes."""
    if not isinstance(policy, Mapping):
        return ["is not a policy document: a dictionary with Version and Statement"]
    problems = [f"has {key}, which no policy has" for key in sorted(set(policy) - {"Version", "Id", "Statement"})]
    if policy.get("Version") not in ("2012-10-17", "2008-10-17"):
        problems.append(f"has no Version {VERSION}")
    statements = policy.get("Statement")
    statements = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(statements, list) or not statements:
        return [*problems, "has no Statement"]
    for number, statement in enumerate(statements):
        problems += [f"Statement[{number}] {problem}" for problem in _statement_problems(statement)]
    too_long = None if problems else size_problem(policy)
    return [*problems, too_long] if too_long else problems


def _statement_problems(statement: t.Any) -> list[str]:
    if not isinstance(statement, Mapping):
        return ["is not a dictionary"]
    problems = [
        f"has {key}, which a policy of users, groups and roles can't have" for key in sorted(set(statement) - _ELEMENTS)
    ]
    if statement.get("Effect") not in ("Allow", "Deny"):
        problems.append("has no Effect Allow or Deny")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        given = [statement[key] for key in (one, other) if key in statement]
        if len(given) != 1:
            problems.append(f"needs one of {one} and {other}")
        elif not _is_text(given[0]):
            problems.append(f"has an {one} or {other} that is neither a string nor a list of strings")
    if not isinstance(statement.get("Condition", {}), Mapping):
        problems.append("has a Condition that is not a dictionary")
    return problems


def _is_text(value: t.Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(isinstance(one, str) and one for one in values)
