# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts of an organization are worked on with credentials of their own, which nobody sees."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
import yaml
from helpers.accounts.organization import MANAGEMENT, ROLE, Member, make_organization, member_iam
from helpers.moto.clients import sts_client
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

MEMBERS = [Member("shop live", "/Workloads"), Member("shop test", "/Tests"), Member("sandbox", "/Tests")]
# What every session token of moto's begins with.
TOKEN = "FQoGZXIvYXdzEBYaD"
PLAY = ("cloudhsm.iam.bootstrap_organization", "-i", "org.yml", "--limit", "organization:localhost:!master")


@pytest.fixture
def ids(node: ControlNode, moto: str) -> dict[str, str]:
    """Ids of the organization's member accounts, by name."""
    (node.folder / "org.yml").write_text("plugin: cloudhsm.iam.organization_accounts\n")
    return make_organization(moto, MEMBERS)


def failing(node: ControlNode, account: str) -> None:
    """One account gets a wrong variable from now on."""
    wrong = {"bootstrap_cloudhsm_group_access": f"'all' if account_name == '{account}' else 'admin'"}
    configuration = {"plugin": "cloudhsm.iam.organization_accounts", "compose": wrong}
    (node.folder / "org.yml").write_text(json.dumps(configuration))


def users(moto: str, account_id: str) -> list[str]:
    return sorted(user["UserName"] for user in member_iam(moto, account_id).list_users()["Users"])


def check_secrets(node: ControlNode, output: str, moto: str) -> None:
    """No credentials of a session, neither shown nor in the cache of facts."""
    arn = f"arn:aws:iam::{MANAGEMENT}:role/{ROLE}"
    session = sts_client(moto).assume_role(RoleArn=arn, RoleSessionName="look")["Credentials"]
    assert session["SessionToken"].startswith(TOKEN)
    cached = "".join(file.read_text() for file in (node.folder / "facts").glob("*"))
    for text in (output, cached):
        assert TOKEN not in text
        assert not re.search(r"secret_key\W+(?!VALUE_SPECIFIED|\W|description)[A-Za-z0-9/+]{40}", text)


def test_one_accounts_failure_leaves_the_others_done(
    node: ControlNode, aws: FaultProxy, ids: dict[str, str], moto: str
) -> None:
    predicted = node.playbook(*PLAY, "--check", "--diff")
    assert predicted.status == 0, predicted.output
    assert "3 accounts: 3 to change, 0 unchanged, 0 failed" in predicted.output
    assert f"{ids['sandbox']}  to change  5 to create, 0 to change, 0 to delete, 0 unchanged" in predicted.output
    assert aws.writes == []

    failing(node, "shop test")
    caching = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(node.folder / "facts")}
    made = node.playbook(*PLAY, "-vvvv", **caching)
    assert made.status != 0
    assert "3 accounts: 2 changed, 0 unchanged, 1 failed (shop-test)" in made.output
    assert f"The account {ids['shop test']} is not done: " in made.failure
    assert "bootstrap_cloudhsm_group_access" in made.failure
    check_secrets(node, made.output, moto)
    assert {name: users(moto, account_id) for name, account_id in ids.items()} == {
        "sandbox": ["Administrator"],
        "shop live": ["Administrator"],
        "shop test": [],
    }

    (node.folder / "org.yml").write_text("plugin: cloudhsm.iam.organization_accounts\n")
    finished = node.playbook(*PLAY, "-e", "bootstrap_organization_serial=2")
    assert finished.status == 0, finished.output
    assert len(finished.changed_tasks) == len(set(finished.changed_tasks)), "only one account had something to change"
    assert "3 accounts: 1 changed, 2 unchanged, 0 failed" in finished.output
    stored = yaml.safe_load((node.home / ".cloudhsm-iam" / "credentials.yml").read_text())
    assert sorted(stored) == sorted(ids.values())


def test_without_accounts_the_run_fails(node: ControlNode) -> None:
    run = node.playbook("cloudhsm.iam.bootstrap_organization")
    assert run.status != 0
    assert run.failure == "No account was found; pass the inventory of an organization with -i org.yml"


def session(name: str, **variables: t.Any) -> dict[str, t.Any]:
    role = {"name": "cloudhsm.iam.account_session"}
    return {"name": name, "ansible.builtin.include_role": role, "vars": variables}


def test_a_session_is_kept_until_it_is_about_to_end(node: ControlNode, aws: FaultProxy) -> None:
    arn = f"arn:aws:iam::222222222222:role/{ROLE}"
    options = {
        "account_session_role_arn": arn,
        "account_session_duration": 900,
        "account_session_external_id": "of-ours",
        "account_session_tags": {"change": "CHG0042"},
    }
    wrong = session("Somebody else's", account_id="999999999999")
    tasks = [
        session("Begin", **options, account_session_renew_before=60),
        session("Keep", **options, account_session_renew_before=60),
        session("Renew", **options, account_session_renew_before=901),
        {"name": "Look", "cloudhsm.iam.iam_account_info": {}, "register": "seen"},
        {"name": "Check", "ansible.builtin.assert": {"that": "seen.account.account_id == '222222222222'"}},
        session("Suspended", account_status="SUSPENDED", account_session_role_arn=f"{arn}2"),
    ]
    play = node.write_playbook([*tasks[:-1], {"name": "Try", "block": [tasks[-1]], "rescue": [wrong]}])
    plays = json.loads(play.read_text())
    plays[0]["module_defaults"] = {"group/cloudhsm.iam.aws": "{{ account_session_module_defaults | default({}) }}"}
    play.write_text(json.dumps(plays))
    run = node.playbook(play, "--check")
    assumed = [call.params for call in aws.calls if call.action == "AssumeRole"]
    assert len(assumed) == 2, run.output
    for params in assumed:
        assert params["ExternalId"] == "of-ours"
        assert (params["Tags.member.1.Key"], params["Tags.member.1.Value"]) == ("change", "CHG0042")
    assert "The account 222222222222 is SUSPENDED; AWS allows no calls in it" in run.output
    assert f"The credentials belong to account {MANAGEMENT}, not to 999999999999" in run.failure
