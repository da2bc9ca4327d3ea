# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""How user_offboarding reaches the identity store, and what happens to its users. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import ACCOUNT_ID
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, nearest, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import read_names, same_names
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import IDENTITY_USERS, Part

VARIABLE = "user_offboarding_identity_center"
TEXTS = ("region", "instance_arn", "account_id", "profile", "role_arn", "external_id", "notes_prefix")
_STATES = {"delete": "absent", "suspend": "suspended", "restore": "restored"}
# Variables of identity_center_access that would give users access again, and the fields that name these users.
LISTS = {"identity_center_access_groups": "members", "identity_center_access_assignments": "users"}


@dataclass(frozen=True)
class IdentityStore:
    """Where the identity store is, which credentials reach it, and which users have another name there."""

    region: str | None = None
    instance_arn: str | None = None
    account_id: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    notes_prefix: str | None = None
    # Names in the identity store, by IAM user name in lower case: IAM ignores case (CreateUser).
    user_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def expected_account(self) -> str | None:
        """ID of the account that the credentials must belong to; None for the play's account."""
        return self.role_arn.split(":")[4] if self.role_arn else self.account_id

    def name_of(self, user: str) -> str:
        """Return the name of an IAM user in the identity store."""
        return self.user_names.get(user.lower(), user)


def read_identity_store(value: object) -> tuple[IdentityStore | None, list[str]]:
    """Return the variable's value, and its problems. The value is None if it is not set or has problems."""
    if value is None:
        return None, []
    if not isinstance(value, Mapping):
        return None, [f"{VARIABLE}: must be a dictionary, not {kind(value)}"]
    given = {str(key): each for key, each in value.items() if each is not None}
    problems = [f"{VARIABLE}.{problem}" for problem in _problems(given)]
    if problems:
        return None, problems
    names = {str(name).lower(): str(known) for name, known in (given.pop("user_names", None) or {}).items()}
    return IdentityStore(**{key: str(each) for key, each in given.items()}, user_names=names), []


def _problems(given: Mapping[str, t.Any]) -> Iterator[str]:
    for key in given:
        if key not in (*TEXTS, "user_names"):
            near = nearest(key, (*TEXTS, "user_names"))
            yield f"{key}: is no key of it{f'; did you mean {near[0]}?' if near else ''}"
    texts = {key: given[key] for key in TEXTS if key in given}
    wrong = {key: problem for key, each in texts.items() if (problem := text_problem(each))}
    yield from (f"{key}: {problem}" for key, problem in wrong.items())
    yield from _name_problems(given.get("user_names", {}))
    if wrong:
        return
    role, account = texts.get("role_arn", ""), texts.get("account_id", "")
    if account and not ACCOUNT_ID.fullmatch(account):
        yield "account_id: must be an account ID of 12 digits"
    if role and (role.count(":") < 5 or not ACCOUNT_ID.fullmatch(role.split(":")[4])):
        yield "role_arn: must be the ARN of a role, such as arn:aws:iam::123456789012:role/Offboarding"
    elif role and account and role.split(":")[4] != account:
        yield f"account_id: is not the account of role_arn, which is in {role.split(':')[4]}"
    if "external_id" in texts and not role:
        yield "external_id: is for role_arn, which is missing"
    if "profile" in texts and not (role or account):
        yield "account_id: is missing; a profile alone doesn't tell which account is meant"


def _name_problems(names: object) -> Iterator[str]:
    if not isinstance(names, Mapping):
        yield f"user_names: must be a dictionary of names, not {kind(names)}"
        return
    for name, known in names.items():
        problem = text_problem(name) or text_problem(known) or (None if known else "is empty")
        if problem:
            yield f"user_names.{str(name)[:80]}: {problem}"
    known_as = {str(name): str(known) for name, known in names.items()}
    same = [*same_names(known_as), *same_names(known_as, known_as.__getitem__)]
    yield from dict.fromkeys(f"user_names: {' and '.join(each)} are the same user" for each in same)


