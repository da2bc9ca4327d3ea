# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What the report compares an account with, from the variables of bootstrap and user_provisioning. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.drift import AWS_MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import Page

Options = dict[str, t.Any]

# Options of the report for which user_provisioning has variables of the same name, after the role's prefix.
_PROVISIONING = (
    "allow_password_change",
    "purge_users",
    "purge_groups",
    "purge_tags",
    "purge_policies",
    "managed_by_tag",
)


def expected(page: Page, variables: Mapping[str, t.Any], *, bootstrapped: bool) -> Options:
    """Return the options of iam_access_report_info that say what is expected.

    variables include those of user_provisioning, typed. bootstrapped: bootstrap sets up the account.
    """
    prefix = "user_provisioning_"
    options = {name: variables[prefix + name] for name in _PROVISIONING if variables.get(prefix + name) is not None}
    if variables[f"{prefix}onboarding"] == "two_phase":
        options["onboarding_group"] = page.onboarding_group_name
    return {
        **options,
        "expected_users": variables[f"{prefix}users"],
        "expected_bootstrap_users": page.users["users"] if bootstrapped else [],
        "expected_groups": _groups(page) if bootstrapped else [],
    }


def _groups(page: Page) -> list[Options]:
    admin, cloudhsm, onboarding = page.admin_group, page.cloudhsm_group, page.onboarding_group
    aws = [f"{AWS_MANAGED}{name}" for name in admin["aws_managed_policies"]]
    return [
        {**_group(admin), "managed_policies": aws, "members": admin.get("members") or []},
        {**_group(cloudhsm), "managed_policies": [cloudhsm["policy"]["name"]]},
        *([{"name": onboarding["name"], "managed_policies": [onboarding["policy"]["name"]]}] if onboarding else []),
    ]


def _group(group: Options) -> Options:
    return {name: group.get(name) for name in ("name", "require_mfa", "require_mfa_policy_name")}


def in_variables(problem: str, labels: Mapping[str, list[str]], prefix: str) -> str:
    """Return a problem in terms of the variables. labels name each item as the variables do, by option.

    An option that has no labels gets the role's prefix. Without any labels, the options are not a role's.
    """
    for option, written in labels.items():
        for place, label in enumerate(written):
            if problem.startswith(f"{option}[{place}]"):
                return label + problem.removeprefix(f"{option}[{place}]")
    option = problem.split(":", maxsplit=1)[0]
    return f"{prefix}{problem}" if labels and option.isidentifier() else problem
