# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans iam_group_with_policies: a group with its policies."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.input import (
    Policies,
    foreign_problems,
    mfa_attached,
    missing_policy_problems,
    removable,
    requires_mfa,
    wanted_group,
    wanted_policies,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.members import leaving, leaving_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.plan import (
    Group,
    group_step,
    member_problems,
    removal_problems,
    removal_steps,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import named
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import policy_step

Options = Mapping[str, t.Any]
Found = Mapping[str, t.Any]


def plan_group_with_policies(options: Options, found: Found, leavers: list[Mapping[str, t.Any]]) -> Plan:
    """The plan. found is the result of iam_account_info for input.asked, and leavers the members who leave."""
    problems = _leaving_problems(options, found, leavers)
    if problems:
        return Plan(problems=problems)
    return _removal(options, found) if options["state"] == "absent" else _making(options, found)


def _leaving_problems(options: Options, found: Found, leavers: list[Mapping[str, t.Any]]) -> list[str]:
    """Why members can't leave the group."""
    going = leaving(options, named(options["name"], found["groups"]))
    return leaving_problems(options, going, leavers, found["account"]["caller_user_name"]) if going else []


def _removal(options: Options, found: Found) -> Plan:
    group = named(options["name"], found["groups"])
    policy, kept = removable(options, found)
    caller = found["account"]["caller_user_name"] if options["keep_callers_group"] else None
    prefix, path = options["variables_prefix"], options["path"]
    problems = removal_problems(options["name"], group, policy, caller, prefix, path=path)
    return Plan(removal_steps(group, policy), problems, [kept] if kept else [])


def _making(options: Options, found: Found) -> Plan:
    problems = member_problems(options["members"], options["exclusive"], found["users"], options["variables_prefix"])
    policies, wrong = wanted_policies(options, found["account"])
    group = wanted_group(options, found, policies)
    problems += missing_policy_problems(options, found)
    problems += [*wrong, *foreign_problems(options, found, policies, group)]
    before = named(options["name"], found["groups"])
    steps = [policy_step(policy, named(policy.name, found["policies"])) for policy in policies.all]
    steps.append(group_step(group, before))
    return Plan([step for step in steps if step], problems, told=_told(options, found, policies, group))


def _told(options: Options, found: Found, policies: Policies, group: Group) -> dict[str, t.Any]:
    before = named(options["name"], found["groups"])
    mfa = mfa_attached(options, before)
    return {
        "created": not before,
        "aws_managed_policies": options["aws_managed_policies"],
        "policy_name": next((named(p.name, found["policies"]).get("name", p.name) for p in policies.own), None),
        "require_mfa": requires_mfa(options, before),
        # The group's other policies, which stay unless purge_policies is set.
        "other_policies": [arn for arn in before.get("managed_policies", []) if arn not in (*group.attach, *mfa)],
    }
