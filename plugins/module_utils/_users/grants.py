# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Makes policies that grant what a group grants its members, until a time. Pure.

IAM memberships don't end by themselves. A policy attached to the user has the same effect, and each of its statements
can have an end: IAM evaluates the statements of all policies together (IAM User Guide, "Policy evaluation logic").
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import limited
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import (
    LIMIT,
    VERSION,
    Document,
    Statement,
    as_list,
    document,
    size,
)

# The element that can be split between two statements without a change of meaning. Parts of NotAction would match more.
_DIVISIBLE = "Action"


def granted(policies: Iterable[t.Any], until: str) -> tuple[list[Document], list[str]]:
    """Return policies with all the given policies' statements, each with an end, and the problems that prevent this.

    Statements that deny come first: if several policies are needed, they are attached before those that allow.
    """
    found: list[Statement] = []
    problems: list[str] = []
    for policy in policies:
        if not isinstance(policy, Mapping):
            problems.append("has a policy that is not JSON")
            continue
        if policy.get("Version") != VERSION and "${" in json.dumps(policy):
            problems.append(
                f"has a policy without Version {VERSION} that contains ${{, which would become a policy variable"
            )
            continue
        for statement in as_list(policy.get("Statement") or []):
            ends = limited(statement, until)
            if ends is None:
                problems.append("has a statement with too many conditions on aws:CurrentTime to add another")
            else:
                found.append(ends)
    made = list(_packed(sorted(found, key=_is_allowed)))
    if any(size(one) > LIMIT for one in made):
        problems.append(f"has a statement that does not fit into a policy of {LIMIT:,} characters with an end on it")
    return ([] if problems else made), list(dict.fromkeys(problems))


def _is_allowed(statement: Statement) -> bool:
    return statement.get("Effect") != "Deny"


def _packed(statements: Iterable[Statement]) -> Iterator[Document]:
    """Yield policies with the statements in order, as many in each as fit. One too long for a policy is split."""
    packed: list[Statement] = []
    for statement in statements:
        rest: Statement | None = statement
        while rest:
            piece, rest = _beginning(rest, packed)
            if packed and (piece is None or size(document(*packed, piece)) > LIMIT):
                yield document(*packed)
                packed = []
            packed += [piece] if piece else []
    if packed:
        yield document(*packed)


def _beginning(statement: Statement, packed: list[Statement]) -> tuple[Statement | None, Statement | None]:
    """Return as much of the statement as fits beside packed, and the rest. Only one too long for a policy is split."""
    actions = as_list(statement.get(_DIVISIBLE) or [])
    if size(document(statement)) <= LIMIT or len(actions) < 2:
        return statement, None
    room = LIMIT - size(document(*packed, {**statement, _DIVISIBLE: []}))
    fitting = 0
    for action in actions:
        room -= len(json.dumps(action)) + 1
        if room < 0:
            break
        fitting += 1
    # Beside others, there may be no room. Alone, take an action that is too long too: granted reports the problem.
    fitting = fitting or (0 if packed else 1)
    if not fitting:
        return None, statement
    rest = actions[fitting:]
    return {**statement, _DIVISIBLE: actions[:fitting]}, {**statement, _DIVISIBLE: rest} if rest else None
