# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What can be wrong with an account, its groups and its policies. Pure."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import (
    Facts,
    Finding,
    Subject,
    aws,
    is_administrator,
)

# CIS Amazon Web Services Foundations Benchmark 3.0, recommendation 1.8.
PASSWORD_LENGTH = 14
ROOT_KEYS = "By hand, as the root user: Security credentials, Access keys, Delete"
ROOT_MFA = "By hand, as the root user: Security credentials, Assign MFA device"


def root_access_keys(facts: Facts) -> Finding:
    root = facts.snapshot.root
    found = [Subject("root user", "has access keys", ROOT_KEYS, "root")] if root and root.access_keys else []
    return Finding(
        "root_access_keys",
        "critical",
        "The root user has access keys",
        "They can do everything, no policy limits them, and nobody notices who uses them.",
        tuple(found),
    )


def root_without_mfa(facts: Facts) -> Finding:
    root = facts.snapshot.root
    # Nobody can sign in as a root user without a password.
    unguarded = root and root.password and not root.mfa
    found = [Subject("root user", "has no MFA device", ROOT_MFA, "root")] if unguarded else []
    return Finding(
        "root_without_mfa",
        "critical",
        "The root user has no MFA",
        "Anyone with the root password controls the account.",
        tuple(found),
    )


def wide_policies(facts: Facts) -> Finding:
    known = f"arn:{facts.snapshot.caller.partition}:iam::aws:policy/AdministratorAccess"
    found = [
        Subject(
            label,
            "allows every action on everything",
            "Name the actions that are needed, or attach AWS's AdministratorAccess where it can be seen",
            "policy",
        )
        for label, access in sorted(facts.policies.items())
        if is_administrator(access) and label != known
    ]
    return Finding(
        "wide_policies",
        "high",
        "Policies that make administrators under another name",
        "A search for AdministratorAccess misses them.",
        tuple(found),
    )


def passed_by_keys(facts: Facts) -> Finding:
    found = [
        Subject(
            label,
            "denies without MFA by Bool, which access keys do not meet",
            "In the Deny statement, use BoolIfExists in the place of Bool for aws:MultiFactorAuthPresent",
            "policy",
        )
        for label in facts.passed_by_keys
    ]
    return Finding(
        "mfa_passed_by_keys",
        "high",
        "MFA policies that access keys bypass",
        "Requests with an access key have no aws:MultiFactorAuthPresent at all, so a Deny with Bool lets them through.",
        tuple(found),
    )


def inline_policies(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            f"inline policy {policy}",
            aws("delete-user-policy", user_name=person.user.name, policy_name=policy),
        )
        for person, _access in facts.people()
        for policy in sorted(person.inline)
    ]
    found += [
        Subject(
            name, f"inline policy {policy}", aws("delete-group-policy", group_name=name, policy_name=policy), "group"
        )
        for name, group in sorted(facts.snapshot.groups.items())
        for policy in sorted(group.inline)
    ]
    return Finding(
        "inline_policies",
        "medium",
        "Inline policies",
        "They are in no list of policies and have no versions. Make managed policies of them first.",
        tuple(found),
    )


def no_password_policy(facts: Facts) -> Finding:
    policy = facts.snapshot.password_policy
    found = []
    run = "ansible-playbook cloudhsm.iam.account_password_policy"
    if policy is not None and not policy:
        found.append(Subject("account", "has no password policy of its own", run, "account"))
    elif policy and policy.get("MinimumPasswordLength", 0) < PASSWORD_LENGTH:
        found.append(
            Subject("account", f"takes passwords of {policy['MinimumPasswordLength']} characters", run, "account")
        )
    return Finding(
        "weak_password_policy",
        "medium",
        "No password policy, or one for short passwords",
        f"Passwords of fewer than {PASSWORD_LENGTH} characters are guessed by machines.",
        tuple(found),
    )


def no_service_linked_role(facts: Facts) -> Finding:
    roles = facts.snapshot.service_linked_roles
    found = []
    if roles is not None and not roles:
        found.append(Subject("account", "has none", "ansible-playbook cloudhsm.iam.service_linked_role", "account"))
    return Finding(
        "no_service_linked_role",
        "low",
        "CloudHSM's service-linked role is missing",
        "Without it CloudHSM can't write its logs, and the first cluster needs somebody who may make the role.",
        tuple(found),
    )


def empty_groups(facts: Facts) -> Finding:
    members = {group for person in facts.snapshot.users.values() for group in person.user.groups}
    # Groups that the variables name are kept for somebody.
    members |= facts.wanted_groups
    found = [
        Subject(name, "has no members", aws("delete-group", group_name=name) + " (its policies go first)", "group")
        for name in sorted(facts.snapshot.groups)
        if name not in members
    ]
    return Finding(
        "empty_groups",
        "info",
        "Groups without members",
        "They may be in wait for somebody, or be left over.",
        tuple(found),
    )


def drift(facts: Facts) -> Finding:
    playbooks = {"user": "provision_users", "group": "bootstrap"}
    words = {"missing": "is missing", "not_wanted": "is not wanted any more", "differs": "differs"}
    found = [
        Subject(
            entry["name"],
            words.get(entry["state"], "can't be made as it is wanted"),
            f"With the same variables: ansible-playbook cloudhsm.iam.{playbooks[entry['kind']]} --check --diff",
            entry["kind"],
        )
        for entry in facts.drift
    ]
    return Finding(
        "drift",
        "medium",
        "The account is not as the variables want it",
        "Somebody changed it by hand, or the variables were changed and not carried out.",
        tuple(found),
    )
