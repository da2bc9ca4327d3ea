# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Assignments that end by themselves, through copies of permission sets. Pure.

AWS has no assignments that end. But AWS creates a separate role with the set's policies for each permission set in an
account (User Guide, "Permission sets"). So an assignment that ends assigns a copy of the set, whose inline policy
denies everything from that time on. An explicit deny overrides every allow, and AWS checks the time at each request
(IAM User Guide, "Policy evaluation logic"), so open sessions lose their access too.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import encode
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import (
    COPY_OF,
    REASON,
    UNTIL,
    denied_from,
    encode_reason,
    has_ended,
    set_name,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    Assignment,
    AssignmentWish,
    PermissionSet,
    SetPlan,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import VERSION, as_list, same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import MARK

# Characters of a permission set's description (API reference, CreatePermissionSet).
DESCRIPTION_LENGTH = 700
_STAMP = re.compile(r".+-(\d\d)(\d\d)(\d\d)T(\d\d)(\d\d)Z")
# Account, kind and name of the principal, for any permission set.
_Holder = tuple[str, str, str]


@dataclass(frozen=True)
class Ends:
    """What a run knows about assignments that end."""

    # Ended copies that this run can remove, by name.
    ended: Mapping[str, PermissionSet]
    # All other existing copies, by name.
    lasting: Mapping[str, PermissionSet]
    # Assignments to make that end, by the names of the copies.
    wishes: Mapping[str, tuple[AssignmentWish, ...]]

    def base(self, name: str) -> str:
        """Return the name of the permission set that this one copies, or its own name."""
        if name in self.wishes:
            return self.wishes[name][0].permission_set
        known = self.ended.get(name) or self.lasting.get(name)
        return known.copy_of if known else name


def end_in_name(name: str) -> str | None:
    """Return the end time from the name of a copy; None for other names."""
    found = _STAMP.fullmatch(name)
    return "20{}-{}-{}T{}:{}:00Z".format(*found.groups()) if found else None


def may_be_copy(name: str, names: Collection[str]) -> bool:
    """Whether a copy of one of these permission sets would have this name."""
    until = end_in_name(name)
    return until is not None and any(set_name(known, until) == name for known in names)


def told(one: PermissionSet, over: bool) -> dict[str, t.Any]:
    """Return the end of a copy as results and plans show it."""
    return {"until": one.until, "reason": one.reason, **({"ended": True} if over else {})}


def shown(until: str) -> str:
    """Return a time for messages, without the seconds, which are always 0."""
    return until.replace(":00Z", "Z")


def is_over(wish: AssignmentWish, snapshot: Snapshot) -> bool:
    """Whether an assignment to make has an end that has passed."""
    return bool(wish.present and wish.until and has_ended(wish.until, snapshot.caller.now))


def read_ends(wanted: Wanted, snapshot: Snapshot) -> Ends:
    """Return the existing copies, and the assignments to make that end."""
    copies = snapshot.copies(wanted.set_names)
    management = snapshot.organization.management_account
    delegated = snapshot.caller.account_id != management
    ended = {
        one.name: one
        for one in copies
        # Only the management account can remove copies that are assigned in it.
        if has_ended(one.until, snapshot.caller.now) and not (delegated and management in one.provisioned)
    }
    wishes: dict[str, tuple[AssignmentWish, ...]] = {}
    for wish in wanted.assignments:
        if wish.present and wish.until and not is_over(wish, snapshot):
            wishes[wish.assigned_set] = (*wishes.get(wish.assigned_set, ()), wish)
    return Ends(ended, {one.name: one for one in copies if one.name not in ended}, wishes)


def taken_with_ends(
    present: frozenset[Assignment], absent: frozenset[Assignment], existing: Iterable[Assignment], ends: Ends
) -> frozenset[Assignment]:
    """Return the assignments of copies to remove: those that have ended, are absent or get another end.

    A principal who gets an assignment with one end, or with none, loses the one with another end.
    """
    held: dict[_Holder, set[str]] = {}
    for one in present:
        held.setdefault(_holder(one), set()).add(ends.base(one.permission_set))
    gone = {(one.permission_set, _holder(one)) for one in absent}

    def goes(one: Assignment) -> bool:
        if one.permission_set in ends.ended:
            return True
        copy = ends.lasting.get(one.permission_set)
        if copy is None or one in present:
            return False
        return (copy.copy_of, _holder(one)) in gone or copy.copy_of in held.get(_holder(one), ())

    return frozenset(filter(goes, existing))


def _holder(one: Assignment) -> _Holder:
    return one.account, one.kind, one.principal


def plan_copies(
    sets: Iterable[SetPlan], after: Collection[Assignment], snapshot: Snapshot, ends: Ends
) -> list[tuple[str, PermissionSet | None, PermissionSet | None]]:
    """Return the name of each copy, and the copy before and after. after are the assignments after the run."""
    planned = {one.name: one for one in sets}
    assigned = {one.permission_set for one in after}
    found: list[tuple[str, PermissionSet | None, PermissionSet | None]] = []
    for name in sorted({*ends.wishes, *ends.lasting, *ends.ended}):
        before = snapshot.sets.get(name)
        if name in ends.ended or (name not in ends.wishes and name not in assigned):
            found.append((name, before, None))
            continue
        base = ends.base(name)
        original = planned[base].after if base in planned else snapshot.sets.get(base)
        if before and before.copy_of != base:
            # Not a copy that this collection made: end_refusals refuses it.
            continue
        wish = ends.wishes[name][0] if name in ends.wishes else None
        over = before is not None and has_ended(before.until, snapshot.caller.now)
        # The original may not exist, or this run may delete it.
        copy = _copy(original, before, name, wish) if original and not over else before
        if copy:
            found.append((name, before, copy))
    return found


def _copy(
    original: PermissionSet, before: PermissionSet | None, name: str, wish: AssignmentWish | None
) -> PermissionSet:
    """Return the copy after the run. Without a wish for it, it keeps its end and reason."""
    own = before or PermissionSet(name, "")
    until, reason = own.until, own.tags.get(REASON, "")
    if wish:
        until, reason = wish.until, encode_reason(wish.reason)
    inline = with_end(original.inline_policy, until)
    marks = {**MARK, COPY_OF: encode(original.name), UNTIL: until, REASON: reason}
    return replace(
        original,
        name=name,
        arn=own.arn,
        description=_described(original, until),
        inline_policy=own.inline_policy if same_policy(own.inline_policy, inline) else inline,
        tags={**own.tags, **marks},
        provisioned=own.provisioned,
        outdated=own.outdated,
    )


def with_end(inline_policy: Mapping[str, t.Any], until: str) -> dict[str, t.Any]:
    """Return the inline policy of a copy: that of the set, with a denial of everything from then on."""
    denied = denied_from(until)
    # Two statements of a policy may not have the same Sid.
    own = [
        {key: value for key, value in each.items() if (key, value) != ("Sid", denied["Sid"])}
        for each in as_list(inline_policy.get("Statement", []))
    ]
    return {"Version": VERSION, **inline_policy, "Statement": [*own, denied]}


def _described(original: PermissionSet, until: str) -> str:
    end = f"Copy of {original.name} that ends {shown(until)}"
    start = original.description[: DESCRIPTION_LENGTH - len(end) - 3]
    return f"{start} ({end})" if start else end
