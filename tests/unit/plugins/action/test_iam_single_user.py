# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of add_user and change_user, on an account in this process."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import boto3.session
import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.single_users import ADDING, CHANGING
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account

PLAYBOOKS = Path(__file__).parents[4] / "playbooks"
PURGE: dict[str, t.Any] = {
    **{f"user_provisioning_purge_{what}": True for what in ("users", "groups", "tags", "policies")},
    "user_provisioning_users": [{"name": "listed"}],
    "user_provisioning_restore_suspended": ["listed"],
}


@pytest.fixture
def aws() -> t.Iterator[Account]:
    """An account with groups, one of which has a member, and a user that purging would delete."""
    with account() as made, actions():
        iam: t.Any = boto3.session.Session().client("iam")
        for group in ("Readers", "Auditors"):
            iam.create_group(GroupName=group)
        for name in ("bob", "ann"):
            iam.create_user(UserName=name, Tags=[{"Key": "cloudhsm.iam/managed", "Value": "true"}])
        iam.add_user_to_group(UserName="bob", GroupName="Readers")
        made.calls.clear()
        yield made


def run(check_mode: bool = False, variables: t.Mapping[str, t.Any] | None = None, **options: t.Any) -> Result:
    return run_action("iam_single_user", options, variables or {}, check_mode=check_mode)


def groups_of(name: str) -> list[str]:
    iam: t.Any = boto3.session.Session().client("iam")
    return sorted(group["GroupName"] for group in iam.list_groups_for_user(UserName=name)["Groups"])


def test_a_user_is_added_once(aws: Account) -> None:
    adding: dict[str, t.Any] = {"user": "eve", "create": True, "groups": "Readers, Auditors"}
    planned = run(check_mode=True, **adding)
    assert (planned["lines"][1], aws.writes) == ("+ user eve: groups Auditors, Readers", [])
    assert run(**adding)["changed"]
    assert groups_of("eve") == ["Auditors", "Readers"]
    aws.calls.clear()
    assert (run(**adding)["changed"], aws.writes) == (False, [])


def test_a_user_is_moved_and_renamed_and_nothing_else_is_purged(aws: Account) -> None:
    moving: dict[str, t.Any] = {
        "user": "bob",
        "groups": "Auditors",
        "leave_groups": "Readers",
        "new_name": "rob",
        "path": "/hsm/",
    }
    planned = run(check_mode=True, variables=PURGE, **moving)
    assert planned["lines"][1] == "~ user rob: renamed from bob; path / -> /hsm/; groups +Auditors -Readers"
    assert run(variables=PURGE, **moving)["changed"]
    assert groups_of("rob") == ["Auditors"]
    iam: t.Any = boto3.session.Session().client("iam")
    assert sorted(user["UserName"] for user in iam.list_users()["Users"]) == ["ann", "rob"]
    # Again after it was done, as a job may do that was stopped.
    aws.calls.clear()
    assert (run(**moving)["changed"], aws.writes) == (False, [])


def test_a_forgotten_password_is_replaced_in_two_steps(aws: Account, tmp_path: Path) -> None:
    store = tmp_path / "private" / "credentials.yml"
    into = {"user_provisioning_credentials_store": "file", "user_provisioning_credentials_path": str(store)}
    passwords: list[str] = []
    for console_access in (True, False, True):
        made = run(variables=into, user="bob", console_access=console_access)
        assert made["changed"], made
        entry = (yaml.safe_load(store.read_text())["123456789012"].get("bob") or {}) if store.exists() else {}
        assert ("password" in entry) is console_access
        passwords += [entry["password"]] if entry else []
        assert not any(password in str(made) for password in passwords)
    assert len(set(passwords)) == 2
    assert aws.writes.count("CreateLoginProfile") == 2


def test_several_users_get_the_same(aws: Account) -> None:
    assert aws
    run(user="ann,bob", groups="Auditors")
    assert (groups_of("ann"), groups_of("bob")) == (["Auditors"], ["Auditors", "Readers"])


@pytest.mark.parametrize("create", [True, False])
def test_the_way_back_of_a_suspended_user_leads_through_provision_users(aws: Account, create: bool) -> None:
    suspending = {"user_offboarding_users": "bob"}
    assert run_action("iam_user_offboarding", {"mode": "suspend"}, suspending)["changed"]
    aws.calls.clear()
    back = {"user_provisioning_restore_suspended": ["bob"]}
    told = run(variables=back, user="bob", groups="Auditors", create=create)
    assert (told["changed"], aws.writes) == (False, [])
    assert told["lines"][-1] == (
        "This playbook doesn't restore users. Run cloudhsm.iam.provision_users with "
        """-e '{"user_provisioning_restore_suspended": ["bob"]}', and list the user as present in """
        "user_provisioning_users"
    )
    listed = {**back, "user_provisioning_users": [{"name": "bob", "groups": ["Auditors"]}]}
    assert run_action("iam_user_provisioning", {}, listed)["lines"][1].startswith("~ user bob (restored)")


