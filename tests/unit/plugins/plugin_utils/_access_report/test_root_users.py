# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit of root users in a file: what is taken for one, and what the reports show of it."""

from __future__ import annotations

import csv
import io
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import html, markdown, overview, root_users
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.inputs import (
    InputFileError,
    read_root_users,
    take_audit,
)
from hypothesis import given
from hypothesis import strategies as st

OPEN, LOCKED, FAILED, CLOSED = "111111111111", "222222222222", "333333333333", "444444444444"
NOTHING: dict[str, t.Any] = {"password": False, "access_keys": [], "signing_certificates": [], "mfa_devices": []}
SOMETHING = {**NOTHING, "password": True, "access_keys": ["AKIAROOTEXAMPLE00001"], "mfa_devices": ["mfa/root"]}


def result() -> dict[str, t.Any]:
    """What root_access returns."""
    return {
        "organization_id": "o-exampleorgid",
        "management_account": "999999999999",
        "features": ["RootCredentialsManagement"],
        "accounts": [
            {"account_id": LOCKED, "name": "shop", "email": "a@example.com", "action": "unchanged", **NOTHING},
            {"account_id": OPEN, "name": "=bank", "email": "b@example.com", "action": "unchanged", **SOMETHING},
            {"account_id": FAILED, "name": "lab", "email": "c@example.com", "action": "failed"},
        ],
        "skipped_accounts": [{"account_id": CLOSED, "name": "old", "status": "SUSPENDED"}],
        "failed_accounts": [{"account_id": FAILED, "name": "lab", "msg": "AWS refused sts:AssumeRoot"}],
        "lines": ["left out"],
    }


@pytest.fixture
def audit() -> dict[str, t.Any]:
    return root_users.check_audit(json.loads(root_users.audit_text(result(), "2026-11-24 12:00:00 UTC")))


def test_what_was_written_is_read_with_the_worst_first(audit: dict[str, t.Any]) -> None:
    found = root_users.described(audit)
    assert [(row["account_id"], row["state"]) for row in found["accounts"]] == [
        (OPEN, "open"),
        (FAILED, "unknown"),
        (LOCKED, "locked"),
        (CLOSED, "skipped"),
    ]
    assert found["central"]
    assert "lines" not in audit


@pytest.mark.parametrize(
    ("account", "told"),
    [
        (OPEN, "a password, 1 access keys, no signing certificates, 1 MFA devices"),
        (LOCKED, "no password, no access keys, no signing certificates, no MFA devices"),
        (FAILED, "could not be read: AWS refused sts:AssumeRoot"),
        (CLOSED, "not looked at, because the account is suspended"),
    ],
)
def test_one_account_is_told_in_a_sentence(audit: dict[str, t.Any], account: str, told: str) -> None:
    row = root_users.of_account(audit, account)
    assert row
    start = "Root user by the audit of 2026-11-24 12:00:00 UTC: "
    assert root_users.line(row) == f"{start}{told}; centralized root access is on"
    assert root_users.of_account(audit, "999999999999") is None


def test_all_formats_of_the_overview_have_the_table(audit: dict[str, t.Any]) -> None:
    made = overview.render({}, ["html", "md", "csv", "json"], audit)
    for name in ("html", "md", "json"):
        text = made[f"access-report-overview.{name}"]
        assert all(account in text for account in (OPEN, LOCKED, FAILED, CLOSED)), name
    rows = list(csv.DictReader(io.StringIO(made["access-report-overview-root-users.csv"])))
    assert [row["name"] for row in rows] == ["'=bank", "lab", "shop", "old"]
    assert (rows[0]["password"], rows[0]["access_keys"]) == ("yes", "AKIAROOTEXAMPLE00001")
    assert rows[1]["note"] == "AWS refused sts:AssumeRoot"
    without = overview.render({}, ["html", "md", "csv", "json"])
    assert "access-report-overview-root-users.csv" not in without
    assert "Root users" not in without["access-report-overview.md"]
    assert markdown.accounts_page(overview.overview_of({}, audit)).count("## Root users") == 1
    assert html.accounts_page(overview.overview_of({}, audit))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "other"}, "it is not an audit of root users"),
        ({"format_version": 2}, "another version"),
        ({"accounts": {}}, "damaged"),
        ({"accounts": [{"account_id": OPEN}]}, "damaged"),
        ({"accounts": [{"account_id": OPEN, "name": "x", "password": "yes"}]}, "damaged"),
        ({"accounts": [{"account_id": OPEN, "name": "x", **NOTHING, "access_keys": [1]}]}, "damaged"),
        ({"generated_at": 1}, "damaged"),
    ],
)
def test_what_is_no_audit_is_refused_by_the_name_of_the_variable(
    audit: dict[str, t.Any], tmp_path: Path, change: dict[str, t.Any], told: str
) -> None:
    path = tmp_path / "audit.json"
    path.write_text(json.dumps({**audit, **change}))
    (problem,) = take_audit({"root_users": str(path)}, "access_report_").problems
    assert problem.startswith(f"access_report_root_users: {path}: ")
    assert told in problem


def test_a_file_that_all_can_write_to_or_that_is_missing_is_refused(audit: dict[str, t.Any], tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    path.write_text(json.dumps(audit))
    assert take_audit({"root_users": str(path)}, "").root_users == audit
    path.chmod(0o666)
    with pytest.raises(InputFileError, match="can write to it"):
        read_root_users(str(path))
    with pytest.raises(InputFileError, match="can't be read"):
        read_root_users(str(tmp_path / "missing"))
    path.chmod(0o600)
    path.write_text("{")
    with pytest.raises(InputFileError, match="it is not JSON"):
        read_root_users(str(path))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["accounts", "skipped_accounts", "failed_accounts", "features", "generated_at"]), JSON
    )
)
def test_whatever_stands_in_the_file_is_refused_or_shown(change: dict[str, t.Any]) -> None:
    whole = json.loads(root_users.audit_text(result(), "2026-11-24 12:00:00 UTC"))
    try:
        found = root_users.check_audit({**whole, **change})
    except root_users.AuditError:
        return
    assert overview.render({}, ["html", "md", "csv", "json"], found)
