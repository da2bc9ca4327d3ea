# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Refusals of assignments that end, and of permission sets that look like their copies. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import label
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import (
    Ends,
    end_in_name,
    is_over,
    may_be_copy,
    shown,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    Assignment,
    AssignmentWish,
    Options,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.refusals import After, some

# Bytes of a permission set's inline policy, with white space and without it (User Guide, "AWS IAM Identity Center
# quotas").
POLICY_SIZE = 32768
POLICY_TEXT = 10240


def end_refusals(wanted: Wanted, snapshot: Snapshot, options: Options, after: After) -> Iterator[str]:
    """Yield a sentence for each reason to refuse the plan."""
    left = after.assignments & snapshot.assignments
    yield from _named_copies(wanted, snapshot, options)
    yield from _foreign_copies(snapshot, options, after.ends)
    yield from _too_large(options, after)
    yield from _reasons(snapshot, options, after, left)
    yield from _several_ends(options, after)
    yield from _without_end(options, after, left)


def name_problems(wanted: Wanted, options: Options) -> Iterator[str]:
    """Yield problems with names and reasons that show without AWS."""
    for index, wish in enumerate(wanted.sets):
        if may_be_copy(wish.name, wanted.set_names - {wish.name}):
            end = shown(end_in_name(wish.name) or "")
            place = label(options.called("permission_sets"), index, wish.name)
            yield f"{place}: name: is that of a copy for assignments which end {end}; choose another name"
    first: dict[str, AssignmentWish] = {}
    for index, one in enumerate(wanted.assignments):
        known = first.setdefault(one.assigned_set, one) if one.until else one
        place = label(options.called("assignments"), index, one.permission_set)
        if known.permission_set != one.permission_set:
            yield f"{place}: until: the copy of {known.permission_set} has the same name then; choose another minute"
        elif one.present and known.present and known.reason != one.reason:
            yield f"{place}: reason: {_one_reason(known.permission_set, known.until, known.reason)}"


def _one_reason(permission_set: str, until: str, reason: str) -> str:
    return (
        f"others have {permission_set} until {shown(until)} for another reason, "
        f"{json.dumps(reason, ensure_ascii=False)}; give the same reason, or another minute"
    )


def _named_copies(wanted: Wanted, snapshot: Snapshot, options: Options) -> Iterator[str]:
    """Refuse copies named directly: the next run would undo the change, or the assignment would not end."""
    listed = [("permission_sets", index, wish.name) for index, wish in enumerate(wanted.sets)]
    listed += [("assignments", index, wish.permission_set) for index, wish in enumerate(wanted.assignments)]
    for option, index, name in listed:
        one = snapshot.sets.get(name)
        if one and one.copy_of:
            place = label(options.called(option), index, name)
            yield f"{place}: is the copy of {one.copy_of} that ends {shown(one.until)}; name {one.copy_of} instead"


def _foreign_copies(snapshot: Snapshot, options: Options, ends: Ends) -> Iterator[str]:
    """Refuse lookalikes of copies: they may allow more than the permission set that they seem to copy."""
    for name, wishes in ends.wishes.items():
        before = snapshot.sets.get(name)
        if before and before.copy_of != wishes[0].permission_set:
            yield (
                f"{options.called('assignments')}: until: the permission set {name} exists, but is not the copy of "
                f"{wishes[0].permission_set} that this collection would make. Delete it, or choose another minute"
            )


def _too_large(options: Options, after: After) -> Iterator[str]:
    for one in after.sets:
        if after.ends.base(one.name) == one.name:
            continue
        policy = one.after.inline_policy if one.after else {}
        text = json.dumps(policy, separators=(",", ":"))
        dense = len("".join(text.split()).encode())
        if dense > POLICY_TEXT or len(text.encode()) > POLICY_SIZE:
            yield (
                f"{options.called('assignments')}: until: the inline policy of {after.ends.base(one.name)} would have "
                f"{dense:,} bytes with the statement that ends it, and AWS takes {POLICY_TEXT:,}; put a part of it "
                "into customer managed policies"
            )


def _reasons(snapshot: Snapshot, options: Options, after: After, left: frozenset[Assignment]) -> Iterator[str]:
    """Refuse another reason: a copy has only one, which must stay true for its other holders."""
    for name, wishes in after.ends.wishes.items():
        before = snapshot.sets.get(name)
        others = any(one.permission_set == name for one in left - after.present)
        if before and before.copy_of and before.reason != wishes[0].reason and others:
            yield f"{options.called('assignments')}: {_one_reason(before.copy_of, before.until, before.reason)}"


def _several_ends(options: Options, after: After) -> Iterator[str]:
    found: dict[tuple[str, str, str], dict[str, set[str]]] = {}
    for one in after.present:
        who = after.ends.base(one.permission_set), one.kind, one.principal
        found.setdefault(who, {}).setdefault(one.account, set()).add(one.permission_set)
    for (permission_set, kind, principal), accounts in sorted(found.items()):
        twice = sorted(account for account, names in accounts.items() if len(names) > 1)
        if twice:
            names = {name for account in twice for name in accounts[account]}
            told = " and ".join(sorted(_end_of(name, after.ends) for name in names))
            yield (
                f"{options.called('assignments')}: {permission_set} for the {kind.lower()} {principal} in "
                f"{some(twice)} is listed {told}; one person can have one end"
            )


def _end_of(name: str, ends: Ends) -> str:
    return f"until {shown(ends.wishes[name][0].until)}" if name in ends.wishes else "without an end"


def _without_end(options: Options, after: After, left: frozenset[Assignment]) -> Iterator[str]:
    """Refuse an end for principals who keep an assignment of the permission set itself."""
    accounts: dict[tuple[str, str, str], list[str]] = {}
    for one in sorted(after.present):
        base = after.ends.base(one.permission_set)
        if base != one.permission_set and Assignment(base, one.account, one.kind, one.principal) in left:
            accounts.setdefault((base, one.kind, one.principal), []).append(one.account)
    for (base, kind, principal), where in sorted(accounts.items()):
        yield (
            f"{options.called('assignments')}: {base} for the {kind.lower()} {principal} in {some(where)} is assigned "
            "without an end, which would stay; list that assignment with state absent as well"
        )


def past_ends(wanted: Wanted, snapshot: Snapshot, options: Options) -> list[str]:
    """Return a warning about assignments whose end has passed, if any."""
    over = [
        f"{label(options.called('assignments'), index, wish.permission_set)} ended {shown(wish.until)}"
        for index, wish in enumerate(wanted.assignments)
        if is_over(wish, snapshot)
    ]
    return [f"{some(over)}: nobody is assigned anything by it; take it off the list"] if over else []
