# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Turns desired and actual state into an ordered list of write calls. Pure: no call, no clock, no randomness."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import (
    BREAK_GLASS,
    MFA_NOTE,
    OWNED,
    PROTECTED,
    RESERVED,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import decode, encode
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import onboarding, renaming, suspension, temporary
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change as _change
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import tag_list as _tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import DENY_ALL, SUSPENDED_POLICY
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    Credentials,
    DesiredUser,
    Options,
    UserPlan,
)


def plan_users(desired: Iterable[DesiredUser], account: Account, options: Options) -> list[UserPlan]:
    """Return the plans of all listed users, in their order, and then of those that purge_users deletes."""
    desired = list(desired)
    spelling = {name.lower(): name for name in account.users}
    plans = [plan_user(user, account, options, spelling) for user in desired]
    unlisted = unlisted_users(desired, account, options)
    return plans + [plan_deletion(account.users[name], account, options) for name in unlisted]


def unlisted_users(desired: Iterable[DesiredUser], account: Account, options: Options) -> list[str]:
    """Return the names of the users that purge_users deletes: owned users that are no longer listed.

    Break-glass users are not among them: the role break_glass has its own list.
    """
    if not options.purge_users or options.adopt:
        return []
    listed = {name.lower() for user in desired for name in (user.name, user.previous_name) if name}
    return sorted(
        user.name
        for user in account.users.values()
        if user.name.lower() not in listed
        and user.tags.get(options.managed_by_tag) == OWNED
        and BREAK_GLASS not in user.tags
    )


def plan_user(
    desired: DesiredUser, account: Account, options: Options, spelling: Mapping[str, str] | None = None
) -> UserPlan:
    """Return the plan of one user. spelling maps lower-case user names to those in the account."""
    known = spelling if spelling is not None else {name.lower(): name for name in account.users}
    existing = known.get(desired.name.lower(), desired.name)
    if existing != desired.name:
        problem = f"name: the account has this user as {existing!r}, and IAM ignores case; use that spelling"
        return UserPlan(desired.name, None, None, problems=(problem,))
    before = account.users.get(desired.name)
    if options.adopt:
        return _plan_adoption(desired, before, options)
    if not desired.present:
        return plan_deletion(before, account, options) if before else UserPlan(desired.name, None, None)
    return _plan_kept(desired, before, account, options, known)


def _plan_kept(
    desired: DesiredUser, before: ActualUser | None, account: Account, options: Options, known: Mapping[str, str]
) -> UserPlan:
    """Return the plan of a user who is not deleted."""
    if desired.suspended:
        return suspension.plan_suspension(desired.name, account)
    wrong = renaming.problem(desired, account, options, known)
    if wrong:
        return UserPlan(desired.name, before, before, problems=(wrong,))
    renamed = renaming.renamed_user(desired, account)
    if renamed:
        return renaming.with_new_name(_plan_present(desired, renamed, account, options), desired.name, account)
    return _plan_present(desired, before, account, options)


def _plan_adoption(desired: DesiredUser, before: ActualUser | None, options: Options) -> UserPlan:
    """Plan only the ownership tag for an existing user, whatever else the playbook asks for."""
    if not desired.present:
        return UserPlan(desired.name, before, before)
    if before is None:
        problem = "name: the account has no such user to adopt; run without adopt to create it"
        return UserPlan(desired.name, None, None, problems=(problem,))
    after = replace(before, tags={**before.tags, options.managed_by_tag: OWNED})
    return UserPlan(desired.name, before, after, tuple(_path_and_tag_changes(before, after)))