@pytest.mark.parametrize(
    ("options", "variables", "problems"),
    [
        ({}, {}, ["user: is missing", "nothing to change is given; set one of add_groups, "]),
        ({"user": "bob"}, {}, ["nothing to change is given"]),
        (
            {"user": "bob"},
            {"add_group": "Auditors"},
            ["add_group: is not a variable of this playbook; did you mean ad"],
        ),
        ({"user": "bob"}, {"user_groups": "A"}, ["user_groups: is a variable of add_user, not of this playbook"]),
        ({"user": "eve", "create": True}, {"leave_groups": "A"}, ["leave_groups: is a variable of change_user"]),
        ({"user": "bib", "groups": "Auditors"}, {}, ["user: the account 123456789012 has no user for bib; check the"]),
        ({"user": "bib", "new_name": "rob"}, {}, ["user: the account 123456789012 has no user for rob; check the"]),
        ({"user": "ann,bob", "new_name": "rob"}, {}, ["new_name: is for one user, and user names 2"]),
        ({"user": "bob", "new_name": "ann"}, {}, ["user (ann): new_name: the account has both 'bob' and 'ann'"]),
        (
            {"user": "bob", "groups": "Auditor"},
            {},
            ["user (bob): groups: the account has no group 'Auditor'; create it"],
        ),
        (
            {"user": "bob", "groups": ["A"], "leave_groups": ["A"]},
            {},
            ["user (bob): leave_groups: 'A' is listed in groups"],
        ),
        ({"user": "b b", "groups": "Auditors,"}, {}, ["add_groups: "]),
    ],
)
def test_what_is_wrong_is_told_before_the_first_write(
    aws: Account, options: dict[str, t.Any], variables: dict[str, t.Any], problems: list[str]
) -> None:
    told = run(variables=variables, **options)
    assert told["failed"]
    found = told["problems"]
    assert all(any(text.startswith(problem) for text in found) for problem in problems), found
    assert aws.writes == []


@pytest.mark.parametrize(("playbook", "variables"), [("add_user", ADDING), ("change_user", CHANGING)])
def test_playbooks_hand_over_the_variables_that_messages_name(playbook: str, variables: dict[str, str]) -> None:
    (play,) = yaml.safe_load((PLAYBOOKS / f"{playbook}.yml").read_text())
    (given,) = [
        task["cloudhsm.iam.iam_single_user"] for task in play["tasks"] if "cloudhsm.iam.iam_single_user" in task
    ]
    assert given.pop("create", False) is (playbook == "add_user")
    assert given == {
        option: f"{{{{ {name} | default(omit) }}}}" for name, option in {"user": "user", **variables}.items()
    }


def test_groups_with_an_end_become_temporary_memberships(aws: Account) -> None:
    iam: t.Any = boto3.session.Session().client("iam")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
    iam.put_group_policy(GroupName="Auditors", PolicyName="reading", PolicyDocument=json.dumps(policy))
    ending: dict[str, t.Any] = {"user": "ann", "groups": "Auditors", "until": "2040-01-01T00:00Z", "reason": "on call"}
    assert run(**ending)["lines"][1] == ('~ user ann: temporary groups +Auditors until 2040-01-01T00:00Z ("on call")')
    assert groups_of("ann") == []
    assert not run(**ending)["changed"]
    assert run(user="ann", leave_groups="Auditors")["lines"][1].startswith("~ user ann: temporary groups -Auditors")
    assert iam.list_attached_user_policies(UserName="ann")["AttachedPolicies"] == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"groups": "Auditors", "until": "tomorrow", "reason": "x"}, "groups_until: 'tomorrow' is not a time"),
        ({"groups": "Auditors", "until": "2040-01-01T00:00Z"}, "groups_reason: is missing"),
        ({"leave_groups": "Auditors", "until": "2040-01-01T00:00Z", "reason": "x"}, "add_groups: is missing"),
    ],
)
def test_an_end_needs_groups_and_a_reason(aws: Account, options: dict[str, t.Any], problem: str) -> None:
    result = run(user="ann", **options)
    assert problem in result["msg"]
    assert aws.writes == []
