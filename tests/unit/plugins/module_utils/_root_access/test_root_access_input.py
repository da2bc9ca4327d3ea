# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the options of root_access, all at once and without AWS."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.input import parse
from ansible_collections.cloudhsm.iam.plugins.modules.root_access import ARGUMENT_SPEC

DEFAULTS = {name: spec.get("default") for name, spec in ARGUMENT_SPEC.items()}
ACCOUNT = "111122223333"
LOCK: dict[str, t.Any] = {"state": "locked", "organization_id": "o-exampleorgid", "accounts": [ACCOUNT]}
RECOVER: dict[str, t.Any] = {**LOCK, "state": "recoverable", "reason": "Billing"}


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, []),
        ({**LOCK}, []),
        ({**RECOVER}, []),
        ({"state": "enabled", "delegated_administrator": ACCOUNT}, []),
        # One file of variables may serve all states.
        ({**RECOVER, "state": "audited", "delegated_administrator": ACCOUNT}, []),
        ({"accounts": ["1111", ""]}, ["accounts[1]: is empty", "accounts[0]: '1111' is not an account ID"]),
        ({"accounts": [111122223333]}, ["accounts[0]: must be text, not a number"]),
        ({"exclude_accounts": ["x"]}, ["exclude_accounts[0]: 'x' is not an account ID"]),
        ({"organizational_units": [7]}, ["organizational_units[0]: must be text"]),
        ({"account_tags": {"a": "b\n"}}, ["account_tags"]),
        ({"accounts": [ACCOUNT], "exclude_accounts": [ACCOUNT]}, [f"exclude_accounts: {ACCOUNT} is in accounts too"]),
        ({"organization_id": "123456789012"}, ["organization_id: '123456789012' is not the ID of an organization"]),
        ({**LOCK, "accounts": []}, ["accounts: is empty; name accounts, organizational_units or account_tags, or set"]),
        ({**LOCK, "organization_id": ""}, ["organization_id: is missing; it confirms the removal of root credentials"]),
        ({**RECOVER, "organization_id": None}, ["organization_id: is missing; it confirms that the root user gets a"]),
        ({**RECOVER, "accounts": None}, ["accounts: must name one account, not 0"]),
        ({**RECOVER, "accounts": [ACCOUNT, "4" * 12]}, ["accounts: must name one account, not 2"]),
        ({**RECOVER, "all_accounts": True}, ["all_accounts: can't be used to allow password recovery"]),
        ({**RECOVER, "reason": " "}, ["reason: is missing; say why"]),
        ({**RECOVER, "reason": "a\nb"}, ["reason: must be one line of up to 256 characters"]),
        ({**RECOVER, "reason": "a" * 257}, ["reason: must be one line of up to 256 characters"]),
        ({"state": "enabled", "features": []}, ["features: is empty"]),
        ({"state": "enabled", "delegated_administrator": "me"}, ["delegated_administrator: 'me' is not an account ID"]),
        (
            {"state": "enabled", "features": ["RootSessions"], "delegated_administrator": ACCOUNT},
            ["features: a delegated administrator can't look at root users without RootCredentialsManagement"],
        ),
        ({"workers": 0, "max_removals": -1}, ["workers: must be from 1 to 16", "max_removals: must be at least 0"]),
        (
            {**LOCK, "accounts": ["x"], "organization_id": "", "workers": 17},
            ["accounts[0]: 'x' is not an account ID", "organization_id: is missing", "workers: must be from 1 to 16"],
        ),
    ],
)
def test_all_mistakes_are_told_at_once(given: dict[str, t.Any], problems: list[str]) -> None:
    _wanted, told = parse({**DEFAULTS, **given})
    assert [problem[: len(start)] for problem, start in zip(told, problems, strict=True)] == problems


def test_a_role_is_told_its_variables() -> None:
    _wanted, told = parse({**DEFAULTS, "state": "locked", "variables_prefix": "root_access_", "accounts": ["x"]})
    assert told[0].startswith("root_access_accounts[0]: 'x'")
    assert told[1].startswith("root_access_organization_id: is missing")
    assert "root_access_state=audited" in told[1]