def _plan_present(desired: DesiredUser, before: ActualUser | None, account: Account, options: Options) -> UserPlan:
    comes_back = bool(before and before.marked and options.restores(desired.name))
    if before and before.suspended and not comes_back:
        return UserPlan(desired.name, before, before)
    problems = tuple(_problems(desired, before, account, options, comes_back))
    if problems:
        return UserPlan(desired.name, before, before, problems=problems)
    base = suspension.without_suspension(desired, before, account) if before and comes_back else before
    now = onboarding.stage(desired, base, options)
    plan = _plan_creation(now, account, options) if base is None else _plan_update(now, base, options, account)
    if before and comes_back:
        plan = suspension.plan_restoration(before, plan, account, options.restore_credentials)
    locked_out = onboarding.lockout(plan, account, options)
    return replace(
        plan,
        problems=(locked_out,) if locked_out else (),
        later_policies=(desired.managed_policies or frozenset()) - (now.managed_policies or frozenset()),
    )


def _problems(
    desired: DesiredUser, before: ActualUser | None, account: Account, options: Options, comes_back: bool
) -> Iterable[str]:
    groups = account.groups | options.pending_groups
    spelling = {group.lower(): group for group in groups}
    for field, named, otherwise in (
        ("groups", desired.groups or frozenset(), "create it first"),
        ("leave_groups", desired.leaves, "take it out of the list"),
    ):
        if options.onboarding_group in named:
            yield (
                f"{field}: {options.onboarding_group!r} is the onboarding group, which users enter and leave by "
                "themselves"
            )
        for group in sorted(named - groups):
            close = spelling.get(group.lower())
            yield f"{field}: the account has no group {group!r}; {f'did you mean {close!r}?' if close else otherwise}"
    for field, arns in (("managed_policies", desired.managed_policies or ()), ("boundary", (desired.boundary,))):
        for arn in sorted(filter(None, arns)):
            if arn.split(":")[1] != account.caller.partition:
                yield f"{field}: {arn!r} is in another partition than the account ({account.caller.partition})"
    spelled = {key.lower(): key for key in (before.tags if before else ())}
    for key in desired.tags or ():
        if spelled.get(key.lower(), key) != key:
            yield f"tags.{key}: the user has this tag as {spelled[key.lower()]!r}; IAM ignores case, use that spelling"
    stays_in = _groups_after(desired, before.groups if before else frozenset(), options)
    yield from temporary.problems(desired, before, stays_in, account, options)
    if comes_back:
        yield from suspension.restoration_problems(desired, before)


def _plan_creation(desired: DesiredUser, account: Account, options: Options) -> UserPlan:
    path = desired.path or "/"
    tags = _marked({**(desired.tags or {}), options.managed_by_tag: OWNED}, desired.protected)
    blank = ActualUser(
        name=desired.name,
        arn=account.user_arn(desired.name, path),
        path=path,
        tags=tags,
        boundary=desired.boundary or None,
        console_access=False,
        has_mfa=False,
        credentials=Credentials(),
    )
    params: dict[str, t.Any] = {"Path": path, "Tags": _tag_list(tags)}
    if blank.boundary:
        params["PermissionsBoundary"] = blank.boundary
    rest = _plan_update(desired, blank, options, account)
    create = _change(desired.name, "create_user", **params)
    return UserPlan(desired.name, None, rest.after, (create, *rest.changes))


def _plan_update(desired: DesiredUser, before: ActualUser, options: Options, account: Account) -> UserPlan:
    """Plan an update. At no moment does the user have a right that it has neither before nor after.

    So all that goes is gone before the boundary changes, and all that comes is given after that, console access last.
    The old boundary must never limit new rights, which it may allow more of than the new one, nor the other way round.
    """
    after = replace(
        before,
        path=desired.path or before.path,
        arn=account.user_arn(before.name, desired.path) if desired.path else before.arn,
        tags=_tags_after(desired, before, options),
        groups=_groups_after(desired, before.groups, options),
        managed_policies=_after(before.plain_policies, desired.managed_policies, options.purge_policies),
        boundary=before.boundary if desired.boundary is None else desired.boundary or None,
        console_access=before.console_access if desired.console_access is None else desired.console_access,
    )
    if after.console_access != before.console_access:
        reset = desired.password_reset_required if after.console_access else None
        after = replace(after, password_reset_required=reset)
    after = onboarding.with_password_change(before, after, account, options)
    memberships = temporary.plan(desired, before, options, account)
    changes = [
        *_console_off(before, after),
        *memberships.taking,
        *_taken(before, after),
        # Policies may depend on tags, so these change together with the boundary.
        *_path_and_tag_changes(before, after),
        *_boundary_changes(before, after),
        *_given(before, after),
        *memberships.giving,
        *_console_on(before, after),
    ]
    return UserPlan(before.name, before, memberships.applied(after), tuple(changes))


