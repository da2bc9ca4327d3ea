# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Renaming users, who keep everything that they have. Pure, like the rest of the plan.

IAM shows a new name to other calls only after some seconds. So all that can be done under the old name is done under
it, and the new name comes after that. Only a new password comes last: it is stored under the name of its owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    DesiredUser,
    Options,
    UserPlan,
)


def renamed_user(desired: DesiredUser, account: Account) -> ActualUser | None:
    """The user that gets the desired name by this run; None where nobody is renamed."""
    if desired.previous_name is None or desired.name in account.users:
        return None
    return account.users.get(desired.previous_name)


def problem(desired: DesiredUser, account: Account, options: Options, spelling: Mapping[str, str]) -> str | None:
    """Why the user can't be renamed. spelling maps lower-case user names to those in the account."""
    previous = desired.previous_name
    there = spelling.get(previous.lower()) if previous else None
    if there is None:
        return None
    if desired.name in account.users:
        return (
            f"previous_name: the account has both {there!r} and {desired.name!r}, so {there!r} can't be renamed; "
            "leave previous_name out, or delete one of them"
        )
    if there != previous:
        return f"previous_name: the account has this user as {there!r}, and IAM ignores case; use that spelling"
    if account.users[there].suspended and not options.restores(desired.name):
        return f"previous_name: {there!r} is suspended; restore the user first, or in the same run (restore_suspended)"
    return None


def with_new_name(plan: UserPlan, name: str, account: Account) -> UserPlan:
    """The plan of a user under its old name, with the new name in it."""
    if plan.before is None or plan.after is None or plan.problems:
        return replace(plan, name=name)
    after = replace(plan.after, name=name, arn=account.user_arn(name, plan.after.path))
    rename = change(plan.before.name, "update_user", NewUserName=name)
    passwords = [call for call in plan.changes if call.operation == "create_login_profile"]
    others = [call for call in plan.changes if call not in passwords]
    last = [Change(name, call.operation, {**call.params, "UserName": name}, call.optional) for call in passwords]
    return replace(plan, name=name, after=after, changes=(*others, rename, *last))


def warning(plan: UserPlan, credentials_store: str) -> str | None:
    """Where the first password of a renamed user stays, if there is one."""
    if not plan.renamed_from or credentials_store == "none" or (plan.before and plan.before.console_access is False):
        return None
    return (
        f"{plan.name} was {plan.renamed_from}. If the credentials store has a first password for {plan.renamed_from}, "
        "it stays there under that name"
    )


def clashes(desired: Sequence[DesiredUser]) -> Iterable[tuple[int, str]]:
    """Users of the list that can't be renamed because of others in it: each with its place."""
    names = {user.name.lower() for user in desired}
    seen: set[str] = set()
    for index, user in enumerate(desired):
        previous = (user.previous_name or "").lower()
        if not previous:
            continue
        if previous == user.name.lower():
            how = "is the name itself" if user.previous_name == user.name else "differs from the name only by case"
            yield index, f"previous_name: {how}, and IAM ignores case; leave it out"
        elif previous in names:
            yield index, f"previous_name: {user.previous_name!r} is listed as a user too; take it out of the list"
        elif previous in seen:
            yield index, f"previous_name: {user.previous_name!r} is the previous name of another user in the list too"
        seen.add(previous)
