# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Parses the options of identity_center_access and reports every mistake that shows without AWS."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import ACCOUNT_ID
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import label
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import read_until, reason_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.end_refusals import name_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.input_sets import read_set
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.item import Item
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    AssignmentWish,
    GroupWish,
    Options,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import (
    DEFAULT_PREFIX,
    prefix_problem,
)

GROUP_NAME_LENGTH = 1024
# More workers would only hit AWS's limit of 20 calls a second, which the whole API shares.
WORKERS = 16
_ASSIGNMENT_KEYS = (
    "permission_set",
    "state",
    "groups",
    "users",
    "accounts",
    "organizational_units",
    "account_tags",
    "all_accounts",
    "exclude_accounts",
    "until",
    "reason",
)
_CENTURY = "20"
_GROUP_KEYS = ("name", "description", "members")


def parse(params: Mapping[str, t.Any], partition: str) -> tuple[Wanted, list[str]]:
    """Return the parsed options, and one sentence for each problem, beginning with item and field."""
    sets, problems = _items(params, "permission_sets", "name", lambda item: read_set(item, partition))
    assignments, wrong = _items(params, "assignments", "permission_set", _read_assignment)
    # Groups are never deleted, so state: absent ignores them.
    groups, also_wrong = _items(params, "groups", "name", _read_group) if params.get("state") != "absent" else ([], [])
    wanted = Wanted(tuple(sets), tuple(assignments), tuple(groups))
    prefix = params.get("variables_prefix") or ""
    problems += [*wrong, *also_wrong, *_duplicates(called("permission_sets", prefix), [wish.name for wish in sets])]
    problems += _duplicates(called("groups", prefix), [wish.name for wish in groups])
    problems += _lost_assignments(wanted, prefix)
    problems += name_problems(wanted, Options(prefix=prefix))
    if problem := prefix_problem(params.get("notes_prefix", DEFAULT_PREFIX)):
        problems.append(f"{called('notes_prefix', prefix)}: {problem}")
    return wanted, [*problems, *number_problems(params)]


_Wish = t.TypeVar("_Wish")


def _items(
    params: Mapping[str, t.Any], option: str, named_by: str, read: t.Callable[[Item], _Wish]
) -> tuple[list[_Wish], list[str]]:
    """Return the items of a list, and problems with them."""
    given = params.get(option) or []
    option = called(option, params.get("variables_prefix") or "")
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)):
        return [], [f"{option}: must be a list of dictionaries, not {kind(given)}"]
    wishes: list[_Wish] = []
    problems: list[str] = []
    for index, item in enumerate(given):
        if not isinstance(item, Mapping):
            problems.append(f"{option}[{index}]: must be a dictionary, not {kind(item)}")
            continue
        reader = Item(item, params.get("state"))
        wishes.append(read(reader))
        place = label(option, index, item.get(named_by))
        problems += [f"{place}: {problem}" for problem in reader.problems]
    return wishes, problems


def _duplicates(option: str, names: Sequence[str]) -> Iterator[str]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        known = first.setdefault(name.lower(), index)
        if name and known != index:
            how = "is also" if names[known] == name else "differs only by case from"
            yield f"{label(option, index, name)}: name: {how} {label(option, known, names[known])}"


def _lost_assignments(wanted: Wanted, prefix: str) -> Iterator[str]:
    absent = {wish.name for wish in wanted.sets if not wish.present}
    for index, wish in enumerate(wanted.assignments):
        if wish.present and wish.permission_set in absent:
            place = label(called("assignments", prefix), index, wish.permission_set)
            sets = called("permission_sets", prefix)
            yield f"{place}: permission_set: is absent in {sets}, so nobody can be assigned to it"


def number_problems(params: Mapping[str, t.Any]) -> list[str]:
    """Return problems with options that are numbers."""
    return list(_number_problems(params))


def _number_problems(params: Mapping[str, t.Any]) -> Iterator[str]:
    for name, lowest, highest in (("workers", 1, WORKERS), ("wait_timeout", 1, None), ("max_deletions", 0, None)):
        value = params.get(name)
        if isinstance(value, int) and not (lowest <= value and (highest is None or value <= highest)):
            bounds = f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"
            yield f"{called(name, params.get('variables_prefix') or '')}: must be {bounds}, not {value}"


def _read_assignment(item: Item) -> AssignmentWish:
    item.only(_ASSIGNMENT_KEYS, "an assignment")
    accounts, excluded = _account_ids(item, "accounts"), _account_ids(item, "exclude_accounts")
    present = item.present()
    until, reason = _read_end(item, present)
    wish = AssignmentWish(
        permission_set=item.set_name("permission_set"),
        present=present,
        groups=item.principals("groups") or frozenset(),
        users=item.principals("users") or frozenset(),
        accounts=accounts,
        organizational_units=tuple(item.texts("organizational_units") or ()),
        account_tags=item.tags("account_tags") or {},
        all_accounts=bool(item.boolean("all_accounts")),
        exclude_accounts=excluded,
        until=until,
        reason=reason,
    )
    if not wish.principals:
        item.problem("groups", "is empty, and so is users; name who gets the permission set")
    if not (wish.accounts or wish.organizational_units or wish.account_tags or wish.all_accounts):
        item.problem("accounts", "is empty; name accounts, organizational_units or account_tags, or set all_accounts")
    for account in sorted(accounts & excluded):
        item.problem("exclude_accounts", f"{account} is in accounts too")
    return wish


def _read_end(item: Item, present: bool) -> tuple[str, str]:
    """Return when an assignment ends and why it is made. An absent one may keep both from when it was present."""
    until, reason = item.item.get("until"), item.item.get("reason")
    end = ""
    if until is not None:
        end, problem = read_until(until)
        if end and not end.startswith(_CENTURY):
            # The names of copies have only two digits for the year.
            problem = f"must be in a year from {_CENTURY}00 to {_CENTURY}99"
        if problem:
            item.problem("until", problem)
    if reason is None:
        if until is not None and present:
            item.problem("reason", "is missing; say why the assignment is made, as in INC-1234")
        return end, ""
    if until is None:
        item.problem("until", "is missing; an assignment with a reason has an end")
    if problem := reason_problem(reason):
        item.problem("reason", problem)
        return end, ""
    return end, " ".join(reason.split())


def _account_ids(item: Item, field: str) -> frozenset[str]:
    listed = item.texts(field) or []
    for index, account in enumerate(listed):
        if not ACCOUNT_ID.fullmatch(account):
            item.problem(f"{field}[{index}]", f"{account[:80]!r} is not an account ID, which has 12 digits")
    return frozenset(listed)


def _read_group(item: Item) -> GroupWish:
    item.only(_GROUP_KEYS, "a group")
    name = item.text("name", required=True) or ""
    if len(name) > GROUP_NAME_LENGTH:
        item.problem("name", f"has {len(name)} characters, the identity store allows {GROUP_NAME_LENGTH}")
    if name.strip() != name or not name.isprintable():
        # The identity store accepts most such names, for a different group that looks the same.
        item.problem("name", f"{name[:80]!r} begins or ends with a space, or has characters that can't be seen")
    return GroupWish(name, item.description(GROUP_NAME_LENGTH), item.principals("members"))
