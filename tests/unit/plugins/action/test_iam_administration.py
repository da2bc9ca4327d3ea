# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order of the page's parts, with modules that are scripted here: what they do is tested elsewhere."""

from __future__ import annotations

import copy
import typing as t
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.action.iam_administration import ActionModule
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _page_action

ACCOUNT = {"account_id": "1" * 12, "partition": "aws", "caller_arn": f"arn:aws:iam::{'1' * 12}:user/me"}
PLANNED: dict[str, dict[str, t.Any]] = {
    "cloudhsm.iam.iam_account_info": {"account": ACCOUNT, "groups": [], "policies": [], "users": []},
    "cloudhsm.iam.iam_group_with_policies": {
        "changed": True,
        "created": True,
        "require_mfa": False,
        "policy_name": "CloudHSMAdministrators",
        "other_policies": [],
    },
    "cloudhsm.iam.iam_users": {
        "changed": True,
        "users": [{"name": "Administrator", "action": "created", "state": "present"}],
        "account": {"sign_in_url": "https://example.com"},
        "counts": {},
        "pending": [],
        "suspended": [],
        "changes": [],
    },
    "cloudhsm.iam.iam_service_linked_role": {"changed": True, "service_linked_role": None},
}


class Scripted:
    """Answers for modules, and notes of what was run: the module, its group if it has one, and whether as a check."""

    def __init__(self, **answers: Mapping[str, t.Any]) -> None:
        self.answers = answers
        self.runs: list[tuple[str, bool]] = []
        self.options: dict[str, t.Any] = {}

    def __call__(
        self,
        caller: object,
        name: str,
        options: Mapping[str, t.Any],
        task_vars: object,
        *,
        check_mode: bool,
        memory: object,
    ) -> dict[str, t.Any]:
        del caller, task_vars, memory
        short = name.removeprefix("cloudhsm.iam.")
        run = f"{short} {options['name']}" if "name" in options else short
        self.runs.append((run, check_mode))
        self.options[run] = options
        key = f"{short}_{'checked' if check_mode else 'done'}"
        return {**copy.deepcopy(PLANNED[name]), **self.answers.get(short, {}), **self.answers.get(key, {})}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., dict[str, t.Any]]:
    """Runs the action with scripted modules, and variables of a play."""

    def run_it(modules: Scripted, check_mode: bool = False, **variables: t.Any) -> dict[str, t.Any]:
        monkeypatch.setattr(_page_action, "run_action", modules)
        monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
        task = SimpleNamespace(args={}, check_mode=check_mode, diff=False, _role=None)
        templar = SimpleNamespace(template=lambda value: value)
        action = ActionModule(task, None, None, None, templar, None)
        return action.run(None, variables)

    return run_it


def test_everything_is_planned_before_anything_is_done(run: t.Callable[..., dict[str, t.Any]]) -> None:
    modules = Scripted()
    assert run(modules)["changed"]
    assert modules.runs == [
        ("iam_account_info", True),
        *(
            (module, check_mode)
            for check_mode in (True, False)
            for module in (
                # Its policy bears the record of both.
                "iam_group_with_policies CloudHSMAdministrators",
                "iam_group_with_policies Administrators",
                "iam_users",
                "iam_service_linked_role",
            )
        ),
    ]


def test_what_has_nothing_to_do_is_not_run_again(run: t.Callable[..., dict[str, t.Any]]) -> None:
    modules = Scripted(iam_users={"changed": False}, iam_group_with_policies={"changed": False})
    run(modules)
    assert [name for name, check_mode in modules.runs if not check_mode] == ["iam_service_linked_role"]


def test_check_mode_is_the_plan(run: t.Callable[..., dict[str, t.Any]]) -> None:
    modules = Scripted()
    told = run(modules, check_mode=True)
    assert told["changed"]
    assert told["check_mode"]
    assert all(check_mode for _name, check_mode in modules.runs)
    assert "+ user Administrator" in told["lines"]


