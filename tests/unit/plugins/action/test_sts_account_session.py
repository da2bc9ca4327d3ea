# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose credentials sts_account_session gives to the tasks that follow, with modules that are scripted here."""

from __future__ import annotations

import time
import typing as t
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.action.sts_account_session import ActionModule

MANAGEMENT = "1" * 12
MEMBER = "2" * 12
ROLE = f"arn:aws:iam::{MEMBER}:role/Admin"
KEYS = {"access_key": "ASIA", "secret_key": "secret", "session_token": "token"}
NOW = 1_800_000_000
Variables = dict[str, t.Any]


class Scripted:
    """The modules that assume a role and look the account up, and what they were asked."""

    def __init__(self, **answers: dict[str, t.Any]) -> None:
        own: Variables = {"account": {"account_id": MANAGEMENT}}
        begun: Variables = {"credentials": KEYS, "expires": NOW + 3600}
        self.answers = {"sts_session": begun, "iam_account_info": own, **answers}
        self.asked: list[tuple[str, Variables]] = []

    def __call__(self, module: t.Any, args: Variables, _variables: object) -> Variables:
        name = module.name.removeprefix("cloudhsm.iam.")
        self.asked.append((name, args))
        return self.answers[name]


def session_of(modules: Scripted, monkeypatch: pytest.MonkeyPatch, args: t.Any = None, **variables: t.Any) -> Variables:
    monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
    monkeypatch.setattr(time, "time", lambda: NOW)
    task = SimpleNamespace(args=args or {}, check_mode=False, diff=False)
    templar = SimpleNamespace(template=lambda value: value)
    action = ActionModule(task, None, None, None, templar, None)
    monkeypatch.setattr(action, "run_module", modules)
    return action.run(None, {"__account_guard_required": True, **variables})


@pytest.fixture
def modules() -> Scripted:
    return Scripted()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"role_arn": "Admin"}, "role_arn: must be the ARN of a role"),
        ({"role_arn": f"{ROLE} "}, "role_arn: must be the ARN of a role"),
        ({"role_arn": ROLE.replace(":role/", ":user/")}, "role_arn: must be the ARN of a role"),
        ({"name": "a b"}, "name: must be 2 to 64 of"),
        ({"name": "x"}, "name: must be 2 to 64 of"),
        ({"external_id": "s3cret id"}, "external_id: must be 2 to 1224 of"),
        ({"duration": 899}, "duration: must be from 900 to 43200 seconds, not 899"),
        ({"duration": "1h"}, "duration: must be a whole number, not '1h'"),
        ({"renew_before": -1}, "renew_before: must be at least 0, not -1"),
        ({"source": {"regio": "x"}}, "source.regio: is no option that says how to connect to AWS"),
        ({"source": "profile"}, "source: must be a dictionary, not 'profile'"),
    ],
)
def test_wrong_variables_are_told_by_their_names_before_any_call(
    modules: Scripted, monkeypatch: pytest.MonkeyPatch, variables: Variables, told: str
) -> None:
    given = {f"account_session_{name}": value for name, value in {"role_arn": ROLE, **variables}.items()}
    result = session_of(modules, monkeypatch, **given)
    assert result["failed"]
    assert result["msg"].startswith(f"account_session_{told}")
    assert "s3cret" not in result["msg"]
    assert modules.asked == []


