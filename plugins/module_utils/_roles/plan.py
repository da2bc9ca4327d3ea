# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans a role and its policy, or says why that is not possible."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import adoption_problem, planned_tags
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import wish_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.model import RoleAccount
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.trust import Opening, openings

ROLE = "amazon.aws.iam_role"
# By default the module creates an instance profile, and fails if the role also has a boundary. It also warns if the
# second option is not set.
WITHOUT_PROFILE = {"create_instance_profile": False, "delete_instance_profile": False}


def policy_document(account: RoleAccount) -> tuple[dict[str, t.Any], list[str]]:
    """Return the policy of the role's access level, and its problems; an empty policy if the level has none."""
    if not account.has_own_policy:
        return {}, []
    return build_policy(wish_of(account.options, account.partition, account.number))


def own_policy(account: RoleAccount, document: Mapping[str, t.Any]) -> Policy:
    """Return the role's desired customer managed policy."""
    options = account.options
    return Policy(
        options["policy_name"],
        options["policy_description"],
        document,
        options["path"],
        tags=options["tags"],
        creation_tags=options["creation_tags"],
        purge_tags=options["purge_tags"],
    )


def role_step(account: RoleAccount, attached: list[str]) -> Step | None:
    """Return the step that creates or updates the role; None if nothing changes."""
    options, before, trust = account.options, account.role, account.trust_policy
    tags, has = planned_tags(before, options["tags"], options["creation_tags"], options["purge_tags"])
    boundary = before.get("boundary") if options["boundary"] is None else options["boundary"] or None
    same_trust = bool(before) and same_policy(before["trust_policy"], trust)
    after = {
        **before,
        "name": account.name,
        "trust_policy": before["trust_policy"] if same_trust else trust,
        "trusts": before["trusts"] if same_trust else account.trusted,
        "max_session_duration": options["max_session_duration"],
        "boundary": boundary,
        "managed_policies": sorted(attached),
        "tags": has,
    }
    if after == before:
        return None
    given = {
        "state": "present",
        "name": account.name,
        "assume_role_policy_document": trust,
        "max_session_duration": options["max_session_duration"],
        # As ARNs, because the module lists all AWS policies to look up a name. Includes the policies to keep, because
        # the module detaches all others.
        "managed_policies": attached,
        "purge_policies": True,
        "tags": tags,
        "purge_tags": options["purge_tags"],
        **WITHOUT_PROFILE,
        # The module's logic is inverted: with true, it does not wait for the role.
        "wait": False,
    }
    if options["boundary"] is not None:
        given["boundary"] = options["boundary"]
    if not before:
        # For an existing role, the module sets the description in a separate call, which resets the session duration to
        # one hour.
        given |= {"description": options["description"], "path": options["path"] or "/"}
    return Step(ROLE, given, dict(before), after)


def deletion_steps(*gone: tuple[str, Mapping[str, t.Any], Mapping[str, t.Any]]) -> list[Step]:
    """Return steps that delete the objects that exist. Each of gone is a module, the object, and further options."""
    return [
        Step(module, {"state": "absent", "name": thing["name"], **more}, dict(thing), {})
        for module, thing, more in gone
        if thing
    ]


def adoption_problems(account: RoleAccount) -> Iterator[str]:
    """Yield why an existing role or policy can't be used, and whether the boundary does not exist."""
    yield from _foreign_role(account)
    problem = adoption_problem(account.expected_policy, account.policy)
    if problem and account.has_own_policy:
        yield problem
    boundary = account.options["boundary"]
    if account.lacks_boundary and account.role.get("boundary") != boundary:
        yield f"{account.called('boundary')}: there is no policy {boundary}"


def opening_problems(account: RoleAccount) -> list[str]:
    """Return why the new trust policy would let others in."""
    whole = bool(account.options.get("allow_whole_account"))
    found = openings(account.trust_policy, account.number, whole)
    return [_told(account, opening) for opening in found]


def _told(account: RoleAccount, opening: Opening) -> str:
    *ways, last = map(account.called, opening.ways or ("",))
    settled = f". Set {', '.join(ways)} or {last}" if ways else ""
    return f"{account.called(opening.option)}: {opening.text}{settled}"


def deletion_problems(account: RoleAccount) -> Iterator[str]:
    """Yield why the role and its policy can't be deleted."""
    options = account.options
    yield from _foreign_role(account)
    role_name, policy_name = account.called("role_name"), account.called("policy_name")
    inline = account.role.get("inline_policies", [])
    if inline:
        yield f"{role_name}: {options['role_name']} has inline policies, which have to go first: {', '.join(inline)}"
    if f":assumed-role/{account.name}/" in account.caller:
        yield f"{role_name}: this run itself is signed in with the role {account.name}"
    attached = account.own_policy_arn in account.role.get("managed_policies", [])
    if account.owns_policy and account.policy["attachments"] > attached:
        yield (
            f"{policy_name}: the policy {options['policy_name']} is also attached to something other than the role "
            f"{options['role_name']}; detach it there first"
        )
    if account.owns_policy and account.policy["boundary_of"]:
        yield (
            f"{policy_name}: the policy {options['policy_name']} is the permissions boundary of users or roles; "
            "take it from them first"
        )


def _foreign_role(account: RoleAccount) -> Iterator[str]:
    """Yield why the role must not be changed or deleted: if it is not ours, its creator could let others in again."""
    if not account.role:
        return
    arn, by_path = account.role["arn"], account.called("path")
    if account.role["path"] != account.path:
        yield (
            f"{by_path}: the role {arn} exists, but its path is {account.role['path']}, not {account.path}, and IAM "
            f"can't move roles. Choose another {account.called('role_name')}, or, if this is the role that you mean, "
            f"set {by_path}: {account.role['path']}"
        )
    if not account.owns_role:
        lets_in = f" and lets in {', '.join(account.others_trusted)}" if account.others_trusted else ""
        yield (
            f"{account.called('role_name')}: the role {arn} exists{lets_in}, but has no tag {MANAGED}, which this "
            "collection gives to what it creates. Choose another name, or, if it is yours (created by hand, for "
            f"example), set {account.called('adopt_role')}: true"
        )


def others_line(account: RoleAccount) -> list[str]:
    """Return a sentence about policies that others attached to the role and that stay; empty if none stay."""
    others = account.other_policies
    if account.options["purge_policies"] or not others:
        return []
    switch = account.called("purge_policies")
    return [f"The role {account.options['role_name']} also has {', '.join(others)}; {switch} would detach them."]
