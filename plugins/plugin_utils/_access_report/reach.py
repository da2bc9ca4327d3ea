# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The report's sections on roles, access from outside, IAM Identity Center and SCPs, in Markdown and as CSV. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import paths, tables
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.text import (
    administrator,
    code,
    codes,
    rights,
    table,
)

# Kinds of principals from outside the account.
KINDS = {
    "account": "another AWS account",
    "anyone": "anyone with an AWS account",
    "oidc": "OpenID Connect provider",
    "saml": "SAML provider",
    "service": "AWS service",
    "unknown": "not known",
    "web_identity": "web identity provider",
}
GRADES = {
    "yes": "yes",
    "some": "some",
    "conditional": "under a condition",
    "mfa": "with MFA",
    "some_mfa": "some, with MFA",
    "conditional_mfa": "under a condition, with MFA",
}
Report = Mapping[str, t.Any]


def roles_markdown(report: Report) -> list[str]:
    """Return the roles that people or others can assume, those of services in one line, and outside principals."""
    roles = [role for role in report["roles"] if role["kind"] != "service"]
    services = [role["name"] for role in report["roles"] if role["kind"] == "service"]
    lines = ["## Roles", ""]
    if roles:
        heads = ["role", "users who can assume it", "roles", "others", "administrator", "CloudHSM"]
        lines += table(heads, [_role(role) for role in roles])
    else:
        lines += ["There are no roles that people can assume.", ""]
    if services:
        lines += [f"Roles for AWS services only: {codes(services, 20)}.", ""]
    if report["other_service_linked_roles"]:
        lines += [f"Service-linked roles: {codes(report['other_service_linked_roles'], 20)}.", ""]
    others = [one for one in report["outside_principals"] if one["kind"] != "service"]
    if others:
        rows = [[KINDS[one["kind"]], code(one["name"]), GRADES[one["answer"]], codes(one["roles"])] for one in others]
        lines += ["### Who can get in from outside", "", *table(["kind", "name", "can", "roles"], rows)]
    return lines


def center_markdown(report: Report) -> list[str]:
    """Return the account's permission sets and who has them."""
    found = report["identity_center"]
    lines = ["## IAM Identity Center", "", f"{code(found['note'])}.", ""]
    if found["external_providers"]:
        lines += [f"People come from an external identity provider: {codes(found['external_providers'])}.", ""]
    if found["permission_sets"]:
        rows = [
            [
                code(one["name"]),
                str(one["people"]),
                codes(one["groups"]),
                codes(one["users"]),
                code(one["role"] or "none"),
            ]
            for one in found["permission_sets"]
        ]
        lines += table(["permission set", "people", "groups", "users directly", "role"], rows)
    if found["users"]:
        rows = [
            [code(user["name"]), codes(sets_of(user)), administrator(user), rights(user), by(user)]
            for user in found["users"]
        ]
        lines += table(["user", "permission sets", "administrator", "CloudHSM", "by"], rows)
    return lines


def sets_of(user: Report) -> list[str]:
    """Return the names of a user's permission sets."""
    return [one["name"] for one in user["permission_sets"]]


def by(user: Report) -> str:
    """Return the best path to CloudHSM, and how many others exist."""
    words, more = paths.best(user["access_paths"])
    return f"{code(words)}{f' and {more} more' if more else ''}" if words else ""


def center_csv(report: Report) -> str:
    """Return a line for each user of the identity store who has permission sets in the account."""
    actions = [action["name"] for action in report["actions"]]
    account = report["account"]["account_id"]
    heads = ("account", "user", "external_providers", "permission_sets", "groups", "administrator")
    more = ("can_become_administrator", "access_paths")
    rows = (
        [
            account,
            user["name"],
            " ".join(user["external_providers"]),
            "; ".join(sets_of(user)),
            "; ".join(dict.fromkeys(group for one in user["permission_sets"] for group in one["groups"])),
            user["administrator"],
            user["can_become_administrator"],
            "; ".join(map(paths.whole, user["access_paths"])),
            *(user["cloudhsm"][action] for action in actions),
        ]
        for user in report["identity_center"]["users"]
    )
    return tables.csv_text([*heads, *more, *actions], rows)


def controls_markdown(report: Report) -> list[str]:
    """Return what service control policies take away."""
    found = report["service_control_policies"]
    lines = ["## Service control policies", "", f"{code(found['note'])}.", ""]
    if found["limited_actions"]:
        rows = [[code(action), GRADES.get(left, left)] for action, left in found["limited_actions"].items()]
        lines += table(["CloudHSM action", "what they leave"], rows)
    elif found["state"] == "read":
        lines += ["They take no CloudHSM action away.", ""]
    return lines


def _role(role: Report) -> list[str]:
    named = [one["name"] for one in role["assumed_by"]]
    others = [one["name"] for one in role["trusted"]]
    more = f"{role['users']}: " if len(named) > 1 else ""
    shown = codes(named[:6]) + (f" and {role['users'] - 6} more" if role["users"] > 6 else "")
    return [
        code(role["name"]),
        f"{more}{shown}" if named else "none",
        codes([one["name"] for one in role["roles"]]) or "none",
        codes(others) or "none",
        administrator(role),
        rights(role),
    ]


ROLE = (
    "account",
    "role",
    "arn",
    "kind",
    "permission_set",
    "users",
    "assumed_by",
    "assumed_by_roles",
    "trusted",
    "managed_policies",
    "inline_policies",
    "boundary",
    "administrator",
    "can_become_administrator",
)


def roles_csv(report: Report) -> str:
    """Return a line for each role, with a column for each of CloudHSM's actions."""
    actions = [action["name"] for action in report["actions"]]
    account = report["account"]["account_id"]
    return tables.csv_text([*ROLE, *actions], (_role_cells(account, role, actions) for role in report["roles"]))


def _role_cells(account: str, role: Report, actions: Sequence[str]) -> list[object]:
    return [
        account,
        role["name"],
        role["arn"],
        role["kind"],
        role["permission_set"],
        role["users"],
        "; ".join(f"{one['name']}: {one['answer']} ({' > '.join(one['chain'])})" for one in role["assumed_by"]),
        "; ".join(f"{one['name']}: {one['answer']}" for one in role["roles"]),
        "; ".join(f"{one['kind']} {one['name']}: {one['answer']}" for one in role["trusted"]),
        " ".join(role["managed_policies"]),
        " ".join(role["inline_policies"]),
        role["boundary"],
        role["administrator"],
        role["can_become_administrator"],
        *(role["cloudhsm"][action] for action in actions),
    ]
