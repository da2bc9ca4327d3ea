# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What iam_account_guard refuses, binds and says, with a module that is scripted here."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.action.iam_account_guard import ActionModule

ACCOUNT = "1" * 12
OTHER = "2" * 12
USER = f"arn:aws:iam::{ACCOUNT}:user/me"
THIS = f"This is account {ACCOUNT} (prod), called as {USER}"
ROLE = f"arn:aws:iam::{OTHER}:role/Admin"
FINDING = {"id": "root_without_mfa", "text": "The root user has no MFA device; register one."}
Run = t.Callable[..., dict[str, t.Any]]


class Scripted:
    """The module that looks the account up, and what it was asked."""

    def __init__(self, is_root: bool = False, findings: t.Sequence[t.Any] = (), **answer: t.Any) -> None:
        self.asked: dict[str, t.Any] = {}
        caller = f"arn:aws:iam::{ACCOUNT}:root" if is_root else USER
        account: dict[str, t.Any] = {
            "account_id": ACCOUNT,
            "account_alias": "prod",
            "partition": "aws",
            "caller_arn": caller,
        }
        account |= {"is_root": is_root, "sign_in_url": "https://prod.example.com"}
        self.answer = {"account": account, "findings": list(findings), **answer}

    def __call__(self, _module: object, args: dict[str, t.Any], _variables: object) -> dict[str, t.Any]:
        self.asked = args
        return self.answer


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The result of the action, in a play with these variables."""

    def run_it(module: Scripted | None = None, **variables: t.Any) -> dict[str, t.Any]:
        monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
        task = SimpleNamespace(args={}, check_mode=False, diff=False)
        templar = SimpleNamespace(template=lambda value: value)
        action = ActionModule(task, None, None, None, templar, None)
        monkeypatch.setattr(action, "run_module", module or Scripted())
        return action.run(None, {"__account_guard_required": True, **variables})

    return run_it


def test_what_follows_is_bound_to_the_account_and_to_the_session(run: Run) -> None:
    result = run()
    assert result["bound"] == {"account_id": ACCOUNT, "session": "", "root_user": None}
    assert result["lines"] == [THIS]
    assert result["account_guard"] == {
        "account_id": ACCOUNT,
        "account_alias": "prod",
        "partition": "aws",
        "caller_arn": USER,
        "is_root": False,
        "findings": [],
    }
    arn = f"arn:aws:iam::{ACCOUNT}:role/Admin"
    assert run(__account_session={"role_arn": arn, "expires": 1})["bound"]["session"] == arn


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        # The list is judged here, the account that the host stands for by the module.
        ({"account_guard_account_ids": [OTHER]}, None),
        ({"account_id": OTHER}, [OTHER]),
        ({"__account_session": {"role_arn": ROLE, "expires": 1}}, [OTHER]),
    ],
)
def test_it_looks_at_no_other_account_than_the_hosts(run: Run, variables: dict[str, t.Any], expected: t.Any) -> None:
    module = Scripted()
    run(module, **variables)
    assert module.asked.get("expected_account_ids") == expected
    assert module.asked["summary"] is module.asked["password_policy"] is True


@pytest.mark.parametrize("given", [ACCOUNT, int(ACCOUNT), f"{OTHER}, {ACCOUNT}", [int(OTHER), ACCOUNT]])
def test_one_of_the_list_is_let_through_however_it_is_written(run: Run, given: t.Any) -> None:
    assert "failed" not in run(account_guard_account_ids=given)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"account_guard_account_ids": []}, ["account_guard_account_ids: lists no account, so none is allowed"]),
        ({"account_guard_account_ids": None}, ["account_guard_account_ids: lists no account, so none is allowed"]),
        ({"account_guard_account_ids": ""}, ["account_guard_account_ids: lists no account, so none is allowed"]),
        (
            {"account_guard_account_ids": [83, OTHER]},
            [
                "account_guard_account_ids: 83: an account ID has 12 digits; put it in quotes",
                f"{THIS}, and not one of account_guard_account_ids (83, {OTHER})",
            ],
        ),
        ({"account_guard_account_ids": f"{ACCOUNT},"}, ["account_guard_account_ids: line 1: ends with a comma"]),
        ({"account_guard_account_ids": [OTHER] * 7}, [f"{', '.join([OTHER] * 5)} and 2 more); check AWS_PROFILE"]),
        (
            {"account_guard_account_ids": [ACCOUNT], "__account_guard_given": {"account_ids": [OTHER]}},
            [f"{THIS}, and not {OTHER}; check"],
        ),
        (
            {"__account_guard_given": {"account_ids": []}},
            ["__account_guard_given.account_ids: lists no account, so none is allowed"],
        ),
        ({"account_guard_root_findings": "never"}, ["account_guard_root_findings: must be one of"]),
    ],
)
def test_everything_that_is_wrong_is_refused_and_nothing_is_bound(
    run: Run, variables: dict[str, t.Any], words: list[str]
) -> None:
    result = run(**variables)
    assert result["failed"]
    assert "bound" not in result
    assert [word for word in words if word not in result["msg"]] == []
    assert len(result["problems"]) == len(words)


def test_the_root_user_is_refused_unless_it_is_allowed(run: Run) -> None:
    refused = run(Scripted(is_root=True))
    assert refused["msg"].startswith(f"The caller is the root user of account {ACCOUNT} (prod), whose rights no policy")
    assert refused["account_guard"]["is_root"] is True
    allowed = run(Scripted(is_root=True), account_guard_allow_root=True)
    assert "1. Sign in at https://prod.example.com as the administrator" in allowed["lines"][2]
    assert len(allowed["lines"]) == 5


@pytest.mark.parametrize(
    ("how", "lines", "problems"),
    [("warn", [f"WARNING, account {ACCOUNT} (prod): {FINDING['text']}"], []), ("ignore", [], [])],
)
def test_findings_are_said_or_not(run: Run, how: str, lines: list[str], problems: list[str]) -> None:
    module = Scripted(findings=[FINDING] if how != "ignore" else [])
    result = run(module, account_guard_root_findings=how)
    assert result["lines"][1:] == lines
    assert result.get("problems", []) == problems
    assert module.asked["summary"] is (how != "ignore")


def test_findings_are_a_reason_to_stop_where_the_play_says_so(run: Run) -> None:
    result = run(Scripted(findings=[FINDING]), account_guard_root_findings="fail")
    assert result["msg"] == f"{FINDING['text']} To go on all the same, set account_guard_root_findings: warn"


def test_a_look_that_fails_is_a_refusal(run: Run) -> None:
    assert run(Scripted(failed=True, msg="no credentials"))["msg"] == "no credentials"


def test_a_misspelt_variable_is_no_missing_one(run: Run) -> None:
    with pytest.raises(AnsibleActionFail, match="did you mean account_guard_account_ids"):
        run(account_guard_account_id=[OTHER])