def _groups_after(desired: DesiredUser, before: frozenset[str], options: Options) -> frozenset[str]:
    return _after(before, desired.groups, options.purge_groups) - desired.leaves


def _after(before: frozenset[str], desired: frozenset[str] | None, purge: bool) -> frozenset[str]:
    if desired is None:
        return before
    return desired if purge else before | desired


def _tags_after(desired: DesiredUser, before: ActualUser, options: Options) -> Mapping[str, str]:
    kept = {
        key: value
        for key, value in before.tags.items()
        if not options.purge_tags
        or desired.tags is None
        or key == options.managed_by_tag
        or key.startswith(("aws:", RESERVED))
    }
    return _marked({**kept, **(desired.tags or {})}, desired.protected)


def _marked(tags: Mapping[str, str], protected: bool | None) -> Mapping[str, str]:
    """Return the tags with the mark of a protected user, without it, or unchanged if protected is None."""
    if protected is None:
        return tags
    rest = {key: value for key, value in tags.items() if key != PROTECTED}
    return {**rest, PROTECTED: OWNED} if protected else rest


def _console_off(before: ActualUser, after: ActualUser) -> Iterable[Change]:
    if before.console_access and not after.console_access:
        yield _change(before.name, "delete_login_profile")


def _console_on(before: ActualUser, after: ActualUser) -> Iterable[Change]:
    if after.console_access and not before.console_access:
        yield _change(before.name, "create_login_profile", PasswordResetRequired=after.password_reset_required)


def _boundary_changes(before: ActualUser, after: ActualUser) -> Iterable[Change]:
    if after.boundary and after.boundary != before.boundary:
        yield _change(before.name, "put_user_permissions_boundary", PermissionsBoundary=after.boundary)
    elif before.boundary and not after.boundary:
        yield _change(before.name, "delete_user_permissions_boundary")


def _path_and_tag_changes(before: ActualUser, after: ActualUser) -> Iterable[Change]:
    if after.path != before.path:
        yield _change(before.name, "update_user", NewPath=after.path)
    gone = sorted(set(before.tags) - set(after.tags))
    if gone:
        yield _change(before.name, "untag_user", TagKeys=gone)
    new = {key: value for key, value in after.tags.items() if before.tags.get(key) != value}
    if new:
        yield _change(before.name, "tag_user", Tags=_tag_list(new))


def _taken(before: ActualUser, after: ActualUser) -> Iterable[Change]:
    """Yield the calls that take groups and policies, without a denial of everything, which goes after the boundary."""
    for group in sorted(before.groups - after.groups):
        yield _change(before.name, "remove_user_from_group", GroupName=group)
    for arn in sorted(before.plain_policies - after.plain_policies):
        if not arn.endswith(DENY_ALL):
            yield _change(before.name, "detach_user_policy", PolicyArn=arn)


