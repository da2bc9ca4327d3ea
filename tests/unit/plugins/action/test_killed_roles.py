# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of cloudhsm_role that is killed at any write is finished by the next, and a deletion then leaves nothing."""

from __future__ import annotations

import typing as t

import pytest
from helpers.accounts.everything import ACCOUNT
from helpers.accounts.holdings import holdings
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import account
from helpers.moto.kills import KilledError, killed_at
from moto.iam.models import iam_backends

KINDS: dict[str, dict[str, t.Any]] = {
    "ec2": {"cloudhsm_role_name": "HsmHost", "cloudhsm_role_trust": "ec2", "cloudhsm_role_access": "client"},
    "account": {
        "cloudhsm_role_name": "HsmAuditor",
        "cloudhsm_role_trust": "account",
        "cloudhsm_role_access": "read_only",
        "cloudhsm_role_trusted_accounts": ["210987654321"],
        "cloudhsm_role_external_id": "ticket-4711",
    },
    "oidc": {
        "cloudhsm_role_name": "Workflow",
        "cloudhsm_role_trust": "oidc",
        "cloudhsm_role_access": "admin",
        "cloudhsm_role_oidc_issuer": "github",
        "cloudhsm_role_oidc_subjects": ["repo:octo-org/hsm:*"],
    },
}
GONE = {"cloudhsm_role_state": "absent", "cloudhsm_role_oidc_provider_state": "absent"}


def run(variables: dict[str, t.Any]) -> Result:
    done = run_action("iam_cloudhsm_role", {"variables_prefix": "cloudhsm_role_"}, variables)
    assert not done.get("failed"), done["msg"]
    return done


def run_and_kill(variables: dict[str, t.Any], number: int, after: bool) -> None:
    with killed_at(number, after=after), pytest.raises(KilledError):
        run(variables)


def held() -> tuple[t.Any, ...]:
    iam = iam_backends[ACCOUNT]["aws"]
    return holdings({}), sorted(iam.instance_profiles), sorted(iam.open_id_providers)


def writes_of(variables: dict[str, t.Any], before: dict[str, t.Any] | None = None) -> int:
    with account() as aws, actions():
        if before:
            run(before)
        aws.calls.clear()
        run(variables)
        return len(aws.writes)


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_next_run_finishes_what_a_killed_one_left(kind: str, after: bool) -> None:
    variables = KINDS[kind]
    gone = {**variables, **(GONE if kind == "oidc" else {"cloudhsm_role_state": "absent"})}
    number_of = writes_of(variables), writes_of(gone, before=variables)
    with account(), actions():
        nothing = held()
        run(variables)
        whole = held()
    # After its last write there is nothing left of a run to be killed.
    for number in range(1, number_of[0] + (not after)):
        with account() as aws, actions():
            run_and_kill(variables, number, after)
            run(variables)
            assert held() == whole, number
            aws.calls.clear()
            assert not run(variables)["changed"]
            assert aws.writes == []
    for number in range(1, number_of[1] + (not after)):
        with account(), actions():
            run(variables)
            run_and_kill(gone, number, after)
            run(gone)
            assert held() == nothing, number
