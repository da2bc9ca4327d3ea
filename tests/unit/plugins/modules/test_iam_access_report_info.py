# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module iam_access_report_info: its results as documented, its options, and how it fails."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.doc_fragments import _access_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import run as access_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import IncompleteReadError
from ansible_collections.cloudhsm.iam.plugins.modules import iam_access_report
from ansible_collections.cloudhsm.iam.plugins.modules import iam_access_report_info as module
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.inputs import AUDIT
from helpers.accounts import samples

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Answer, RunModule


@pytest.fixture
def run(run_module: RunModule, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Runs the module on the sample team."""
    monkeypatch.setattr(access_report, "read_snapshot", lambda *_given: samples.team())
    monkeypatch.setattr(access_report, "read_beyond", lambda _task, _pool, snapshot: snapshot)
    return lambda **options: run_module(module.main, **options)


def strip(options: dict[str, t.Any]) -> dict[str, t.Any]:
    kept = ("type", "elements", "default", "required")
    stripped = {name: {key: option[key] for key in kept if key in option} for name, option in options.items()}
    for name, option in options.items():
        inner = option.get("suboptions") or option.get("options")
        if inner:
            stripped[name]["options"] = strip(inner)
    return stripped


def test_the_options_are_as_documented() -> None:
    documentation = yaml.safe_load(_access_report.ModuleDocFragment.DOCUMENTATION)
    assert strip(documentation["options"]) == strip(module.ARGUMENT_SPEC)


def test_results_have_the_documented_keys(run: Callable[..., Answer], documented: Callable[..., set[str]]) -> None:
    result = run(expected_users=[{"name": "zoe", "groups": ["Nowhere"]}])
    report = result["report"]
    assert set(report) == documented(module.RETURN, "report")
    for kind in ("account", "summary", "service_control_policies", "identity_center"):
        assert set(report[kind]) == documented(module.RETURN, "report", kind)
    for kind in ("findings", "drift", "actions", "users", "groups", "policies"):
        assert set(report[kind][0]) == documented(module.RETURN, "report", kind)
    finding, person = report["findings"][0], report["users"][6]
    assert set(finding["subjects"][0]) == documented(module.RETURN, "report", "findings", "subjects")
    assert set(person["credentials"]) == documented(module.RETURN, "report", "users", "credentials")
    paths = person["access_paths"]
    assert set(paths[0]) == documented(module.RETURN, "report", "users", "access_paths")
    assert set(report["roles"][0]) == documented(module.RETURN, "report", "roles")
    assert set(report["outside_principals"][0]) == documented(module.RETURN, "report", "outside_principals")
    (key,) = next(user for user in report["users"] if user["name"] == "carol")["credentials"]["access_keys"]
    assert set(key) == documented(module.RETURN, "report", "users", "credentials", "access_keys")


def test_all_mistakes_are_told_at_once_before_anything_is_read(run_module: RunModule) -> None:
    result = run_module(
        module.main,
        expected_users=[{"name": "alice", "grups": []}, {"name": "Alice"}],
        max_key_age=0,
        wait_timeout=0,
    )
    assert result["failed"]
    assert result["problems"] == [
        "expected_users[0] (alice): grups: is not an option of a user; did you mean groups?",
        "expected_users[1] (Alice): name: differs only by case from users[0] (alice); list each user once",
        "max_key_age: must be at least 1, not 0",
        "wait_timeout: must be at least 1, not 0",
    ]


def test_an_account_that_can_not_be_read_is_told_in_a_sentence(
    run_module: RunModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: t.Any) -> t.NoReturn:
        raise IncompleteReadError("it ended before its last page")

    monkeypatch.setattr(access_report, "read_snapshot", fail)
    result = run_module(module.main)
    assert result["msg"] == "Could not read the account: it ended before its last page"


def test_the_action_documents_no_option_of_the_module_again() -> None:
    own = set(yaml.safe_load(iam_access_report.DOCUMENTATION)["options"])
    assert own == {"accounts", "folder", "formats", "return_report", "role_variables", *AUDIT}
    assert not own & set(module.ARGUMENT_SPEC)
