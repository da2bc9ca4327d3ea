# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Says in sentences how an account differs from the variables. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import Page

Described = Mapping[str, t.Any]

# Only lets users change their own passwords, so it does not count as a right beyond the variables.
_HARMLESS = ":iam::aws:policy/IAMUserChangePassword"
# What each planned call says about the user's present state.
_LACKS = {
    "create_user": "the user {user} does not exist",
    "add_user_to_group": "{user} is not in {group}",
    "remove_user_from_group": "{user} is in {group}",
    "attach_user_policy": "{user} lacks the policy {policy}",
    "detach_user_policy": "{user} has the policy {policy}",
    "create_login_profile": "{user} has no console access",
    "delete_login_profile": "{user} has console access",
    "put_user_permissions_boundary": "{user} lacks the permissions boundary {boundary}",
    "delete_user_permissions_boundary": "{user} has a permissions boundary",
    "update_user": "{user} is not at the path {path}",
    "delete_user": "the user {user} is left over",
}


def of_users(result: Described) -> Iterator[str]:
    """Yield differences of users, from what iam_users would do. A user to create or delete gets one sentence."""
    told = {user["name"]: user["action"] for user in result["users"] if user["action"] in ("created", "deleted")}
    decisive = {"created": "create_user", "deleted": "delete_user"}
    others: set[str] = set()
    temporaries: set[tuple[str, str]] = set()
    for change in result["changes"]:
        name, operation = change["user"], change["operation"]
        if name in told and operation != decisive[told[name]]:
            continue
        if temporary := _of_temporary(change):
            if temporary not in temporaries:
                temporaries.add(temporary)
                yield f"the temporary membership of {name} in {temporary[1]} differs, is missing, or has ended"
        elif operation in _LACKS:
            yield _LACKS[operation].format(**change)
        elif name not in others:
            others.add(name)
            yield f"the tags or credentials of {name} differ"


def _of_temporary(change: Described) -> tuple[str, str] | None:
    """Return user and group if the call is about the policy of a temporary membership; otherwise None."""
    if change["operation"] == "create_policy":
        arn = f":policy{change['path']}{change['policy_name']}"
    else:
        arn = str(change.get("policy") or "")
    found = membership_of(arn)
    return (change["user"], found.group) if found else None


def of_groups(steps: Iterable[Described]) -> Iterator[str]:
    """Yield differences of groups and their policies, from the diff of iam_group_with_policies."""
    for step in steps:
        kind, _space, name = step["before_header"].partition(" ")
        before, after = step["before"], step["after"]
        what = "group" if kind == "iam_group" else "policy"
        if not before:
            yield f"the {what} {name} does not exist"
            continue
        for field, words in (("members", "member"), ("managed_policies", "policy")):
            have, shall = set(before.get(field) or ()), set(after.get(field) or ())
            if shall - have:
                yield f"the group {name} lacks the {words} {', '.join(sorted(shall - have))}"
            if have - shall:
                yield f"the group {name} has the {words} {', '.join(sorted(have - shall))}"
        differing = [field for field in ("path", "document", "tags") if before.get(field) != after.get(field)]
        if differing:
            yield f"the {what} {name} differs in its {' and '.join(differing)}"


def of_service_linked_role(result: Described, service_name: str) -> Iterator[str]:
    """Yield differences of the role, from the result of iam_service_linked_role."""
    if result.get("changed"):
        before = (result.get("diff") or {}).get("before")
        yield (
            f"the description of the service-linked role of {service_name} differs"
            if before
            else f"the service-linked role of {service_name} does not exist"
        )


def more_rights(page: Page, found: Described, wanted: Iterable[Described], users: Iterable[Described]) -> Iterator[str]:
    """Yield rights beyond the variables that no run would take away.

    wanted are the listed users, users is what iam_users returns about them, and found is what iam_account_info returns.
    """
    wanted = list(wanted)
    allowed = _allowed_policies(page, found["account"])
    for group in found["groups"]:
        name = group["name"].casefold()
        if name not in allowed:
            continue
        members = _wanted_members(page, name, wanted)
        strangers = sorted(member for member in group["members"] if member.casefold() not in members)
        more = [arn for arn in group["managed_policies"] if _folded(arn) not in allowed[name]]
        if strangers:
            yield f"{', '.join(strangers)} {'is' if len(strangers) == 1 else 'are'} in {group['name']} too"
        if more or group["inline_policies"]:
            yield f"the group {group['name']} also has {', '.join([*more, *group['inline_policies']])}"
    for user in users:
        asked = {arn for each in wanted if each["name"] == user["name"] for arn in each.get("managed_policies") or ()}
        more = [arn for arn in user.get("managed_policies") or () if arn not in asked and not arn.endswith(_HARMLESS)]
        if more or user.get("inline_policies"):
            yield f"{user['name']} also has {', '.join([*more, *user.get('inline_policies', [])])}"
        listed = {one["group"] for each in wanted if each["name"] == user["name"] for one in _listed(each)}
        for membership in user.get("temporary_groups") or ():
            if membership["group"] not in listed:
                yield f"{user['name']} is a temporary member of {membership['group']} until {membership['until']}"


def _wanted_members(page: Page, group: str, wanted: Iterable[Described]) -> set[str]:
    """Return the members that the variables give a group. All names are in lower case: IAM ignores case."""
    listed = {user["name"] for user in wanted if group in map(str.casefold, user.get("groups") or ())}
    if group == page.admin_group["name"].casefold():
        listed |= set(page.admin_group.get("members") or ())
    return {name.casefold() for name in listed}


def _listed(user: Described) -> Iterator[Described]:
    """Yield a listed user's temporary memberships that are well formed."""
    yield from (one for one in user.get("temporary_groups") or () if isinstance(one, Mapping) and "group" in one)


def _allowed_policies(page: Page, account: Described) -> dict[str, set[str]]:
    """Return the ARNs of the policies that each group may have, by group name. IAM ignores the case of names."""
    own = f"arn:{account['partition']}:iam::{account['account_id']}:policy/"
    path = (page.cloudhsm_group.get("path") or "/").lstrip("/")
    allowed = {
        page.admin_group["name"]: {
            *page.administrators_policies(account["partition"]),
            f"{own}{page.admin_group['require_mfa_policy_name']}",
        },
        page.cloudhsm_group["name"]: {
            f"{own}{path}{page.cloudhsm_group['policy']['name']}",
            f"{own}{page.cloudhsm_group['require_mfa_policy_name']}",
        },
    }
    return {group.casefold(): set(map(_folded, arns)) for group, arns in allowed.items()}


def _folded(arn: str) -> str:
    """Return a policy's ARN with its name in lower case. IAM ignores the case of names (CreatePolicy)."""
    path, slash, name = arn.rpartition("/")
    return f"{path}{slash}{name.casefold()}"