def test_problems_of_all_parts_are_one_refusal(run: t.Callable[..., dict[str, t.Any]]) -> None:
    modules = Scripted(
        iam_group_with_policies_checked={"failed": True, "problems": ["admin_group_path: is wrong"]},
        iam_users_checked={"failed": True, "problems": ["users[1] (bob): groups: no such group", "workers: too many"]},
        iam_service_linked_role_checked={"failed": True, "msg": "Nothing was changed. custom_suffix: is wrong"},
    )
    told = run(modules, bootstrap_users=[{"name": "bob"}])
    assert told["failed"]
    assert told["msg"] == (
        "Nothing was changed. admin_group_path: is wrong; "
        "bootstrap_users[0] (bob): groups: no such group; user_provisioning_workers: too many; "
        "service_linked_role_custom_suffix: is wrong"
    )
    assert all(check_mode for _name, check_mode in modules.runs)


def test_a_failure_halfway_says_what_was_changed_and_what_was_not(run: t.Callable[..., dict[str, t.Any]]) -> None:
    modules = Scripted(iam_users_done={"failed": True, "changed": True, "msg": "1 user not finished"})
    told = run(modules)
    assert told["failed"]
    assert told["changed"]
    assert told["msg"] == (
        "1 user not finished. Changed before that, and kept: the CloudHSM group CloudHSMAdministrators, "
        "the administrators group Administrators. "
        "Not finished: the users, the service-linked role. Run again to go on."
    )
    assert modules.runs[-1] == ("iam_users", False)


@pytest.mark.parametrize(
    "variables",
    [
        {"user_provisioning_purge_users": True, "user_provisioning_users": [{"name": "dora"}]},
        {"user_provisioning_managed_by_tag": "acme/managed", "user_provisioning_state": "absent"},
        {"admin_group_state": "absent", "admin_group_name": "Others", "cloudhsm_group_name": "HSMOperators"},
        {"user_provisioning_max_deletions": 4000, "user_provisioning_purge_groups": True},
        {"service_linked_role_state": "absent", "service_linked_role_service_name": "autoscaling.amazonaws.com"},
    ],
)
def test_what_other_roles_were_told_changes_nothing(
    run: t.Callable[..., dict[str, t.Any]], variables: dict[str, t.Any]
) -> None:
    plain, told = Scripted(), Scripted()
    run(plain)
    run(told, **variables)
    assert (told.runs, told.options) == (plain.runs, plain.options)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"bootstrap_administrator_name": 83},
            "bootstrap_administrator_name: must be text, not a number: put it in quotes",
        ),
        (
            {"bootstrap_cloudhsm_administrators": ["a", 83]},
            "bootstrap_cloudhsm_administrators: item 2: must be text, not a number",
        ),
        ({"bootstrap_max_deletions": "many"}, "bootstrap_max_deletions"),
        ({"cloudhsm_group_allow_backup_copy": "perhaps"}, "cloudhsm_group_allow_backup_copy"),
    ],
)
def test_variables_of_the_wrong_kind_are_refused_before_any_write(
    run: t.Callable[..., dict[str, t.Any]], variables: dict[str, t.Any], said: str
) -> None:
    modules = Scripted()
    told = run(modules, **variables)
    assert told["failed"]
    assert said in told["msg"]
    assert all(check_mode for _name, check_mode in modules.runs)


def test_text_and_null_are_taken_as_ansible_takes_them(run: t.Callable[..., dict[str, t.Any]]) -> None:
    modules = Scripted()
    run(
        modules,
        bootstrap_cloudhsm_administrators="alice,bob",
        cloudhsm_group_allow_backup_copy="true",
        cloudhsm_group_policy_profile="hardened",
        bootstrap_users=None,
    )
    assert [user["name"] for user in modules.options["iam_users"]["users"]] == ["Administrator", "alice", "bob"]
    assert (
        modules.options["iam_group_with_policies CloudHSMAdministrators"]["policy"]["cloudhsm"]["allow_backup_copy"]
        is True
    )
