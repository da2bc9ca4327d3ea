# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Findings about an account, its groups and its policies. Pure."""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import (
    Facts,
    Finding,
    Subject,
    is_administrator,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.remedies import aws
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import (
    LOCK,
    PASSWORD_LENGTH,
    password_policy_problems,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import with_our_names
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of

ROOT_KEYS = "By hand, as the root user: Security credentials, Access keys, Delete"
# For a root user without a password, as whom nobody can sign in.
LOCK_ROOT = f"Remove them {LOCK}"
ROOT_MFA = "By hand, as the root user: Security credentials, Assign MFA device"


def root_access_keys(facts: Facts) -> Finding:
    return Finding(
        "root_access_keys",
        "critical",
        "The root user has access keys",
        "They can do everything, no policy limits them, and nothing shows who uses them.",
        _root(facts, "root_access_keys", "has access keys", ROOT_KEYS),
    )


def root_without_mfa(facts: Facts) -> Finding:
    return Finding(
        "root_without_mfa",
        "critical",
        "The root user has no MFA",
        "Anyone with the root password controls the account.",
        _root(facts, "root_without_mfa", "has no MFA device", ROOT_MFA),
    )


def _root(facts: Facts, problem: str, detail: str, run: str) -> tuple[Subject, ...]:
    root = facts.snapshot.root
    if not root or problem not in root.problems():
        return ()
    return (Subject("root user", detail, run if root.password else LOCK_ROOT, "root"),)


def wide_policies(facts: Facts) -> Finding:
    known = f"arn:{facts.snapshot.caller.partition}:iam::aws:policy/AdministratorAccess"
    found = [
        Subject(
            label,
            "allows every action on everything",
            "List only the needed actions, or attach the AWS managed policy AdministratorAccess instead",
            "policy",
        )
        for label, access in sorted(facts.policies.items())
        # Policies of temporary memberships have findings of their own.
        if is_administrator(access) and label != known and not membership_of(label)
    ]
    return Finding(
        "wide_policies",
        "high",
        "Policies that allow everything under another name",
        "A search for AdministratorAccess misses them.",
        tuple(found),
    )


def passed_by_keys(facts: Facts) -> Finding:
    found = [
        Subject(
            label,
            "its Deny uses Bool, which does not apply to access keys",
            "In the Deny statement, use BoolIfExists instead of Bool for aws:MultiFactorAuthPresent",
            "policy",
        )
        for label in facts.passed_by_keys
    ]
    return Finding(
        "mfa_passed_by_keys",
        "high",
        "MFA policies that access keys bypass",
        "Requests with an access key have no aws:MultiFactorAuthPresent, so a Deny with Bool does not apply to them.",
        tuple(found),
    )


def inline_policies(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            f"inline policy {policy}",
            aws("delete-user-policy", user_name=person.user.name, policy_name=policy),
            item=policy,
        )
        for person, _access in facts.people()
        for policy in sorted(person.inline)
    ]
    found += [
        Subject(
            name,
            f"inline policy {policy}",
            aws("delete-group-policy", group_name=name, policy_name=policy),
            "group",
            policy,
        )
        for name, group in sorted(facts.snapshot.groups.items())
        for policy in sorted(group.inline)
    ]
    return Finding(
        "inline_policies",
        "medium",
        "Inline policies",
        "They are not in the list of policies and have no versions. Create managed policies from them first.",
        tuple(found),
    )


def no_password_policy(facts: Facts) -> Finding:
    policy = facts.snapshot.password_policy
    own = with_our_names(policy) if policy else None
    details = {
        "no_password_policy": "has no password policy",
        "weak_password_policy": f"allows passwords of {own['min_pw_length']} characters" if own else "",
    }
    run = "ansible-playbook cloudhsm.iam.account_password_policy"
    problems = [] if policy is None else password_policy_problems(own)
    # A risk accepted for one length does not cover a shorter one.
    exactly = f"{own['min_pw_length']}-characters" if own else "none"
    found = [Subject("account", details[problem], run, "account", exactly) for problem in problems]
    return Finding(
        "weak_password_policy",
        "medium",
        "No password policy, or one that allows short passwords",
        f"Programs can guess passwords of fewer than {PASSWORD_LENGTH} characters.",
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
        "Without it, CloudHSM can't write its logs, and only someone who can create the role can create the first "
        "cluster.",
        tuple(found),
    )


def empty_groups(facts: Facts) -> Finding:
    members = {group for person in facts.snapshot.users.values() for group in person.user.groups}
    # Groups that the variables name are kept for future members.
    members |= facts.wanted_groups
    found = [
        Subject(
            name,
            "has no members",
            aws("delete-group", after=" (first detach and delete its policies)", group_name=name),
            "group",
        )
        for name in sorted(facts.snapshot.groups)
        if name not in members
    ]
    return Finding(
        "empty_groups",
        "info",
        "Groups without members",
        "They may be for future members, or no longer needed.",
        tuple(found),
    )


def drift(facts: Facts) -> Finding:
    words = {"missing": "is missing", "not_wanted": "is not in your variables", "differs": "differs"}
    found = [
        Subject(
            entry["name"],
            words.get(entry["state"], "can't be changed to match your variables"),
            f"With the same variables: ansible-playbook cloudhsm.iam.{playbook} --check --diff",
            entry["kind"],
            _digest(entry),
        )
        for playbook, entries in facts.drift.items()
        for entry in entries
    ]
    return Finding(
        "drift",
        "medium",
        "The account differs from your variables",
        "Someone changed the account by hand, or changed the variables without running the playbook.",
        tuple(found),
    )


def _digest(difference: Mapping[str, t.Any]) -> str:
    """Return a digest of what exactly differs: a risk accepted for one difference does not cover another."""
    exactly = json.dumps([difference["changes"], difference.get("problems")], sort_keys=True)
    return f"{difference['state']}-{hashlib.sha256(exactly.encode()).hexdigest()[:8]}"
