# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans a group, as a step for amazon.aws.iam_group."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import POLICY_MODULE

GROUP_MODULE = "amazon.aws.iam_group"
Described = Mapping[str, t.Any]


@dataclass(frozen=True)
class Group:
    """The desired group. None means leave alone."""

    name: str
    path: str | None = None
    # ARNs of policies to attach, and of policies to detach.
    attach: tuple[str, ...] = ()
    detach: tuple[str, ...] = ()
    purge_policies: bool = False
    members: tuple[str, ...] | None = None
    exclusive: bool = False


def attached(name: str, arns: Iterable[str], anywhere: bool = False) -> list[str]:
    """The ARNs of customer managed policies with this name, at the path / or anywhere.

    A policy at another path may be someone else's, created under this name.
    """
    path = "(.*/)?" if anywhere else ""
    return [arn for arn in arns if re.search(rf":[0-9]{{12}}:policy/{path}{re.escape(name)}$", arn, re.IGNORECASE)]


def group_step(group: Group, before: Described) -> Step | None:
    """The step that creates or updates the group; None if nothing changes."""
    had, members = before.get("managed_policies", []), set(before.get("members", []))
    left = [] if group.purge_policies else [arn for arn in had if arn not in group.detach]
    policies = sorted({*left, *group.attach})
    wanted = set(group.members or ())
    after = {
        **before,
        "name": group.name,
        "path": group.path or before.get("path", "/"),
        "managed_policies": policies,
        "members": sorted(wanted if group.exclusive else members | wanted),
    }
    if "arn" in before:
        after["arn"] = f"{before['arn'].partition('/')[0]}{after['path']}{before['name']}"
    if before and all(
        after[what] == now
        for what, now in (("path", before["path"]), ("managed_policies", sorted(had)), ("members", sorted(members)))
    ):
        return None
    options: dict[str, t.Any] = {
        "state": "present",
        "name": group.name,
        "managed_policies": policies,
        "purge_policies": group.purge_policies or bool(group.detach),
        "purge_users": group.exclusive,
    }
    if group.path is not None:
        options["path"] = group.path
    if group.members is not None:
        options["users"] = list(group.members)
    return Step(GROUP_MODULE, options, dict(before), after)


def removal_steps(group: Described, policy: Described) -> list[Step]:
    """Steps that delete what exists; the group first, because a policy must be detached before it is deleted."""
    there = ((GROUP_MODULE, group), (POLICY_MODULE, policy))
    return [Step(module, {"state": "absent", "name": one["name"]}, dict(one), {}) for module, one in there if one]


def group_problems(group: Group, before: Described, prefix: str = "") -> list[str]:
    """Why a group with this name at another path gets no rights: someone else chose its members.

    No problem if the group already has these rights.
    """
    path = group.path or "/"
    gained = [arn for arn in group.attach if arn not in before.get("managed_policies", [])]
    if not before or before["path"] == path or not gained:
        return []
    return [
        f"{called('path', prefix)}: the group {before['arn']} exists, but its path is {before['path']}, not {path}. "
        f"Its members would get {', '.join(gained)}: choose another {called('name', prefix)}, or, if this is the "
        f"group that you mean, set {called('path', prefix)}: {before['path']}"
    ]


def removal_problems(
    name: str, group: Described, policy: Described, caller: str | None, prefix: str = "", *, path: str | None = None
) -> list[str]:
    """Why the group and the policy can't be deleted; amazon.aws's modules would not stop for these reasons.

    iam_managed_policy detaches the policy from everything, and iam_group fails halfway at inline policies. The caller,
    if given, must not be a member. path is where the group should be: at another path it is someone else's.
    """
    problems = []
    field = called("name", prefix)
    if group and group["path"] != (path or "/"):
        problems.append(
            f"{called('path', prefix)}: the group {group['arn']} stays, because its path is {group['path']}, not "
            f"{path or '/'}; if this is the group that you mean, set {called('path', prefix)}: {group['path']}"
        )
    if group.get("inline_policies"):
        inline = ", ".join(group["inline_policies"])
        problems.append(f"{field}: the group {name} has inline policies, which have to go first: {inline}")
    if caller and caller in group.get("members", []):
        problems.append(
            f"{field}: the group {name} stays, because the caller, {caller}, is a member and would be locked out;"
            " run this with another user's credentials"
        )
    if policy and policy["attachments"] > (policy["arn"] in group.get("managed_policies", [])):
        problems.append(
            f"{called('policy.name', prefix)}: the policy {policy['name']} is also attached to something other than "
            f"the group {name}; detach it there first"
        )
    return problems


def member_problems(
    members: Sequence[str] | None, exclusive: bool, users: Iterable[Described], prefix: str = ""
) -> list[str]:
    """Problems with the members, which amazon.aws would only find after creating the group."""
    field = called("members", prefix)
    there = {user["name"].casefold(): user["name"] for user in users}
    spelled = {name: there.get(name.casefold()) for name in members or ()}
    unknown = [name for name, known in spelled.items() if known is None]
    problems = [f"{field}: the account has no user {', '.join(unknown)}; create it first"] if unknown else []
    problems += [
        # With purge_users, amazon.aws.iam_group would add this spelling and then remove the other: the member itself.
        f"{field}: the account has the user {name} as {known!r}, and IAM ignores case; use that spelling"
        for name, known in spelled.items()
        if known not in (None, name)
    ]
    if exclusive and not members:
        needs = f"needs {field} with at least one user, or the group would be left empty"
        problems.append(f"{called('exclusive', prefix)}: {needs}")
    return problems
