# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What the guide's page "Create IAM administrative groups" needs, from the roles' variables. Defined only here.

Variables of other roles count if they say how something is created. What is created, and what may be deleted, depends
only on bootstrap's own variables: those of provision_users, for example, are about other users.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BOOTSTRAP, BOOTSTRAP_GROUPS, MANAGED, OWNED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import decode, encode

ROLES = ("bootstrap", "admin_group", "cloudhsm_group", "user_provisioning", "service_linked_role")
SHARED_POLICY_TAGS = {MANAGED: OWNED, BOOTSTRAP: OWNED}
SELF_SERVICE_DESCRIPTION = "Managing one's own password and MFA devices"
CREDENTIALS_PATH = "~/.cloudhsm-iam/credentials.yml"

# Each role's variables, without prefix, that bootstrap uses as the role itself does. None of them deletes, detaches or
# purges: only bootstrap's own variables can delete.
_ADMIN_GROUP = ("path", "aws_managed_policies", "members", "require_mfa", "adopt_require_mfa_policy")
_CLOUDHSM_GROUP = ("path", "adopt_policy", "require_mfa", "adopt_require_mfa_policy")
_POLICY = ("cluster_arns", "regions", "allow_backup_copy", "allow_backup_sharing", "policy")
_USERS = (
    "credentials_vault_id",
    "credentials_prefix",
    "credentials_kms_key_id",
    "credentials_tags",
    "password_length",
    "allow_password_change",
    "require_mfa_policy_name",
    "workers",
    "batch_size",
)
SERVICE_LINKED_ROLE_OPTIONS = ("custom_suffix", "description", "wait", "wait_timeout")
# All of them with their prefix, and those whose option has another name.
HONOURED = frozenset(
    f"{prefix}_{name}"
    for prefix, names in (
        ("admin_group", (*_ADMIN_GROUP, "require_mfa_policy_name")),
        ("cloudhsm_group", (*_CLOUDHSM_GROUP, *_POLICY, "require_mfa_policy_name", "resource_tags", "tags")),
        ("cloudhsm_group", ("policy_profile", "policy_name", "policy_description")),
        ("user_provisioning", (*_USERS, "onboarding", "onboarding_group", "onboarding_policy_name")),
        ("user_provisioning", ("onboarding_adopt_policy",)),
        ("service_linked_role", SERVICE_LINKED_ROLE_OPTIONS),
    )
    for name in names
)
Options = dict[str, t.Any]


@dataclass(frozen=True)
class Page:
    """The options of each part's module, and what messages call the users."""

    admin_group: Options
    cloudhsm_group: Options
    # None without two-phase onboarding.
    onboarding_group: Options | None
    users: Options = field(repr=False)
    service_linked_role: Options
    # The variable or item that each user comes from, in the order of the list of users.
    user_labels: tuple[str, ...]
    # Names for the group of pending users and its policy, also without two-phase onboarding.
    onboarding_group_name: str
    onboarding_policy_name: str

    @property
    def groups(self) -> list[str]:
        """Names of the groups to create, the group of pending users last."""
        parts = (self.admin_group, self.cloudhsm_group, self.onboarding_group)
        return [part["name"] for part in parts if part]

    def asked(self) -> dict[str, list[str]]:
        """Return what to look up, as options of iam_account_info."""
        mfa = [group["require_mfa_policy_name"] for group in (self.admin_group, self.cloudhsm_group)]
        policies = [self.cloudhsm_group["policy"]["name"], *mfa, self.onboarding_policy_name]
        return {
            "groups": [self.admin_group["name"], self.cloudhsm_group["name"], self.onboarding_group_name],
            "policies": list(dict.fromkeys(policies)),
            "aws_managed_policies": self.admin_group["aws_managed_policies"],
            "users": self.admin_group.get("members") or [],
        }

    def in_account(self, groups: Collection[str]) -> Page:
        """Return the page for an account with these groups. A new policy's tags record which groups are new."""
        there = {name.casefold() for name in groups}
        new = [name for name in self.groups if name.casefold() not in there]
        made = [name for name in new if name in (self.admin_group["name"], self.cloudhsm_group["name"])]
        policy = {**self.cloudhsm_group["policy"], "creation_tags": {BOOTSTRAP_GROUPS: groups_value(made)}}
        return replace(
            self, cloudhsm_group={**self.cloudhsm_group, "policy": policy}, users={**self.users, "pending_groups": new}
        )

    def administrators_policies(self, partition: str) -> set[str]:
        """Return the ARNs of the AWS managed policies of the administrators group."""
        return {f"arn:{partition}:iam::aws:policy/{name}" for name in self.admin_group["aws_managed_policies"]}


