# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that a task of a role leaves out are those of the role's variables."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import options_of_role

SPEC = ("groups", "state")
OF_ROLE = {"variables_prefix": "role_"}


@pytest.mark.parametrize(
    ("given", "variables", "options"),
    [
        ({}, {"role_state": "absent"}, {}),
        (OF_ROLE, {"role_state": "absent", "state": "present"}, {**OF_ROLE, "state": "absent"}),
        (OF_ROLE, {"role_state": None, "role_other": 1}, OF_ROLE),
        ({**OF_ROLE, "state": "present"}, {"role_state": "absent"}, {**OF_ROLE, "state": "present"}),
        # module_defaults give every task the session's region.
        ({**OF_ROLE, "region": "eu-west-1"}, {}, {**OF_ROLE, "region": "eu-west-1"}),
        ({**OF_ROLE, "region": "eu-west-1"}, {"role_region": "us-east-1"}, {**OF_ROLE, "region": "us-east-1"}),
        ({**OF_ROLE, "region": "eu-west-1"}, {"role_region": None}, {**OF_ROLE, "region": "eu-west-1"}),
    ],
)
def test_a_variable_counts_where_the_task_says_nothing(
    given: dict[str, t.Any], variables: dict[str, t.Any], options: dict[str, t.Any]
) -> None:
    assert options_of_role(given, SPEC, variables, lambda value: value) == options
