# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans the two-phase onboarding of users, and finds users who would be locked out. Pure, like the plan itself.

A user is pending while in the onboarding group, and gets no other rights than to change the password and register an
MFA device. A user who has done both leaves that group, and gets the groups that the playbook asks for.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    DesiredUser,
    Options,
    UserPlan,
)

# The AWS managed policy that the console attaches to users who have to change their password, in any partition.
CHANGE_PASSWORD = ":iam::aws:policy/IAMUserChangePassword"


def with_password_change(before: ActualUser, after: ActualUser, account: Account, options: Options) -> ActualUser:
    """Return after with the right to change the password, if the user has to change it and otherwise could not.

    If a new password is required at the next sign-in, the console attaches IAMUserChangePassword unless the account's
    password policy lets all users change theirs (IAM User Guide, "Create an IAM user in your AWS account").
    CreateLoginProfile attaches nothing. A group that requires MFA would deny the right anyway, and the onboarding group
    grants it. A user who has the policy keeps it.
    """
    policy = f"arn:{account.caller.partition}{CHANGE_PASSWORD}"
    if not options.allow_password_change or after.denied:
        return after
    if policy in before.managed_policies and after.console_access is not False:
        return replace(after, managed_policies=after.managed_policies | {policy})
    waits = after.console_access and after.password_reset_required
    has_right = account.password_rules.changeable or options.onboarding_group in after.groups
    if not waits or has_right or after.groups & groups_with_mfa(account, options):
        return after
    return replace(after, managed_policies=after.managed_policies | {policy})


def gives_password_change(plan: UserPlan) -> bool:
    """Whether the plan attaches the right to change the password."""
    return any(is_password_change(change) for change in plan.changes)


def is_password_change(change: Change) -> bool:
    """Whether the call attaches the right to change the password."""
    return change.operation == "attach_user_policy" and bool(change.params["PolicyArn"].endswith(CHANGE_PASSWORD))


def stage(desired: DesiredUser, before: ActualUser | None, options: Options) -> DesiredUser:
    """Return what this run gives the user: all that the playbook asks for, or only the onboarding group for now."""
    group = options.onboarding_group
    state = before or ActualUser(desired.name, "", console_access=False, has_mfa=False)
    if group is None or not concerns(group, desired, state):
        return desired
    # A user who gets no console access has no password to change, so onboarding does not apply.
    if desired.console_access is False or not waits_for(_signing_in(desired, state)):
        return replace(desired, leaves=desired.leaves | {group})
    # Add the onboarding group, and nothing else that the user does not have already.
    groups, policies = desired.groups, desired.managed_policies
    if groups is not None or group not in state.groups:
        groups = ((groups or frozenset()) & state.groups) | {group}
    # A pending user gets no new temporary membership either.
    have = {membership.group for membership in state.temporary_groups}
    return replace(
        desired,
        groups=groups,
        managed_policies=None if policies is None else policies & state.managed_policies,
        temporary=desired.temporary and tuple(wish for wish in desired.temporary if wish.group in have),
    )


def concerns(group: str, desired: DesiredUser, user: ActualUser) -> bool:
    """Whether the user is pending, or is new: gets console access, and has no rights yet.

    An interrupted creation may have left a user without rights, so a user who exists can be new too.
    """
    policies = [arn for arn in user.managed_policies if not arn.endswith(CHANGE_PASSWORD)]
    bare = not (user.console_access or user.groups or policies or user.inline_policies)
    return group in user.groups or (bare and bool(desired.console_access))


def _signing_in(desired: DesiredUser, user: ActualUser) -> ActualUser:
    """Return the user with the login profile that it has or gets."""
    if user.console_access or not desired.console_access:
        return user
    return replace(user, console_access=True, password_reset_required=desired.password_reset_required)


def waits_for(user: ActualUser) -> tuple[str, ...]:
    """Return what a pending user still has to do. What was not read, or does not exist, counts as not done."""
    password = () if user.password_reset_required is False else ("password",)
    return password if user.has_mfa else (*password, "mfa")


def describe_pending(plans: Iterable[UserPlan], options: Options) -> list[dict[str, t.Any]]:
    """Return the users who are pending after the plans, and what each has to do. Suspended users are left out."""
    return [
        {"name": plan.name, "waiting_for": list(waits_for(plan.after))}
        for plan in plans
        if plan.after is not None and not plan.after.suspended and options.onboarding_group in plan.after.groups
    ]


def refusals(account: Account, options: Options) -> Iterable[str]:
    """Yield why no run can begin with these options."""
    group = options.onboarding_group
    if group is not None and group not in account.groups | options.pending_groups:
        yield f"onboarding_group: the account has no group {group!r}; create it first"


def groups_with_mfa(account: Account, options: Options) -> frozenset[str]:
    """Return the groups that require MFA: by the name of an attached policy, or according to an earlier task."""
    # Names are case-insensitive in IAM.
    name = options.require_mfa_policy_name.lower()
    found = frozenset(
        group
        for group, policies in account.group_policies.items()
        if any(arn.rsplit("/", 1)[-1].lower() == name for arn in policies)
    )
    spelling = {group.lower(): group for group in account.groups}
    return found | {spelling.get(group.lower(), group) for group in options.require_mfa_groups}


def lockout(plan: UserPlan, account: Account, options: Options) -> str | None:
    """Return why the plan locks the user out: the password has to be changed, and can't be. None if it does not."""
    after = plan.after
    if after is None or not after.password_reset_required or after.denied:
        return None
    groups = after.groups & groups_with_mfa(account, options)
    if not groups:
        return _without_right(plan, after, account)
    if after.has_mfa:
        # The user signs in with MFA, and the policy that requires MFA allows to change one's own password then.
        return None
    joined = groups - (plan.before.groups if plan.before else frozenset())
    if not (plan.makes_login_profile or joined):
        return None
    why = (
        f"{' and '.join(sorted(groups))} lets nobody change a password without MFA, and the user has to change it to "
        "sign in for the first time"
    )
    if not plan.makes_login_profile:
        return f"groups: {why}; add the user when that is done"
    return (
        f"password_reset_required: {why}; let new users in by two phases (onboarding_group, in the role "
        "user_provisioning_onboarding: two_phase), or set password_reset_required to false"
    )


def _without_right(plan: UserPlan, after: ActualUser, account: Account) -> str | None:
    """Return the same if no group requires MFA: a user without groups and policies has no right to change it."""
    has_rights = after.groups or after.managed_policies or after.inline_policies
    if has_rights or account.password_rules.changeable or not plan.makes_login_profile:
        return None
    return (
        "password_reset_required: the user has to change the password to sign in for the first time, and nothing "
        "allows that; leave allow_password_change true, let all users change theirs in the account's password policy, "
        "or set password_reset_required to false"
    )
