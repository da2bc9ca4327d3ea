# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds what bootstrap created in an account, and what of it can be deleted. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BOOTSTRAP, BOOTSTRAP_GROUPS
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import Page, groups_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import Described, named
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import DEFAULT_DESCRIPTION


@dataclass(frozen=True)
class Removal:
    """Names of the groups to delete, of the policies to delete separately, and of the groups to keep, with reasons."""

    groups: tuple[str, ...]
    policies: tuple[str, ...]
    kept: tuple[str, ...]


def removal(page: Page, found: Mapping[str, t.Any], deleted: Collection[str]) -> Removal:
    """Return which groups and policies in found, from iam_account_info, to delete after these users are deleted."""
    there = {group["name"].casefold(): group for group in found["groups"]}
    # A user who can create policies at another path could use our name, and tags that list groups of others.
    path = page.cloudhsm_group.get("path") or "/"
    policy = named(page.cloudhsm_group["policy"]["name"], [each for each in found["policies"] if each["path"] == path])
    shared = [each for each in found["policies"] if each is not policy and _is_shared(each)]
    owned = {name.casefold() for name in groups_of(policy["tags"].get(BOOTSTRAP_GROUPS, ""))} if policy else set()
    owned |= _owned_onboarding(page, shared)
    elsewhere = {name for name in owned & there.keys() if there[name]["path"] != _paths(page).get(name, "/")}
    owned -= elsewhere
    ours = {each["arn"] for each in (policy, *shared) if each}
    ours |= page.administrators_policies(found["account"]["partition"])
    in_use = {
        name
        for name in owned & there.keys()
        if set(there[name]["members"]) - set(deleted)
        or there[name]["inline_policies"]
        or set(there[name]["managed_policies"]) - ours
    }
    going = sorted(owned & there.keys() - in_use)
    earlier = sorted(there.keys() - owned - elsewhere)
    kept = [f"{there[name]['name']} (was there before)" for name in earlier]
    kept += [f"{there[name]['name']} (at another path: {there[name]['path']})" for name in sorted(elsewhere)]
    kept += [f"{there[name]['name']} (has other members or policies)" for name in sorted(in_use)]
    # The policy is deleted with the CloudHSM group. It stays if a group that its tags may record stays.
    alone = (
        policy
        and BOOTSTRAP_GROUPS in policy["tags"]
        and not in_use
        and page.cloudhsm_group["name"].casefold() not in going
    )
    had = [there[name] for name in (*going, *earlier)]
    return Removal(
        groups=tuple(there[name]["name"] for name in going),
        policies=tuple(each["name"] for each in (*shared, *([policy] if alone else [])) if _only_of(each, had)),
        kept=tuple(kept),
    )


def _paths(page: Page) -> dict[str, str]:
    """Return the groups' paths, by name in lower case. A group at another path was not created by bootstrap."""
    groups = [group for group in (page.admin_group, page.cloudhsm_group, page.onboarding_group) if group]
    return {group["name"].casefold(): group.get("path") or "/" for group in groups}


def _is_shared(policy: Described) -> bool:
    return BOOTSTRAP in policy["tags"] and policy["path"] == "/"


def _owned_onboarding(page: Page, shared: Iterable[Described]) -> set[str]:
    """Return the name of the group of pending users if bootstrap created it, which its policy shows."""
    policy = named(page.onboarding_policy_name, shared)
    return {page.onboarding_group_name.casefold()} if policy else set()


def _only_of(policy: Described, groups: Iterable[Described]) -> bool:
    """Whether only these groups have the policy."""
    uses: int = policy["attachments"] + policy["boundary_of"]
    return uses == sum(policy["arn"] in group["managed_policies"] for group in groups)


def owned_role(page: Page, roles: Iterable[Described]) -> bool:
    """Whether the service-linked role exists with the description that this collection sets by default."""
    # The suffix is the end of the role's name, and IAM ignores the case of names.
    suffix = str(page.service_linked_role.get("custom_suffix") or "").casefold()
    return any(
        role["description"] == DEFAULT_DESCRIPTION and str(role.get("custom_suffix") or "").casefold() == suffix
        for role in roles
    )