def _given(before: ActualUser, after: ActualUser) -> Iterable[Change]:
    """Yield the calls that give groups and policies. A denial of everything goes or comes first."""
    gone, new = before.plain_policies - after.plain_policies, after.plain_policies - before.plain_policies
    for arn in sorted(arn for arn in gone if arn.endswith(DENY_ALL)):
        yield _change(before.name, "detach_user_policy", PolicyArn=arn)
    denials = [arn for arn in new if arn.endswith(DENY_ALL)]
    for arn in denials:
        yield _change(before.name, "attach_user_policy", PolicyArn=arn)
    for group in sorted(after.groups - before.groups):
        yield _change(before.name, "add_user_to_group", GroupName=group)
    for arn in sorted(new.difference(denials)):
        yield _change(before.name, "attach_user_policy", PolicyArn=arn)


def plan_deletion(before: ActualUser, account: Account, options: Options) -> UserPlan:
    """Plan a deletion: lock the user out, delete all that IAM requires to be gone first, and last delete the user."""
    have = before.credentials or Credentials()
    name = before.name
    lock_out = _lock_out_changes(before, have)
    changes = [
        *lock_out,
        *(_change(name, "delete_access_key", AccessKeyId=key) for key in have.access_keys),
        *_mfa_device_changes(before, have.mfa_devices),
        *temporary.deletions(before, account, options),
        _change(name, "delete_user"),
    ]
    return UserPlan(name, before, None, tuple(changes), urgent=len(lock_out))


def _lock_out_changes(before: ActualUser, have: Credentials) -> list[Change]:
    """Return the calls that remove all ways in, and the rights of open sessions. Denials of everything end last.

    Access keys and memberships come first: they can be restored if a protected group would be left without members.
    """
    name = before.name
    policies = sorted(before.managed_policies, key=lambda arn: (arn.endswith(DENY_ALL), arn))
    inline = sorted(before.inline_policies - {SUSPENDED_POLICY})
    last = sorted(before.inline_policies & {SUSPENDED_POLICY})
    return [
        *(_change(name, "update_access_key", AccessKeyId=key, Status="Inactive") for key in have.active_access_keys),
        *(_change(name, "remove_user_from_group", GroupName=group) for group in sorted(before.groups)),
        *(_change(name, "delete_ssh_public_key", SSHPublicKeyId=key) for key in have.ssh_public_keys),
        *(_change(name, "delete_signing_certificate", CertificateId=one) for one in have.signing_certificates),
        *(
            _change(name, "delete_service_specific_credential", ServiceSpecificCredentialId=one)
            for one in have.service_specific_credentials
        ),
        *(_change(name, "delete_user_policy", PolicyName=policy) for policy in inline),
        *(_change(name, "detach_user_policy", PolicyArn=arn) for arn in policies),
        *(_change(name, "delete_user_policy", PolicyName=policy) for policy in last),
        *([_change(name, "delete_login_profile")] if before.console_access else []),
    ]


def _mfa_device_changes(before: ActualUser, devices: Sequence[str]) -> Iterable[Change]:
    """Deactivate the user's MFA devices, and delete the virtual ones, which would outlive the user.

    After that, IAM does not show whose a virtual device was. So the user is first tagged with it, as a note for the
    next run if this one is interrupted. If the tag can't be written, the deletion goes on.
    """
    name = before.name
    noted = [decode(value) for key, value in sorted(before.tags.items()) if key.startswith(MFA_NOTE)]
    # The serial number of a virtual device is its ARN.
    virtual = [device for device in devices if ":mfa/" in device]
    new = [device for device in virtual if device not in noted]
    notes = {f"{MFA_NOTE}{len(noted) + number}": encode(device) for number, device in enumerate(new, 1)}
    notes = {key: value for key, value in notes.items() if len(value) <= limits.TAG_VALUE_LENGTH}
    if notes and len(before.tags) + len(notes) <= limits.TAGS_PER_USER:
        yield replace(_change(name, "tag_user", Tags=_tag_list(notes)), optional=True)
    for device in devices:
        yield _change(name, "deactivate_mfa_device", SerialNumber=device)
    for device in (*virtual, *(device for device in noted if device not in virtual)):
        yield Change(name, "delete_virtual_mfa_device", {"SerialNumber": device})
