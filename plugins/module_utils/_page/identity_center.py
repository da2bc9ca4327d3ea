# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The role identity_center_access as a part of a plan, and what it reports afterwards. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._page.item_lines import shown
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import IDENTITY_CENTER, Part

PREFIX = "identity_center_access_"
# Fields of the result that the role returns.
TOLD = ("permission_sets", "counts", "changes", "temporary", "ended", "suspended", "missing")


def access_part(variables: Mapping[str, t.Any]) -> Part:
    """Return the part with permission sets, groups and assignments, from all variables of the role."""
    given = {name.removeprefix(PREFIX): value for name, value in variables.items() if value is not None}
    options = {**given, "variables_prefix": PREFIX}
    return Part("identity_center", "access through IAM Identity Center", IDENTITY_CENTER, options)


def fact(variables: Mapping[str, t.Any], result: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the result of the role."""
    told = {name: result[name] for name in TOLD}
    return {"state": variables[f"{PREFIX}state"], "changed": bool(result.get("changed")), **told}


def lines(result: Mapping[str, t.Any], summary: Iterable[str]) -> Iterator[str]:
    """Yield the plan, or what was done."""
    yield f"IAM Identity Center, called as {result['account']['caller_arn']}"
    yield from summary
    if result["suspended"]:
        yield f"Suspended, and left alone: {', '.join(map(shown, result['suspended']))}"
    if result["missing"]:
        yield f"To be taken away, and not there: {', '.join(map(shown, result['missing']))}"
