# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""From the options of identity_center_access to what is wanted: every mistake that can be seen without AWS, at once.

Patterns and lengths are those of the IAM Identity Center API reference (CreatePermissionSet, PermissionsBoundary,
CustomerManagedPolicyReference) and of its page "AWS IAM Identity Center quotas".
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS, kind, nearest, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import RESERVED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    ADMINISTRATOR_ACCESS,
    AssignmentWish,
    GroupWish,
    SetWish,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy

ADMINISTRATOR = "administrator"
ACCESS = (ADMINISTRATOR, "admin", "power_user", "read_only")
POLICY_OPTIONS = ("profile", "policy", "cluster_arns", "regions", "tags", "allow_backup_copy", "allow_backup_sharing")

NAME_LENGTH = 32
GROUP_NAME_LENGTH = 1024
DESCRIPTION_LENGTH = 700
RELAY_STATE_LENGTH = 240
SESSIONS = range(3600, 43200 + 1)
POLICIES = 20
# More workers than this would only meet AWS's limit of 20 calls a second for all of the API.
WORKERS = 16
DESCRIPTION = re.compile("[\t\n\r\x20-\x7e\xa1-\xff]*")
RELAY_STATE = re.compile(r"""[a-zA-Z0-9&$@#\\/%?=~\-_'"|!:,.;*+\[\] (){}]*""")
ACCOUNT_ID = re.compile(r"[0-9]{12}")
# As in job-function/Billing or /hsm/Auditors.
_WITH_PATH = re.compile(r"(?P<path>/?(?:[!-.0-~]+/)*)(?P<name>[\w+=,.@-]{1,128})", re.ASCII)

_SET_KEYS = (
    "name",
    "state",
    "description",
    "session_duration",
    "relay_state",
    "access",
    "policy_options",
    "managed_policies",
    "customer_managed_policies",
    "boundary",
    "tags",
)
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
)
_GROUP_KEYS = ("name", "description", "members")


def parse(params: Mapping[str, t.Any], partition: str) -> tuple[Wanted, list[str]]:
    """What is wanted in this partition, and what is wrong: one sentence each, which begins with item and field."""
    sets, problems = _items(params, "permission_sets", "name", lambda item: _read_set(item, partition))
    assignments, wrong = _items(params, "assignments", "permission_set", _read_assignment)
    groups, also_wrong = _items(params, "groups", "name", _read_group)
    wanted = Wanted(tuple(sets), tuple(assignments), tuple(groups))
    problems += [*wrong, *also_wrong, *_duplicates("permission_sets", [wish.name for wish in sets])]
    problems += [*_duplicates("groups", [wish.name for wish in groups]), *_lost_assignments(wanted)]
    return wanted, [*problems, *_number_problems(params)]


_Wish = t.TypeVar("_Wish")


def _items(
    params: Mapping[str, t.Any], option: str, named_by: str, read: t.Callable[[_Item], _Wish]
) -> tuple[list[_Wish], list[str]]:
    """The items of a list, and what is wrong with them."""
    given = params.get(option) or []
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)):
        return [], [f"{option}: must be a list of dictionaries, not {kind(given)}"]
    wishes: list[_Wish] = []
    problems: list[str] = []
    for index, item in enumerate(given):
        if not isinstance(item, Mapping):
            problems.append(f"{option}[{index}]: must be a dictionary, not {kind(item)}")
            continue
        reader = _Item(item)
        wishes.append(read(reader))
        label = _label(option, index, item.get(named_by))
        problems += [f"{label}: {problem}" for problem in reader.problems]
    return wishes, problems


def _label(option: str, index: int, name: object) -> str:
    """How messages name an item: its place in the list, counted from 0, and its name where it has one."""
    return f"{option}[{index}] ({name[:80]})" if isinstance(name, str) and name else f"{option}[{index}]"


def _duplicates(option: str, names: Sequence[str]) -> Iterator[str]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        known = first.setdefault(name.lower(), index)
        if name and known != index:
            how = "is also" if names[known] == name else "differs only by case from"
            yield f"{_label(option, index, name)}: name: {how} {_label(option, known, names[known])}"


def _lost_assignments(wanted: Wanted) -> Iterator[str]:
    absent = {wish.name for wish in wanted.sets if not wish.present}
    for index, wish in enumerate(wanted.assignments):
        if wish.present and wish.permission_set in absent:
            label = _label("assignments", index, wish.permission_set)
            yield f"{label}: permission_set: is absent in permission_sets, so nobody can be assigned to it"


def _number_problems(params: Mapping[str, t.Any]) -> Iterator[str]:
    for name, lowest, highest in (("workers", 1, WORKERS), ("wait_timeout", 1, None), ("max_deletions", 0, None)):
        value = params.get(name)
        if isinstance(value, int) and not (lowest <= value and (highest is None or value <= highest)):
            bounds = f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"
            yield f"{name}: must be {bounds}, not {value}"


