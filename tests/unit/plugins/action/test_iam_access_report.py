# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What iam_access_report takes from the variables of the roles, with a module that notes what it is given."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.action.iam_access_report import ActionModule
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import parse_risks
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from helpers.accounts import samples

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
    assert (admin["managed_policies"], admin["members"]) == ([":iam::aws:policy/AdministratorAccess"], ["boss"])
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


SOON = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(30)).date()
RISK = {
    "finding": "not_signed_in",
    "subjects": ["user/frank"],
    "reason": "on leave",
    "expires": str(SOON),
    "accepted_by": "Security team",
}


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Gives the result of iam_access_report for variables, with the sample team as the account."""
    monkeypatch.chdir(tmp_path)

    def module(_module: object, args: dict[str, t.Any], _variables: object) -> dict[str, t.Any]:
        risks, problems = parse_risks(args["accepted_risks"], datetime.datetime.now(datetime.UTC).date())
        assert problems == []
        return {"changed": False, "report": make_report(samples.team(), Wanted(accepted=risks), samples.NOW)}

    def run_it(check_mode: bool = False, **variables: t.Any) -> t.Any:
        monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
        task = SimpleNamespace(args={"role_variables": True}, check_mode=check_mode, _role=None)
        action = ActionModule(task, None, None, None, SimpleNamespace(template=lambda value: value), None)
        monkeypatch.setattr(action, "run_module", module)
        given = {"folder": "reports", "formats": ["json", "md"], **variables}
        return action.run(None, {f"access_report_{name}": value for name, value in given.items()})

    return run_it


JSON = f"reports/access-report-{samples.ACCOUNT}.json"


def test_findings_fail_when_everything_is_written(audit: Run) -> None:
    made = audit(fail_on="critical")
    told = f"Account {samples.ACCOUNT} has findings of severity critical or above: 3 critical"
    assert (made["failed"], made["msg"], made["failing"]) == (True, told, told)
    assert made["facts"]["access_report_result"]["summary"]["findings"]["critical"] == 3
    assert Path(JSON).is_file()
    assert audit()["failing"] is None
    assert "failed" not in audit()


def test_what_is_accepted_does_not_fail(audit: Run) -> None:
    mfa = {**RISK, "finding": "administrator_without_mfa", "subjects": ["user/erin", "user/grace"]}
    root = {**RISK, "finding": "root_access_keys", "subjects": ["root"]}
    Path("risks.yml").write_text(json.dumps([root]))
    made = audit(fail_on="critical", accepted_risks=[mfa], accepted_risks_file="risks.yml")
    assert made["failing"] is None
    assert [risk["state"] for risk in made["accepted_risks"]] == ["active", "active"]
    assert made["summary"]["accepted"]["critical"] == 3


def test_the_folder_of_reports_has_the_earlier_one(audit: Run) -> None:
    first = audit(previous="reports")
    assert "No earlier report: reports has none of this account" in first["lines"]
    assert first["difference"] is None
    second = audit(previous="reports", accepted_risks=[RISK])
    assert [one["id"] for one in second["difference"]["findings"]["accepted"]] == ["user/frank"]
    assert json.loads(Path(JSON).read_text())["difference"]["findings"]["accepted"][0]["id"] == "user/frank"
    third = audit(previous="reports", accepted_risks=[RISK])
    assert third["difference"]["counts"] == dict.fromkeys(("new", "gone", "accepted", "no_longer_accepted", "users"), 0)
    assert audit(previous="reports", accepted_risks=[RISK])["changed"] is False


def test_check_mode_compares_and_writes_nothing(audit: Run) -> None:
    audit()
    before = Path(JSON).read_text()
    made = audit(check_mode=True, previous="reports", accepted_risks=[RISK], fail_on="high")
    assert made["failed"]
    assert made["changed"]
    assert len(made["difference"]["findings"]["accepted"]) == 1
    assert Path(JSON).read_text() == before


def test_an_earlier_report_of_another_account_is_refused_and_nothing_is_written(audit: Run) -> None:
    audit()
    other = json.loads(Path(JSON).read_text())
    other["account"]["account_id"] = "210987654321"
    Path("other.json").write_text(json.dumps(other))
    Path(JSON).unlink()
    made = audit(previous="other.json")
    assert made["problems"] == [
        "access_report_previous: other.json can't be compared: it is a report of the account 210987654321, and this is "
        f"the account {samples.ACCOUNT}"
    ]
    assert not Path(JSON).exists()


def test_mistakes_of_all_variables_are_told_before_the_account_is_read(run: Run) -> None:
    failed = run(
        access_report_accepted_risks=[{**RISK, "finding": "not_signd_in"}],
        access_report_accepted_risks_file="missing.yml",
        access_report_previous="missing.json",
        access_report_max_key_age="old",
    )
    told = "\n".join(failed["problems"])
    assert "access_report_accepted_risks[0] (not_signd_in): finding: the report has no finding 'not_signd_in'" in told
    assert "did you mean not_signed_in?" in told
    assert "access_report_accepted_risks_file: missing.yml: it can't be read" in told
    assert "access_report_previous: missing.json can't be compared" in told
    assert "access_report_max_key_age" in told
