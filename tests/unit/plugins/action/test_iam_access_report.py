# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What iam_access_report takes from the variables of the roles, with a module that notes what it is given."""

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.action.iam_access_report import ActionModule

Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Gives the options of iam_access_report_info, or the failure, for options of the task and variables."""

    def run_it(args: t.Any = None, answer: t.Any = None, **variables: t.Any) -> t.Any:
        given: dict[str, t.Any] = {}

        def module(_module: object, args: dict[str, t.Any], _variables: object) -> dict[str, t.Any]:
            given.update(args)
            return answer or {}

        monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
        options = {"role_variables": True, "folder": str(tmp_path), **(args or {})}
        task = SimpleNamespace(args=options, check_mode=False, _role=None)
        templar = SimpleNamespace(template=lambda value: value)
        action = ActionModule(task, None, None, None, templar, None)
        monkeypatch.setattr(action, "run_module", module)
        result = action.run(None, variables)
        return result if result.get("failed") else given

    return run_it


def test_nothing_is_expected_where_no_variable_says_so(run: Run) -> None:
    given = run()
    assert (given["expected_users"], given["expected_bootstrap_users"], given["expected_groups"]) == ([], [], [])
    assert (given["max_key_age"], given["live_limit"]) == (90, 100)


def test_what_bootstrap_makes_is_expected(run: Run) -> None:
    given = run(
        bootstrap_cloudhsm_administrators="alice, bob",
        bootstrap_administrator_password="not for the report",
        cloudhsm_group_policy_name="HSM",
        cloudhsm_group_require_mfa=True,
        cloudhsm_group_require_mfa_policy_name="WithMFA",
        admin_group_members=["boss"],
        user_provisioning_onboarding="two_phase",
        user_provisioning_purge_groups=True,
    )
    assert [user["name"] for user in given["expected_bootstrap_users"]] == ["Administrator", "alice", "bob"]
    assert not any("password" in user for user in given["expected_bootstrap_users"])
    admin, cloudhsm, onboarding = given["expected_groups"]
    assert (admin["managed_policies"], admin["members"]) == (["AdministratorAccess"], ["boss"])
    assert (cloudhsm["managed_policies"], cloudhsm["require_mfa"]) == (["HSM"], True)
    assert cloudhsm["require_mfa_policy_name"] == "WithMFA"
    assert onboarding["name"] == given["onboarding_group"] == "CloudHSMIamOnboarding"
    assert given["purge_groups"] is True


def test_what_is_torn_down_is_not_expected(run: Run) -> None:
    given = run(bootstrap_state="absent", bootstrap_cloudhsm_administrators=["alice"])
    assert (given["expected_bootstrap_users"], given["expected_groups"]) == ([], [])


def test_the_reports_own_variables_and_options_come_first(run: Run) -> None:
    variables: dict[str, t.Any] = {
        "access_report_expected_users": [{"name": "zoe"}],
        "access_report_max_key_age": 30,
        "access_report_max_unused": "",
        "bootstrap_users": [{"name": "carol"}],
    }
    given = run({"max_key_age": 60}, **variables)
    assert [user["name"] for user in given["expected_users"]] == ["zoe"]
    assert given["expected_bootstrap_users"] == []
    assert (given["max_key_age"], given["max_unused"]) == (60, 90)


def test_wrong_variables_are_named_before_the_account_is_read(run: Run) -> None:
    failed = run(bootstrap_cloudhsm_administrators="alice,, bob", access_report_max_key_age="old")
    assert failed["problems"][0].startswith("bootstrap_cloudhsm_administrators: ")
    assert any("access_report_max_key_age" in problem for problem in failed["problems"])


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("expected_bootstrap_users[1] (a b): name", "bootstrap_cloudhsm_administrators[0] (a b): name"),
        ("expected_users[0] (x): groups", "user_provisioning_users[0] (x): groups"),
        ("max_unused: must be at least 1", "access_report_max_unused: must be at least 1"),
    ],
)
def test_what_is_wrong_with_a_user_is_told_by_the_variable(run: Run, problem: str, told: str) -> None:
    refusal = {"failed": True, "msg": problem, "problems": [problem]}
    variables = {"bootstrap_cloudhsm_administrators": ["a b"], "user_provisioning_users": [{"name": "x"}]}
    failed = run(answer=refusal, **variables)
    assert (failed["problems"], failed["msg"]) == ([told], told)


def test_accounts_are_results_by_host(run: Run) -> None:
    assert run({"accounts": [1]})["problems"] == ["accounts: must be a dictionary with the result of each host"]
