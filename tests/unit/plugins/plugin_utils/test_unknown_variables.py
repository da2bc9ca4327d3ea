# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt variable is told, and nobody's own variable is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._unknown_variables import (
    FACTS,
    OPTIONS,
    OURS,
    SHARED,
    SHORT_ONES,
    unknown_variables,
)

ROOT = Path(__file__).resolve().parents[4]
SPECS = sorted(ROOT.glob("roles/*/meta/argument_specs.yml"))


def variables_of(path: Path) -> set[str]:
    return {name for entry in yaml.safe_load(path.read_text())["argument_specs"].values() for name in entry["options"]}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.parents[1].name)
def test_the_list_has_every_variable_and_result(path: Path) -> None:
    assert variables_of(path) <= OPTIONS
    assert {prefix for prefix in OURS + SHARED if f"{path.parents[1].name}_" == prefix}
    told = set(re.findall(r"fact C\((\w+)\)|by the (?:groups|roles)' names in C\((\w+)\)", path.read_text()))
    assert {name for pair in told for name in pair if name} <= FACTS


def test_the_list_has_nothing_else() -> None:
    playbooks = "".join(path.read_text() for path in ROOT.glob("playbooks/*.yml"))
    others = OPTIONS - set().union(*map(variables_of, SPECS))
    assert all(name in playbooks for name in others)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("account_guard_account_id", "account_guard_account_ids"),
        ("cloudhsm_group_policy_profil", "cloudhsm_group_policy_profile"),
        ("user_provisioning_user", "user_provisioning_users"),
        ("bootstrap_cloudhsm_administrator", "bootstrap_cloudhsm_administrators"),
        ("admin_group_require_mfaa", "admin_group_require_mfa"),
        ("drift_check_addition", "drift_check_additions"),
    ],
)
def test_a_misspelt_variable_is_told_with_the_one_that_was_meant(wrong: str, right: str) -> None:
    assert unknown_variables({wrong: "x"}) == [f"{wrong}: no role has a variable of that name; did you mean {right}?"]


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_a_letter_too_many_or_too_few_is_told(name: str) -> None:
    for wrong in (name[:-1], f"{name}x", name.replace("_", "__", 1)):
        if wrong not in OPTIONS and wrong.startswith(OURS + SHARED):
            assert unknown_variables({wrong: "x"}), wrong


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("accountguard_account_ids", "account_guard_account_ids"),
        ("Account_Guard_account_ids", "account_guard_account_ids"),
        ("account_sessions_role_arn", "account_session_role_arn"),
        ("users_provisioning_users", "user_provisioning_users"),
        ("user_offboard_users", "user_offboarding_users"),
        ("identity_centre_access_groups", "identity_center_access_groups"),
        ("identity_center_acces_purge_members", "identity_center_access_purge_members"),
        ("acount_password_policy_min_pw_length", "account_password_policy_min_pw_length"),
    ],
)
def test_a_role_that_is_misspelt_is_told_with_the_variable_that_was_meant(wrong: str, right: str) -> None:
    assert unknown_variables({wrong: "x"}) == [f"{wrong}: no role has a variable of that name; did you mean {right}?"]


@pytest.mark.parametrize("wrong", ["target_host", "targets_hosts", "target_hots", "Target_Hosts", "targethosts"])
def test_a_misspelt_target_is_told_where_none_is_set(wrong: str) -> None:
    told = f"{wrong}: no playbook has a variable of that name; did you mean target_hosts?"
    assert unknown_variables({wrong: "prod", "hosts": "x", "target": "y", "target_group": "z"}) == [told]
    assert unknown_variables({wrong: "prod", "target_hosts": "prod"}) == []


def test_own_names_and_what_there_is_go_through() -> None:
    own = ["access_report_note", "bootstrap_servers", "bootstrap_script", "admin_group_email", "target_hosts", "users"]
    own += ["account_role_arn", "account_tags", "group_names", "my_users", "user_groups", "access_state", "group_name"]
    assert unknown_variables(dict.fromkeys([*own, *OPTIONS, *FACTS, "__account_guard_bound", "account_id"])) == []


def test_a_prefix_that_is_nobody_elses_has_no_unknown_names() -> None:
    (told,) = unknown_variables({"federated_access_qqq": {"a": "b"}})
    assert told == "federated_access_qqq: no role has a variable of that name"


@pytest.mark.parametrize("name", ["identity_center_access_info", "user_provisioning_done", "account_guard_account_id"])
@pytest.mark.parametrize("more", [{"failed": False}, {"results": []}, {"skipped": True}])
def test_what_a_task_registers_may_be_called_like_a_role(name: str, more: dict[str, object]) -> None:
    assert unknown_variables({name: {"changed": False, **more}}) == []
    assert unknown_variables({name: more})


@pytest.mark.parametrize(
    ("playbook", "wrong", "right"),
    [
        ("replace_mfa_device", "mfa_devise", "mfa_device"),
        ("reset_password", "console_acces", "console_access"),
        ("rotate_access_key", "create_frist", "create_first"),
        ("rotate_access_key", "old_keys", "old_key"),
        ("rotate_access_key", "min_age_day", "min_age_days"),
    ],
)
def test_a_misspelt_variable_without_a_prefix_is_told_by_the_playbook_that_has_it(
    playbook: str, wrong: str, right: str
) -> None:
    (play,) = yaml.safe_load((ROOT / f"playbooks/{playbook}.yml").read_text())
    given = {SHORT_ONES: play["tasks"][-1]["vars"][SHORT_ONES]}
    assert unknown_variables({**given, wrong: "x", "user": "eve", "users": [], "job_id": 1, right: "x"}) == [
        f"{wrong}: is not a variable of this playbook; did you mean {right}?"
    ]
    assert unknown_variables({wrong: "x"}) == []
    # AWX's survey of the same playbook has other names for the answers, which are not taken for misspelt ones.
    survey = ROOT / f"extensions/patterns/cloudhsm_iam/template_surveys/{playbook}.yml"
    answers = {question["variable"]: "x" for question in yaml.safe_load(survey.read_text())["spec"]}
    assert unknown_variables({**given, **answers}) == []
