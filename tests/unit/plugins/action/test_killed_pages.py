# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bootstrap that is killed at any write is finished by the next, and a teardown then leaves nothing of it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from helpers.accounts.everything import ACCOUNT
from helpers.accounts.holdings import holdings
from helpers.modules.in_process import actions, run_action
from helpers.moto.in_process import account
from helpers.moto.kills import KilledError, killed_at

BOOTSTRAP = "iam_administration"


def variables_in(folder: Path) -> dict[str, t.Any]:
    return {
        "bootstrap_cloudhsm_administrators": ["alice"],
        "bootstrap_credentials_path": str(folder / "store" / "first.yml"),
        "bootstrap_teardown_confirm": ACCOUNT,
        "admin_group_require_mfa": True,
        "user_provisioning_onboarding": "two_phase",
        "user_provisioning_workers": 1,
    }


def writes_of(folder: Path) -> int:
    with account() as aws, actions():
        assert not run_action(BOOTSTRAP, {}, variables_in(folder)).get("failed")
        return len(aws.writes)


def test_a_teardown_leaves_nothing_of_a_bootstrap_that_was_killed_and_finished(tmp_path: Path) -> None:
    left = {}
    for number in range(writes_of(tmp_path / "whole")):
        with account(), actions():
            before = holdings({})
            variables = variables_in(tmp_path / str(number))
            with killed_at(number + 1, after=False), pytest.raises(KilledError):
                run_action(BOOTSTRAP, {}, variables)
            finished = run_action(BOOTSTRAP, {}, variables)
            assert not finished.get("failed"), (number, finished["msg"])
            gone = run_action(BOOTSTRAP, {"state": "absent"}, variables)
            assert not gone.get("failed"), (number, gone["msg"])
            if holdings({}) != before:
                left[number] = holdings({})
    assert left == {}
