# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Input checks: every mistake named by item and field, all at once, and nothing right called wrong."""

from __future__ import annotations

import typing as t
from datetime import UTC, date, datetime

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser
from helpers.accounts.malformed_users import EATEN, cases
from helpers.documents.case_files import case_bytes

TAG = "cloudhsm.iam/managed"


def test_there_are_at_least_two_hundred_wrong_inputs() -> None:
    assert len(cases()) >= 200


@pytest.mark.parametrize(("users", "start"), cases(), ids=lambda value: None)
def test_a_wrong_input_gets_a_message_with_item_and_field(users: t.Any, start: str) -> None:
    _desired, problems = parse_users(users, TAG)
    assert any(problem.startswith(start) for problem in problems), problems
    # One mistake is told once, and never in more than a few words.
    assert all(len(problem) < 400 for problem in problems)


def test_all_mistakes_are_told_at_once_and_in_order() -> None:
    users = [
        {"name": "al ice", "path": "hsm", "groups": "Readers"},
        "bob",
        {"name": "carol", "colour": "blue", "state": "gone"},
        {"name": "Carol"},
    ]
    assert [problem.split(": ")[:2] for problem in parse_users(users, TAG)[1]] == [
        ["users[0] (al ice)", "name"],
        ["users[0] (al ice)", "path"],
        ["users[0] (al ice)", "groups"],
        ["users[1]", "must be a dictionary with at least a name, not a string"],
        ["users[2] (carol)", "colour"],
        ["users[2] (carol)", "state"],
        ["users[3] (Carol)", "name"],
    ]


def test_no_message_holds_a_password() -> None:
    password = "☃-not-for-anybodys-eyes"
    users = [{"name": "a b", "password": password, "console_access": False}, {"name": "b", "passwrod": password}]
    problems = parse_users(users, TAG)[1]
    assert len(problems) == 4
    assert password not in repr(problems)


def test_everything_that_can_be_said_of_a_user_is_read() -> None:
    users = [
        {
            "name": "alice+x=y,z.@_-1",
            "state": "present",
            "path": "/hsm/berlin/",
            "tags": {"Team Name": "Zahlungen/ä-ö_.:=+@", "cost": "0012", "empty": ""},
            "groups": ["Readers"],
            "managed_policies": ["arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess"],
            "boundary": "arn:aws:iam::123456789012:policy/b",
            "console_access": True,
            "password": "Pässword 1!",
            "password_reset_required": False,
        },
        {"name": "bob", "state": "absent"},
    ]
    desired, problems = parse_users(users, TAG)
    assert problems == []
    assert desired == [
        DesiredUser(
            name="alice+x=y,z.@_-1",
            path="/hsm/berlin/",
            tags={"Team Name": "Zahlungen/ä-ö_.:=+@", "cost": "0012", "empty": ""},
            groups=frozenset({"Readers"}),
            managed_policies=frozenset({"arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess"}),
            boundary="arn:aws:iam::123456789012:policy/b",
            console_access=True,
            password="Pässword 1!",
            password_reset_required=False,
        ),
        DesiredUser("bob", present=False),
    ]


def test_what_is_left_out_and_what_is_none_mean_leave_alone() -> None:
    fields = ("path", "tags", "groups", "managed_policies", "boundary", "console_access", "password")
    assert parse_users([{"name": "alice", **dict.fromkeys(fields)}], TAG) == ([DesiredUser("alice")], [])


@pytest.mark.parametrize(("given", "read"), [("yes", True), ("True", True), (1, True), ("off", False), (0, False)])
def test_booleans_are_read_as_ansible_reads_them(given: object, read: bool) -> None:
    assert parse_users([{"name": "alice", "console_access": given}], TAG)[0][0].console_access is read


def test_a_name_of_digits_is_a_name_where_it_is_text() -> None:
    assert parse_users([{"name": "0123"}], TAG) == ([DesiredUser("0123")], [])


@pytest.mark.parametrize("day", [date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC)])
def test_a_date_is_no_text(day: date) -> None:
    problems = parse_users([{"name": day, "groups": [day], "tags": {day: day}}], TAG)[1]
    assert len(problems) == 4
    assert all("must be text, not a date: put it in quotes" in problem for problem in problems)


def test_what_yaml_has_eaten_is_refused_wherever_it_stands() -> None:
    (play,) = yaml.safe_load(case_bytes("numeric-user-names", "octal.yml"))
    users = play["tasks"][0]["cloudhsm.iam.iam_users"]["users"]
    assert users == [{"name": 83, "state": "absent"}]
    assert parse_users(users, TAG)[1] == [f"users[0]: name: {EATEN}"]
    (play,) = yaml.safe_load(case_bytes("numeric-user-names", "stored.yml"))
    assert parse_users(play["tasks"][0]["cloudhsm.iam.iam_users"]["users"], TAG)[1] == [f"users[0]: name: {EATEN}"]
    read = yaml.safe_load(case_bytes("users-yaml-numbers", "users.yml"))
    problems = parse_users(read, TAG)[1]
    assert [problem for problem in problems if problem.endswith(EATEN)] == problems
    assert len(problems) == 5


@pytest.mark.parametrize("path", ["/", "/a/", "/a/b/c/", "/~!@#$%/", "/" + "a" * 510 + "/"])
def test_paths_that_iam_allows_are_allowed(path: str) -> None:
    assert parse_users([{"name": "alice", "path": path}], TAG)[1] == []


def test_a_user_that_goes_may_still_have_a_password_in_the_list() -> None:
    assert parse_users([{"name": "alice", "state": "absent", "password": "Old-1-password"}], TAG)[1] == []
