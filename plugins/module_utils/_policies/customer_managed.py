# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans iam_customer_managed_policy from its options and the state of the account."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.outcome import change, outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import read_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.grammar import policy_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import Expected, adoption_problem, named
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import Policy, policy_arn, policy_step

SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "document": {"type": "raw", "required": True},
    "description": {"type": "str", "default": ""},
    "creation_tags": {"type": "dict", "default": {MANAGED: OWNED}},
    "adopt": {"type": "bool", "default": False},
    "account": {"type": "dict"},
    "variables_prefix": {"type": "str", "default": ""},
}

Options = Mapping[str, t.Any]


def read_options(given: Options) -> tuple[dict[str, t.Any], list[str]]:
    """The options, with the document as a dictionary, and all problems with them."""
    options, prefix = dict(given), str(given.get("variables_prefix") or "")
    name, field = given.get("name"), called("document", prefix)
    problems: list[str] = []
    if isinstance(name, str):
        problem = limits.name_problem(name, limits.POLICY_NAME_LENGTH)
        problems += [f"{called('name', prefix)}: {problem}"] if problem else []
    if given.get("document") is not None:
        options["document"], wrong = read_policy(given["document"])
        problems += [f"{field}: {problem}" for problem in wrong or policy_problems(options["document"])]
    problems += tag_problems(given.get("creation_tags"), called("creation_tags", prefix))
    return options, problems


def asked(options: Options) -> dict[str, t.Any]:
    """What to look up with iam_account_info."""
    return {"policies": [options["name"]]}


def make_plan(options: Options, found: Mapping[str, t.Any], check_mode: bool = False) -> Plan:
    """The plan. found is the result of iam_account_info for the account and the policy."""
    account, before = found["account"], named(options["name"], found["policies"])
    problem = adoption_problem(_expected(options), before)
    if problem:
        return Plan(problems=[problem])
    policy = Policy(
        options["name"], options["description"], options["document"], creation_tags=options["creation_tags"]
    )
    step = policy_step(policy, before)
    name = before.get("name", options["name"])
    result = {
        "name": name,
        "arn": policy_arn(policy, before, account["partition"], account["account_id"]),
        "created": not before,
        "changed": step is not None,
    }
    lines = [outcome([change(step, "policy")] if step else [], account["account_id"], check_mode)]
    return Plan([step] if step else [], told={"policy": result, "lines": lines})


def _expected(options: Options) -> Expected:
    """Which existing policy counts as ours. Anyone who can create policies at some path may have taken the name."""
    prefix = options["variables_prefix"]
    return Expected(
        options["name"],
        name_option=called("name", prefix),
        adopt_option=called("adopt", prefix),
        creation_tags=options["creation_tags"],
        adopt=options["adopt"],
    )
