# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of iam_cloudhsm_role, and accounts as iam_account_info tells them."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.input import (
    SPEC,
    input_problems,
    read_options,
    with_defaults,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.plan import make_plan

Values = dict[str, t.Any]
NUMBER = "123456789012"
OTHER = "210987654321"
HERE = f"arn:aws:iam::{NUMBER}"
PREFIX = "cloudhsm_role_"


def options(**changes: t.Any) -> Values:
    """The options as the role cloudhsm_role gives them where its variables are left out, with these changes."""
    defaults = {name: option.get("default") for name, option in SPEC.items()}
    return {**defaults, "variables_prefix": PREFIX, **changes}


def option_problems(given: Values) -> list[str]:
    """What is wrong with the options, as far as it shows without the account."""
    read, problems = read_options(given)
    return problems or input_problems(with_defaults(read))


def account(**found: list[Values]) -> Values:
    """What iam_account_info tells of an account that holds these things."""
    kinds = ("roles", "policies", "instance_profiles", "oidc_providers")
    caller = f"arn:aws:sts::{NUMBER}:assumed-role/Ops/alice"
    here = {"account_id": NUMBER, "partition": "aws", "caller_arn": caller}
    return {"account": here, **{kind: found.get(kind, []) for kind in kinds}}


def plan(given: Values, found: Values | None = None, check_mode: bool = False) -> Plan:
    """The plan for options without a mistake."""
    assert option_problems(given) == []
    return make_plan(with_defaults(given), found or account(), check_mode)


def all_problems(given: Values, found: Values | None = None) -> list[str]:
    """What is wrong with the options, or else with what the account holds."""
    return option_problems(given) or list(make_plan(with_defaults(given), found or account()).problems)
