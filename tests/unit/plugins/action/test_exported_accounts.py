# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An export is what the account has: runs with it change nothing, and an export of the result is the same file.

The file is read as Ansible reads it, and every value in it is templated as Ansible would.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import credentials
from helpers.accounts.everything import ACCOUNT
from helpers.accounts.lived_in import LivedIn, accounts
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account
from hypothesis import HealthCheck, Phase, given, seed, settings

# 300 examples in all, in parts that can run side by side.
PARTS = 4
EXAMPLES = 75
# What the roles do with the variables, by the names of their actions.
RUNS: dict[str, dict[str, t.Any]] = {
    "iam_group_provisioning": {},
    "iam_user_provisioning": {},
    "iam_service_linked_role": {"variables_prefix": "service_linked_role_", "service_name": "cloudhsm.amazonaws.com"},
    "iam_account_password_policy": {"variables_prefix": "account_password_policy_"},
}


def export(folder: Path, **options: t.Any) -> Result:
    return run_action("iam_account_export", {"folder": str(folder), **options}, {})


def variables_of(folder: Path) -> dict[str, t.Any]:
    """The variables as a play has them that is given the file with -e."""
    loader = DataLoader()
    loaded = loader.load_from_file(str(folder / f"account-{ACCOUNT}.yml"), cache="none", trusted_as_template=True)
    templated: dict[str, t.Any] = Templar(loader=loader, variables={}).template(loaded)
    return templated


def changes_nothing(aws: Account, variables: dict[str, t.Any]) -> None:
    """Runs of all roles with the variables change nothing, and make no call that could."""
    aws.calls.clear()
    for name, options in RUNS.items():
        prefix = options.get("variables_prefix")
        if prefix and not any(variable.startswith(prefix) for variable in variables):
            continue
        done = run_action(name, options, variables)
        assert not done.get("failed"), (name, done["msg"])
        assert not done["changed"], (name, done.get("lines", done))
    assert aws.writes == []


def holds(lived_in: LivedIn, folder: Path, part: int) -> None:
    # Half of the accounts are large ones: others than the report's counts are then read live.
    options = {"live_limit": 100 if part < PARTS // 2 else 0}
    with account() as aws, actions(), pytest.MonkeyPatch.context() as patch:
        # moto's credential report is there as soon as it is asked for again.
        patch.setattr(credentials, "PAUSE", 0.01)
        lived_in.make()
        aws.calls.clear()
        first = export(folder, **options)
        assert not first.get("failed"), first
        assert set(aws.writes) <= {"GenerateCredentialReport"}
        assert first["not_read"] == []
        changes_nothing(aws, variables_of(folder))
        if part == 0:
            second = export(folder, **options)
            assert not second["changed"], second["diff"]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_run_with_an_export_changes_nothing(part: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    @seed(part)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(accounts())
    def check(lived_in: LivedIn) -> None:
        holds(lived_in, tmp_path_factory.mktemp("exports"), part)

    check()
