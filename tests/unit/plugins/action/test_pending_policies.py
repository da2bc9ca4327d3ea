# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A temporary membership is a copy of the group's policies, also of those that the same run of bootstrap changes."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _page_action
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._actions import run_action
from helpers.accounts.bootstrapped import Before, Variables
from helpers.modules.bootstrapped_page import Page, Result
from helpers.modules.in_process import actions
from helpers.moto.in_process import account

# Too long for one policy once its statements have an end.
LONG = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::a-bucket-{number:02}-of-them/*"}
        for number in range(55)
    ],
}


class Calls:
    """What the last plan and the last run of iam_users tell of the users' calls."""

    def __init__(self) -> None:
        self.planned: list[Result] = []
        self.made: list[Result] = []

    def run(self, caller: object, name: str, *given: t.Any, check_mode: bool, **how: t.Any) -> Result:
        """The result of an action, of which the users' calls are kept."""
        result = run_action(t.cast("t.Any", caller), name, *given, check_mode=check_mode, **how)
        if name.endswith("iam_users") and check_mode:
            self.planned, self.made = result.get("changes", []), []
        elif name.endswith("iam_users"):
            self.made = result.get("changes", [])
        return result


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    found = Calls()
    monkeypatch.setattr(_page_action, "run_action", found.run)
    return found


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """The page in an account with a user, who is to be a temporary member of the CloudHSM group."""
    with account() as aws, actions():
        Before(users={"ann": ([], False, True, False)}).make()
        yield Page(aws, listing("CloudHSMAdministrators"), tmp_path)


def listing(group: str) -> Variables:
    membership = {"group": group, "until": "2099-12-01T18:00Z", "reason": "INC-1, on call"}
    return {"bootstrap_users": [{"name": "ann", "temporary_groups": [membership]}]}


def operations(calls: list[Result]) -> list[str]:
    return [call["operation"] for call in calls]


@pytest.mark.parametrize(
    ("group", "changed"),
    [
        ("CloudHSMAdministrators", {"bootstrap_cloudhsm_group_access": "read_only"}),
        ("CloudHSMAdministrators", {"cloudhsm_group_require_mfa": True}),
        ("Administrators", {"admin_group_aws_managed_policies": ["AdministratorAccess", "job-function/Billing"]}),
    ],
)
def test_a_run_that_changes_a_groups_policies_changes_the_copies_of_temporary_members(
    page: Page, calls: Calls, group: str, changed: Variables
) -> None:
    page.chosen |= listing(group)
    assert not page.foretold().get("failed")
    page.chosen |= changed
    assert not page.foretold().get("failed")
    assert "create_policy_version" in operations(calls.made)
    assert calls.made == calls.planned
    page.has_no_difference(Before())


def test_the_policy_of_a_temporary_member_is_foretold_for_a_group_that_the_run_creates(
    page: Page, calls: Calls
) -> None:
    page.chosen |= {"cloudhsm_group_policy": LONG}
    assert not page.foretold().get("failed")
    assert operations([call for call in calls.made if call["user"] == "ann"]).count("create_policy") == 2
    assert calls.made == calls.planned
    page.has_no_difference(Before())


def test_a_temporary_membership_in_a_new_group_without_policies_is_refused_before_the_first_write(page: Page) -> None:
    page.chosen |= {**listing("Administrators"), "admin_group_aws_managed_policies": []}
    refused = page.foretold()
    assert "a membership would grant nothing" in refused["msg"]
    assert page.aws.writes == []
