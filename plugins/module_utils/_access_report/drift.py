# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds differences between the account and the roles' variables, by planning what the roles would change. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Group
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import (
    NO_RULES,
    PasswordRules,
    rules_of,
    with_our_names,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    DesiredUser,
    Options,
    UserPlan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.temporary_read import with_temporary_of

Difference = dict[str, t.Any]
# The ARN of a policy of AWS without the partition, which is the account's: a policy of the account may have its name.
AWS_MANAGED = ":iam::aws:policy/"


def users_drift(desired: Sequence[DesiredUser], snapshot: Snapshot, options: Options) -> list[Difference]:
    """Return what iam_users would change, one entry for each user that differs."""
    users = {name: _as_read(person) for name, person in snapshot.users.items()}
    rules, options = _password_rules(snapshot, options)
    account = Account(snapshot.caller, users, frozenset(snapshot.groups), snapshot.alias, password_rules=rules)
    temporary = {wish.group for user in desired for wish in user.temporary or ()}
    account = with_temporary_of(account, snapshot.groups, snapshot.policies, snapshot.policy_tags, temporary)
    # What the report could not read is not a difference.
    known = [_as_far_as_known(user, account) for user in desired]
    return [_difference(plan) for plan in plan_users(known, account, options) if plan.changes or plan.problems]


def _password_rules(snapshot: Snapshot, options: Options) -> tuple[PasswordRules, Options]:
    """Return the account's rules. If they are unknown, no user is reported to lack the right to change a password."""
    policy = snapshot.password_policy
    if policy is None:
        return NO_RULES, replace(options, allow_password_change=False)
    return rules_of(with_our_names(policy) if policy else None), options


def _as_read(person: Person) -> ActualUser:
    """Return the user with credentials as iam_users reads them. Unknown ones keep a pending user pending."""
    have = person.credentials
    reset = have.password_reset_required if have.password else None
    return replace(person.user, console_access=have.password, password_reset_required=reset, has_mfa=have.mfa)


def _as_far_as_known(user: DesiredUser, account: Account) -> DesiredUser:
    actual = account.users.get(user.name)
    if actual is not None and actual.console_access is None:
        user = replace(user, console_access=None)
    # The same is true of a group with a policy that could not be read.
    unread = any(None in account.group_documents.get(wish.group, ()) for wish in user.temporary or ())
    return replace(user, temporary=None) if unread else user


def _difference(plan: UserPlan) -> Difference:
    kinds = {"created": "missing", "deleted": "not_wanted", "updated": "differs", "unchanged": "impossible"}
    changes = [{key: value for key, value in change.describe().items() if key != "user"} for change in plan.changes]
    return {"kind": "user", "name": plan.name, "state": kinds[plan.action], "changes": changes} | (
        {"problems": list(plan.problems)} if plan.problems else {}
    )


def groups_drift(
    desired: Iterable[Mapping[str, t.Any]], snapshot: Snapshot, require_mfa_policy_name: str
) -> list[Difference]:
    """Return missing groups, missing members, and missing or additional policies."""
    found = []
    for wanted in desired:
        name = wanted["name"]
        group = snapshot.groups.get(name)
        if group is None:
            found.append(
                {"kind": "group", "name": name, "state": "missing", "changes": [{"operation": "create_group"}]}
            )
            continue
        mfa = wanted.get("require_mfa_policy_name") or require_mfa_policy_name
        lacks = sorted(set(wanted.get("members") or ()) - set(snapshot.members(name)))
        changes = [*_policies(wanted, group, mfa), *_mfa(wanted, group, mfa)]
        changes += [{"operation": "add_user_to_group", "user": user} for user in lacks]
        if changes:
            found.append({"kind": "group", "name": name, "state": "differs", "changes": changes})
    return found


def _policies(wanted: Mapping[str, t.Any], group: Group, mfa: str) -> Iterable[dict[str, str]]:
    policies = wanted.get("managed_policies")
    if policies is None:
        return
    # Expected policies can be named without an ARN, and so without partition and path.
    for policy in sorted(policy for policy in policies if not any(_is(arn, policy) for arn in group.managed_policies)):
        yield {"operation": "attach_group_policy", "policy": policy.removeprefix(AWS_MANAGED)}
    for arn in sorted(group.managed_policies):
        if not any(_is(arn, policy) for policy in (*policies, mfa)):
            yield {"operation": "detach_group_policy", "policy": arn}
    for policy in sorted(group.inline):
        yield {"operation": "delete_group_policy", "inline_policy": policy}


def _mfa(wanted: Mapping[str, t.Any], group: Group, name: str) -> Iterable[dict[str, str]]:
    """Yield changes of the policy that requires MFA. It has its own option: if that is not set, it stays as it is."""
    asked = wanted.get("require_mfa")
    has = [arn for arn in sorted(group.managed_policies) if _is(arn, name)]
    if asked and not has:
        yield {"operation": "attach_group_policy", "policy": name}
    elif asked is False and not any(_is(arn, policy) for arn in has for policy in wanted.get("managed_policies") or ()):
        yield from ({"operation": "detach_group_policy", "policy": arn} for arn in has)


def wanted_groups(
    users: Iterable[DesiredUser], groups: Iterable[Mapping[str, t.Any]], options: Options
) -> frozenset[str]:
    """Return the groups that the variables name."""
    found = {group["name"] for group in groups} | options.pending_groups | options.protected_groups
    found |= {options.onboarding_group} if options.onboarding_group else set()
    return frozenset(found.union(*(user.groups or () for user in users)))


def _is(arn: str, policy: str) -> bool:
    # AWS managed policies are named with their paths, as in job-function/Billing.
    without_partition = f":iam:{arn.partition(':iam:')[2]}"
    return policy in (arn, arn.partition("/")[2], arn.rpartition("/")[2], without_partition)