def wanted(variables: Mapping[str, t.Any]) -> Page:
    """Return the page from the roles' typed variables. Variables that are None are left out."""
    admin_name, cloudhsm_name = (variables[f"bootstrap_{which}_group_name"] for which in ("admin", "cloudhsm"))
    labels, users = _users(variables)
    onboarding = onboarding_group(variables)
    return Page(
        admin_group={
            "name": admin_name,
            **taken(variables, "admin_group_", _ADMIN_GROUP),
            "require_mfa_policy_name": variables["admin_group_require_mfa_policy_name"],
            "require_mfa_creation_tags": SHARED_POLICY_TAGS,
            "keep_callers_group": True,
            "variables_prefix": "admin_group_",
        },
        cloudhsm_group=_cloudhsm_group(variables, cloudhsm_name),
        onboarding_group=onboarding,
        users={
            "users": users,
            "credentials_store": variables["bootstrap_credentials_store"],
            "credentials_path": variables.get("bootstrap_credentials_path") or CREDENTIALS_PATH,
            **taken(variables, "user_provisioning_", _USERS),
            "managed_by_tag": BOOTSTRAP,
            "protected_groups": [admin_name],
            **({"onboarding_group": onboarding["name"]} if onboarding else {}),
        },
        service_linked_role={
            "service_name": variables["bootstrap_service_name"],
            **taken(variables, "service_linked_role_", SERVICE_LINKED_ROLE_OPTIONS),
        },
        user_labels=tuple(labels),
        onboarding_group_name=variables["user_provisioning_onboarding_group"],
        onboarding_policy_name=variables["user_provisioning_onboarding_policy_name"],
    )


def conflicts(page: Page) -> Iterator[str]:
    """Yield problems with variables that are right by themselves, but not together, one sentence each."""
    admin, cloudhsm = (group["name"].casefold() for group in (page.admin_group, page.cloudhsm_group))
    if cloudhsm == admin:
        yield "bootstrap_cloudhsm_group_name: is also bootstrap_admin_group_name; give each group a name of its own"
    if page.onboarding_group and page.onboarding_group_name.casefold() in (admin, cloudhsm):
        yield "user_provisioning_onboarding_group: is another group of bootstrap's; give this one a name of its own"
    # IAM ignores the case of names.
    going = {
        str(user.get("name")).casefold(): label
        for user, label in zip(page.users["users"], page.user_labels, strict=True)
        if isinstance(user, Mapping) and user.get("state") == "absent"
    }
    for name in page.admin_group.get("members") or ():
        if name.casefold() in going:
            yield f"admin_group_members: {going[name.casefold()]} deletes {name}; take the user out of one of the two"


def taken(variables: Mapping[str, t.Any], prefix: str, names: tuple[str, ...]) -> Options:
    """Return the options with these names whose variables are set."""
    return {name: variables[prefix + name] for name in names if variables.get(prefix + name) is not None}


def cloudhsm_wish(variables: Mapping[str, t.Any], level: str) -> Options:
    """Return the options for the policy of CloudHSM users. level is the variable with the access level."""
    prefix = "cloudhsm_group_"
    names = {"level": level, "profile": f"{prefix}policy_profile", "tags": f"{prefix}resource_tags"}
    values = {option: variables.get(name) for option, name in names.items()}
    return {**values, **taken(variables, prefix, _POLICY), "names": names}


def _cloudhsm_group(variables: Mapping[str, t.Any], name: str) -> Options:
    prefix = "cloudhsm_group_"
    policy_name = variables.get(f"{prefix}policy_name") or name
    return {
        "name": name,
        **taken(variables, prefix, _CLOUDHSM_GROUP),
        "policy": {
            "name": policy_name,
            "description": variables.get(f"{prefix}policy_description") or f"Permissions of the group {name}",
            "cloudhsm": cloudhsm_wish(variables, "bootstrap_cloudhsm_group_access"),
            "tags": variables[f"{prefix}tags"],
        },
        "require_mfa_policy_name": variables[f"{prefix}require_mfa_policy_name"],
        "require_mfa_creation_tags": SHARED_POLICY_TAGS,
        "variables_prefix": prefix,
    }


def onboarding_group(variables: Mapping[str, t.Any]) -> Options | None:
    """Return the options of the group of pending users; None without two-phase onboarding."""
    if variables["user_provisioning_onboarding"] != "two_phase":
        return None
    return {
        "name": variables["user_provisioning_onboarding_group"],
        "policy": {
            "name": variables["user_provisioning_onboarding_policy_name"],
            "description": SELF_SERVICE_DESCRIPTION,
            "self_service": True,
            "creation_tags": SHARED_POLICY_TAGS,
        },
        "adopt_policy": variables["user_provisioning_onboarding_adopt_policy"],
        "variables_prefix": "user_provisioning_onboarding_",
    }


def _users(variables: Mapping[str, t.Any]) -> tuple[list[str], list[t.Any]]:
    """Return the variable or item that each user comes from, and the users."""
    administrator = {
        "name": variables["bootstrap_administrator_name"],
        "groups": [variables["bootstrap_admin_group_name"]],
        "console_access": True,
        "password": variables.get("bootstrap_administrator_password"),
    }
    members = [
        {"name": name, "console_access": True, "groups": [variables["bootstrap_cloudhsm_group_name"]]}
        for name in variables["bootstrap_cloudhsm_administrators"]
    ]
    more = variables["bootstrap_users"]
    labels = ["bootstrap_administrator"]
    labels += [f"bootstrap_cloudhsm_administrators[{place}]" for place in range(len(members))]
    labels += [f"bootstrap_users[{place}]" for place in range(len(more))]
    return labels, [administrator, *members, *more]


def groups_value(groups: list[str]) -> str:
    """Return group names as a tag value. Group names can contain a comma, but tag values can't."""
    return " ".join(map(encode, groups))


def groups_of(value: str) -> list[str]:
    """Return the group names in such a value."""
    return [decode(word) for word in value.split()]