def test_a_role_is_assumed_by_the_source_alone(modules: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    result = session_of(
        modules,
        monkeypatch,
        account_session_role_arn=ROLE,
        account_session_source={"region": "eu-west-1", "profile": "org"},
        account_session_external_id="of-ours",
        account_session_tags={"cost": "0042"},
        account_session_module_defaults={"access_key": "another session's"},
        account_id=MEMBER,
    )
    assert result == {
        "changed": False,
        "session": {"role_arn": ROLE, "expires": NOW + 3600},
        # A profile of the environment's must not go with keys.
        "module_defaults": {"region": "eu-west-1", "profile": "", **KEYS},
    }
    asked = {"role_arn": ROLE, "session_name": "cloudhsm.iam", "duration": 3600, "external_id": "of-ours"}
    source = {"region": "eu-west-1", "profile": "org"}
    assert modules.asked == [("sts_session", {**asked, "tags": {"cost": "0042"}, **source})]


@pytest.mark.parametrize(
    ("kept", "renews"),
    [
        ({}, True),
        ({"role_arn": ROLE, "expires": NOW + 1000}, False),
        ({"role_arn": ROLE, "expires": NOW + 800}, True),
        ({"role_arn": f"{ROLE}2", "expires": NOW + 3600}, True),
    ],
)
def test_a_session_counts_until_it_is_about_to_end(
    modules: Scripted, monkeypatch: pytest.MonkeyPatch, kept: Variables, renews: bool
) -> None:
    result = session_of(modules, monkeypatch, account_session_role_arn=ROLE, __account_session=kept)
    assert bool(modules.asked) is renews
    assert ("session" in result) is renews
    assert "msg" not in result


REFUSED = Scripted(sts_session={"failed": True, "msg": "Could not assume the role"})


@pytest.mark.parametrize(
    ("scripted", "variables", "words"),
    [
        (REFUSED, {"account_session_role_arn": ROLE}, "Could not assume the role"),
        (
            None,
            {"account_session_role_arn": ROLE, "account_status": "SUSPENDED"},
            f"The account {MEMBER} is SUSPENDED; AWS allows no calls in it",
        ),
        (
            None,
            {"account_session_role_arn": ROLE, "account_session_tags": {"a": 42}},
            "account_session_tags.a: the value must be text, not a number",
        ),
        (
            None,
            {"account_id": "9" * 12},
            f"The credentials belong to account {MANAGEMENT}, not to {'9' * 12}, which has no",
        ),
        (None, {"account_id": 83}, "account_id: 83: an account ID has 12 digits; put it in quotes"),
        (
            Scripted(iam_account_info={"failed": True, "msg": "no AWS credentials were found"}),
            {"account_id": MEMBER},
            "no AWS credentials were found",
        ),
    ],
)
def test_where_there_are_no_credentials_no_others_are_left(
    scripted: Scripted | None, variables: Variables, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = {"role_arn": f"{ROLE}2", "expires": NOW + 3600}
    given = {"account_session_source": {"region": "eu-west-1"}, **variables}
    result = session_of(scripted or Scripted(), monkeypatch, __account_session=another, **given)
    assert result["failed"]
    assert result["msg"].startswith(words)
    assert (result["session"], result["module_defaults"]) == ({}, {"region": "eu-west-1"})


def test_a_renewal_that_fails_leaves_the_session_of_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"role_arn": ROLE, "expires": NOW + 10}
    result = session_of(REFUSED, monkeypatch, account_session_role_arn=ROLE, __account_session=kept)
    assert result == {"changed": False, "failed": True, "msg": "Could not assume the role"}


@pytest.mark.parametrize("variables", [{}, {"account_id": MANAGEMENT}, {"account_id": int(MANAGEMENT)}])
def test_an_account_without_a_role_is_the_one_of_the_credentials(
    modules: Scripted, monkeypatch: pytest.MonkeyPatch, variables: Variables
) -> None:
    kept = {"role_arn": ROLE, "expires": NOW + 3600}
    result = session_of(modules, monkeypatch, __account_session=kept, account_session_role_arn="", **variables)
    assert result == {"changed": False, "session": {}, "module_defaults": {}}
    assert [name for name, _args in modules.asked] == ["iam_account_info"] * len(variables)


@pytest.mark.parametrize(
    ("args", "variables", "words"),
    [
        (None, {"account_session_role": ROLE}, "did you mean account_session_role_arn"),
        (None, {"account_session_duration": "long"}, "account_session_duration"),
        ({"profile": "other"}, {}, "profile: is no option of this module"),
    ],
)
def test_what_is_wrong_with_the_input_is_a_result_that_can_be_told(
    modules: Scripted, monkeypatch: pytest.MonkeyPatch, args: t.Any, variables: Variables, words: str
) -> None:
    result = session_of(modules, monkeypatch, args, **variables)
    assert result["failed"]
    assert words in result["msg"]
    assert modules.asked == []