class _Item:
    """Reads the fields of one item, and keeps what is wrong with them."""

    def __init__(self, item: Mapping[str, t.Any]) -> None:
        self.item = item
        self.problems: list[str] = []

    def problem(self, field: str, text: str) -> None:
        self.problems.append(f"{field}: {text}")

    def only(self, keys: Iterable[str], what: str) -> None:
        """Refuse fields that there are not."""
        known = list(keys)
        for key in map(str, self.item):
            if key not in known:
                close = nearest(key[:80], known)
                hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
                self.problem(key[:80], f"is not an option of {what}; {hint}")

    def text(self, field: str, required: bool = False) -> str | None:
        value = self.item.get(field)
        if required and (value is None or value == ""):
            self.problem(field, "is missing")
            return None
        problem = None if value is None else text_problem(value)
        if problem:
            self.problem(field, problem)
        return None if problem else value

    def boolean(self, field: str) -> bool:
        value = self.item.get(field)
        if value is None or isinstance(value, bool):
            return bool(value)
        if str(value).lower() not in BOOLEANS:
            self.problem(field, f"must be true or false, not {kind(value)}")
        return BOOLEANS.get(str(value).lower(), False)

    def texts(self, field: str) -> list[str] | None:
        value = self.item.get(field)
        if value is None:
            return None
        if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
            self.problem(field, f"must be a list, not {kind(value)}")
            return None
        for index, element in enumerate(value):
            if problem := text_problem(element) or (None if element else "is empty"):
                self.problem(f"{field}[{index}]", problem)
        return [element for element in value if isinstance(element, str) and element]

    def present(self) -> bool:
        state = self.item.get("state")
        if state not in (None, "present", "absent"):
            self.problem("state", f"must be present or absent, not {str(state)[:80]!r}")
        return state != "absent"

    def tags(self, field: str = "tags") -> dict[str, str] | None:
        tags = self.item.get(field)
        self.problems += tag_problems(tags, field)
        return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else None

    def description(self, longest: int) -> str | None:
        text = self.text("description")
        if text and (len(text) > longest or not DESCRIPTION.fullmatch(text)):
            self.problem("description", f"must be up to {longest} printable characters of Latin-1")
        return text


def _read_set(item: _Item, partition: str) -> SetWish:
    item.only(_SET_KEYS, "a permission set")
    managed = _managed_policies(item, partition)
    own = _customer_managed_policies(item)
    inline, managed, without = _access(item, partition, managed)
    if len(managed or ()) + len(own or ()) > POLICIES:
        item.problem("managed_policies", f"lists more than the {POLICIES} policies that a permission set can have")
    return SetWish(
        name=_set_name(item, "name"),
        present=item.present(),
        description=item.description(DESCRIPTION_LENGTH),
        session_duration=_session_duration(item),
        relay_state=_relay_state(item),
        inline_policy=inline,
        managed_policies=managed,
        customer_managed_policies=own,
        boundary=_boundary(item, partition),
        tags=_set_tags(item),
        without=without,
    )


def _set_name(item: _Item, field: str) -> str:
    name = item.text(field, required=True)
    if name and (problem := limits.name_problem(name, NAME_LENGTH)):
        item.problem(field, problem)
    return name or ""


def _session_duration(item: _Item) -> int | None:
    value = item.item.get("session_duration")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value in SESSIONS):
        return value
    if isinstance(value, str) and value.isdecimal() and int(value) in SESSIONS:
        return int(value)
    item.problem("session_duration", f"must be from {SESSIONS[0]} to {SESSIONS[-1]} seconds, not {str(value)[:80]}")
    return None


def _relay_state(item: _Item) -> str | None:
    text = item.text("relay_state")
    if text and (len(text) > RELAY_STATE_LENGTH or not RELAY_STATE.fullmatch(text)):
        item.problem("relay_state", f"must be up to {RELAY_STATE_LENGTH} characters that a URL can have")
    return text


def _set_tags(item: _Item) -> dict[str, str] | None:
    tags = item.tags()
    for key in tags or ():
        if key.lower().startswith(RESERVED):
            item.problem(f"tags.{key[:80]}", f"keys that begin with {RESERVED} are reserved")
    return tags


def _access(
    item: _Item, partition: str, managed: frozenset[str] | None
) -> tuple[Mapping[str, t.Any] | None, frozenset[str] | None, frozenset[str]]:
    """The inline policy and the managed ones of an access level, and those that another level would have."""
    administrator = f"arn:{partition}{ADMINISTRATOR_ACCESS}"
    access, options = item.text("access"), item.item.get("policy_options") or {}
    if not isinstance(options, Mapping):
        item.problem("policy_options", f"must be a dictionary, not {kind(options)}")
        return None, managed, frozenset()
    # A module's arguments have what was left out as nothing.
    options = {name: value for name, value in options.items() if value is not None}
    if access is None or access == ADMINISTRATOR:
        if options:
            needed = " or ".join(ACCESS[1:])
            item.problem("policy_options", f"need access to be {needed}; {ADMINISTRATOR} has AdministratorAccess")
        if access is None:
            return None, managed, frozenset()
        return {}, (managed or frozenset()) | {administrator}, frozenset()
    for name in options:
        if name not in POLICY_OPTIONS:
            item.problem(f"policy_options.{name}", f"is not an option; known are {', '.join(POLICY_OPTIONS)}")
    known = {name: value for name, value in options.items() if name in POLICY_OPTIONS}
    if access not in ACCESS:
        item.problem("access", f"must be one of {', '.join(ACCESS)}, not {access[:80]!r}")
        return None, managed, frozenset()
    names = {name: f"policy_options.{name}" for name in POLICY_OPTIONS}
    policy, problems = build_policy(Wish(access, **known, partition=partition, names={**names, "level": "access"}))
    item.problems += problems
    asked_for = administrator in (managed or ())
    return policy, managed, frozenset() if asked_for else frozenset({administrator})


