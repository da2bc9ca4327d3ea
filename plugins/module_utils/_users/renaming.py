# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans the renaming of users, who keep everything they have. Pure, like the rest of the plan.

Other calls may not know a new name for some seconds. So the plan makes all calls under the old name, and then renames
the user. Only a new login profile comes after that, because its password is stored under the new name.
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
    """Return the existing user that this run gives the desired name; None if it renames no one."""
    if desired.previous_name is None or desired.name in account.users:
        return None
    return account.users.get(desired.previous_name)


def problem(desired: DesiredUser, account: Account, options: Options, spelling: Mapping[str, str]) -> str | None:
    """Return why the user can't be renamed, or None. spelling maps lower-case user names to those in the account."""
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
    """Return the plan, which was made for the old name, with the renaming added."""
    if plan.before is None or plan.after is None or plan.problems:
        return replace(plan, name=name)
    after = replace(plan.after, name=name, arn=account.user_arn(name, plan.after.path))
    rename = change(plan.before.name, "update_user", NewUserName=name)
    passwords = [call for call in plan.changes if call.operation == "create_login_profile"]
    others = [call for call in plan.changes if call not in passwords]
    last = [Change(name, call.operation, {**call.params, "UserName": name}, call.optional) for call in passwords]
    return replace(plan, name=name, after=after, changes=(*others, rename, *last))


def warning(plan: UserPlan, credentials_store: str) -> str | None:
    """Return a warning that a first password stays under the user's old name; None if there can't be one."""
    if not plan.renamed_from or credentials_store == "none" or (plan.before and plan.before.console_access is False):
        return None
    return (
        f"{plan.name} was {plan.renamed_from}. If the credentials store has a first password for {plan.renamed_from}, "
        "it stays there under that name"
    )


def clashes(desired: Sequence[DesiredUser]) -> Iterable[tuple[int, str]]:
    """Yield the index and problem of each user whose previous_name clashes with any name or previous name listed."""
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