def identity_part(where: IdentityStore, variables: Mapping[str, t.Any], names: Iterable[str], mode: str) -> Part:
    """Return the part that changes users of the identity store. mode is delete, suspend or restore."""
    users = [{"name": where.name_of(name), "state": _STATES[mode]} for name in names]
    own = {"region": where.region, "instance_arn": where.instance_arn, "notes_prefix": where.notes_prefix}
    options = {
        "users": users,
        "missing": "ignore",
        "max_deletions": variables["user_offboarding_max_deletions"],
        **{name: value for name, value in own.items() if value},
    }
    called = {name: f"{VARIABLE}.{name}" for name in own}
    called |= {"max_deletions": "user_offboarding_max_deletions", "users": "user_offboarding_users"}
    labels = ["user_offboarding_users" for _user in users]
    return Part("identity_users", "the users of the identity store", IDENTITY_USERS, options, called, labels)


def users_there(result: Mapping[str, t.Any], where: IdentityStore, names: Iterable[str]) -> list[str]:
    """Return the names whose users the identity store has."""
    return [name for name in names if where.name_of(name) not in result["missing"]]


def fact(result: Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """Return the results of the users of the identity store, by their names there."""
    if result is None:
        return {}
    by_action = {
        action: [user["name"] for user in result["users"] if user["action"] == action]
        for action in ("deleted", "suspended", "restored", "changed")
    }
    there = [user["name"] for user in result["users"] if user["action"] == "unchanged"]
    unchanged = [name for name in there if name not in result["missing"]]
    kept = {name: result[name] for name in ("identity_store_id", "issuers", "changes")}
    return {**kept, **by_action, "unchanged": unchanged}


def lines(result: Mapping[str, t.Any] | None, mode: str, only: tuple[Sequence[str], Sequence[str]]) -> Iterator[str]:
    """Yield the lines about the identity store. only are the users in IAM alone, and those in the store alone."""
    in_iam, in_store = only
    if in_iam:
        yield f"Only IAM has {', '.join(in_iam)}; the identity store has no such user"
    if in_store:
        yield f"Only the identity store has {', '.join(in_store)}; the account has no such IAM user"
    if result is None:
        return
    yield from result["lines"]
    if mode == "restore":
        yield "IAM users come back with cloudhsm.iam.provision_users and user_provisioning_restore_suspended"
    elif result["changed"]:
        yield "Open sessions of permission sets last until they expire (docs/offboarding.md says how to end them now)"


def confirmed_names(variables: Mapping[str, t.Any], names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the users confirmed to have signed in, as names spells them, and problems, such as one not listed."""
    confirmed, problems = read_names(variables.get("user_offboarding_signed_in") or [])
    listed = {name.lower(): name for name in names}
    problems += [f"{name} is not in user_offboarding_users" for name in confirmed if name.lower() not in listed]
    return [listed.get(name.lower(), name) for name in confirmed], [
        f"user_offboarding_signed_in: {problem}" for problem in problems
    ]


def waiting_lines(waiting: Sequence[str], unknown: Sequence[str]) -> list[str]:
    """Return the lines about users who are not suspended yet. unknown are those whom the identity store lacks."""
    told = [name for name in waiting if name not in unknown]
    lines = [f"Not in the identity store, and left alone: {', '.join(unknown)}"] if unknown else []
    if told:
        lines.append(
            f"Not suspended, because no sign-in through IAM Identity Center was found in the last 90 days: "
            f"{', '.join(told)}. If you know better, list them in user_offboarding_signed_in"
        )
    return lines


def still_given(names: Iterable[str], lists: Mapping[str, t.Any]) -> list[str]:
    """Return the users of the identity store to whom lists would give access again, each with these lists."""
    listed = {variable: set(_listed(lists.get(variable), key)) for variable, key in LISTS.items()}
    found = {name: [variable for variable, users in listed.items() if name.lower() in users] for name in names}
    return [f"{name} ({', '.join(variables)})" for name, variables in found.items() if variables]


def _listed(value: object, key: str) -> Iterator[str]:
    """Yield the names in a list's items. The list's own role refuses wrong items."""
    for item in value if isinstance(value, list) else ():
        names = item.get(key) if isinstance(item, Mapping) and item.get("state") != "absent" else ()
        yield from (name.lower() for name in names or () if isinstance(name, str))