def _managed_policies(item: _Item, partition: str) -> frozenset[str] | None:
    listed = item.texts("managed_policies")
    if listed is None:
        return None
    return frozenset(arn for index, name in enumerate(listed) if (arn := _aws_arn(item, index, name, partition)))


def _aws_arn(item: _Item, index: int, name: str, partition: str) -> str | None:
    """The ARN of an AWS managed policy that may be given by its name."""
    field = f"managed_policies[{index}]"
    if not name.startswith("arn:"):
        if _WITH_PATH.fullmatch(name):
            return f"arn:{partition}:iam::aws:policy/{name.lstrip('/')}"
        item.problem(field, f"{name[:140]!r} can't be the name of an AWS managed policy, as in job-function/Billing")
        return None
    arn = limits.POLICY_ARN.fullmatch(name)
    if not arn:
        item.problem(field, f"{name[:140]!r} is not the ARN of a managed policy")
    elif arn["account"] != "aws":
        item.problem(field, f"{name[:140]} is a customer managed policy; list its name in customer_managed_policies")
    elif arn["partition"] != partition:
        item.problem(field, f"{name[:140]} is in another partition than {partition}")
    return name


def _customer_managed_policies(item: _Item) -> frozenset[str] | None:
    listed = item.texts("customer_managed_policies")
    if listed is None:
        return None
    for index, name in enumerate(listed):
        if not _WITH_PATH.fullmatch(name):
            item.problem(f"customer_managed_policies[{index}]", f"{name[:140]!r} {_NO_REFERENCE}")
    return frozenset(f"/{name.lstrip('/')}" for name in listed)


_NO_REFERENCE = "can't be the name of a customer managed policy with its path, as in Auditors or /hsm/Auditors"


def _boundary(item: _Item, partition: str) -> str | None:
    boundary = item.text("boundary")
    if not boundary:
        return boundary
    if not boundary.startswith("arn:"):
        if not _WITH_PATH.fullmatch(boundary):
            item.problem("boundary", f"{boundary[:140]!r} {_NO_REFERENCE}")
        return f"/{boundary.lstrip('/')}"
    arn = limits.POLICY_ARN.fullmatch(boundary)
    if not arn or arn["account"] != "aws" or arn["partition"] != partition:
        known = f"of an AWS managed policy of the partition {partition}"
        item.problem(
            "boundary", f"{boundary[:140]!r} must be the ARN {known}, or the name of a customer managed policy"
        )
    return boundary


def _read_assignment(item: _Item) -> AssignmentWish:
    item.only(_ASSIGNMENT_KEYS, "an assignment")
    accounts, excluded = _account_ids(item, "accounts"), _account_ids(item, "exclude_accounts")
    wish = AssignmentWish(
        permission_set=_set_name(item, "permission_set"),
        present=item.present(),
        groups=_principals(item, "groups"),
        users=_principals(item, "users"),
        accounts=accounts,
        organizational_units=tuple(item.texts("organizational_units") or ()),
        account_tags=item.tags("account_tags") or {},
        all_accounts=item.boolean("all_accounts"),
        exclude_accounts=excluded,
    )
    if not wish.principals:
        item.problem("groups", "is empty, and so is users; name who gets the permission set")
    if not (wish.accounts or wish.organizational_units or wish.account_tags or wish.all_accounts):
        item.problem("accounts", "is empty; name accounts, organizational_units or account_tags, or set all_accounts")
    for account in sorted(accounts & excluded):
        item.problem("exclude_accounts", f"{account} is in accounts too")
    return wish


def _account_ids(item: _Item, field: str) -> frozenset[str]:
    listed = item.texts(field) or []
    for index, account in enumerate(listed):
        if not ACCOUNT_ID.fullmatch(account):
            item.problem(f"{field}[{index}]", f"{account[:80]!r} is not an account ID, which has 12 digits")
    return frozenset(listed)


def _principals(item: _Item, field: str) -> frozenset[str]:
    return frozenset(item.texts(field) or ())


def _read_group(item: _Item) -> GroupWish:
    item.only(_GROUP_KEYS, "a group")
    name = item.text("name", required=True) or ""
    if len(name) > GROUP_NAME_LENGTH:
        item.problem("name", f"has {len(name)} characters, the identity store allows {GROUP_NAME_LENGTH}")
    members = item.texts("members")
    description = item.description(GROUP_NAME_LENGTH)
    return GroupWish(name, description, None if members is None else frozenset(members))
