# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Turns a snapshot of the account into this collection's variables, and lists what they can't express. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, REQUIRE_MFA_POLICY_NAME
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.federation import federation_variables
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.groups import group_items
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import Export, Item, NotExported, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.users import user_items
from ansible_collections.cloudhsm.iam.plugins.module_utils._password_policy.input import NO_POLICY, read_options
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import (
    DESCRIPTION,
    DESCRIPTION_LENGTH,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.guard import DEFAULT_PROTECTED
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_users

ADMINISTRATOR = ":iam::aws:policy/AdministratorAccess"
_STUCK = (
    "The user must choose a new password at the next sign-in and is not allowed to. To allow it, set "
    "user_provisioning_allow_password_change to true"
)
_BOUND = (
    "Its ARN has this account's ID. In another account, create the policy there first and change the ID in the file"
)


def make_export(snapshot: Snapshot, managed_by_tag: str) -> Export:
    """The account as variables, sorted, so that equal accounts give equal results."""
    groups, left = group_items(snapshot)
    users, more = user_items(snapshot, managed_by_tag)
    left += more
    variables: dict[str, t.Any] = {"group_provisioning_groups": groups, "user_provisioning_users": users}
    options, more = _user_options(snapshot, groups, users, managed_by_tag)
    variables |= options
    left += more
    left += _account_bound(snapshot, users)
    role, more = _service_linked_role(snapshot)
    policy, wrong = _password_policy(snapshot)
    federation, others = federation_variables(snapshot)
    left += [*more, *wrong, *others]
    return Export({**variables, **role, **policy, **federation}, tuple(left))


def _user_options(
    snapshot: Snapshot, groups: list[Item], users: list[Item], managed_by_tag: str
) -> tuple[dict[str, t.Any], list[NotExported]]:
    """Further variables of user_provisioning, where the default does not fit."""
    options: dict[str, t.Any] = {}
    if managed_by_tag != MANAGED:
        options["user_provisioning_managed_by_tag"] = managed_by_tag
    administrators = sorted(
        name
        for name, group in snapshot.groups.items()
        if any(arn.endswith(ADMINISTRATOR) for arn in group.managed_policies)
    )
    if administrators and frozenset(administrators) != DEFAULT_PROTECTED:
        options["user_provisioning_protected_groups"] = administrators
    mfa = sorted(
        {group.get("require_mfa_policy_name", REQUIRE_MFA_POLICY_NAME) for group in groups if group.get("require_mfa")}
    )
    if len(mfa) == 1 and mfa != [REQUIRE_MFA_POLICY_NAME]:
        options["user_provisioning_require_mfa_policy_name"] = mfa[0]
    stuck = _without_password_change(
        snapshot, users, managed_by_tag, mfa[0] if len(mfa) == 1 else REQUIRE_MFA_POLICY_NAME
    )
    if stuck:
        options["user_provisioning_allow_password_change"] = False
    return options, [NotExported("password change", name, _STUCK, f"user {name}") for name in stuck]


def _without_password_change(
    snapshot: Snapshot, users: list[Item], managed_by_tag: str, require_mfa_policy_name: str
) -> list[str]:
    """Users who must choose a new password but aren't allowed to. By default, a run would give them that right."""
    # Temporary memberships don't matter here, and a plan for them needs more than an export reads.
    plain = [{key: value for key, value in user.items() if key != "temporary_groups"} for user in users]
    desired, _problems = parse_users(plain, managed_by_tag)
    account = replace(snapshot.account, temporary_policies={})
    switches = Options(managed_by_tag=managed_by_tag, require_mfa_policy_name=require_mfa_policy_name)
    return [plan.name for plan in plan_users(desired, account, switches) if plan.changes]


def _service_linked_role(snapshot: Snapshot) -> tuple[dict[str, t.Any], list[NotExported]]:
    roles = snapshot.service_linked_roles
    if not roles:
        return {}, []
    variables: dict[str, t.Any] = {"service_linked_role_state": "present"}
    text = roles[0].description
    if text and DESCRIPTION.fullmatch(text) and len(text) <= DESCRIPTION_LENGTH:
        variables["service_linked_role_description"] = text
    return variables, []


def _password_policy(snapshot: Snapshot) -> tuple[dict[str, t.Any], list[NotExported]]:
    policy = {name: snapshot.password_policy[name] for name in NO_POLICY} if snapshot.password_policy else {}
    if not policy:
        return {}, []
    _options, problems = read_options(policy)
    if problems:
        return {}, [
            NotExported("password policy", problem, "No run changes it unless you say so") for problem in problems
        ]
    return {f"account_password_policy_{name}": value for name, value in policy.items()}, []


def _account_bound(snapshot: Snapshot, users: list[Item]) -> Iterator[NotExported]:
    """This account's customer managed policies that exported users have, each once."""
    own = f":iam::{snapshot.account.caller.account_id}:policy/"
    used = {arn for user in users for arn in (*user.get("managed_policies", ()), user.get("boundary") or "")}
    for arn in sorted(arn for arn in used if own in arn):
        yield NotExported("policy of this account", arn, _BOUND)
