# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of ansible-playbook that notify a topic of moto's and a receiver on this machine."""

from __future__ import annotations

import html
import json
import typing as t
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run
from helpers.processes.permission_cases import just_bootstrapped
from helpers.processes.webhook import SECRET_PATH, Receiver, Topic, receiver

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/notification.schema.json").read_text())
CANARY = "Canary-7-wuRrlzZ!"
VAULTED = "Vaulted-9-canaRy!"
SECRETS = (CANARY, VAULTED, SECRET_PATH, "CanaryOfTheWebhook")
USERS: list[dict[str, t.Any]] = [{"name": "ann", "console_access": True, "password": CANARY}, {"name": "ben"}]


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def play(node: ControlNode, playbook: str, *args: str, **variables: t.Any) -> Run:
    file = node.folder / "given.json"
    file.write_text(json.dumps(variables))
    return node.playbook(f"cloudhsm.iam.{playbook}", "-e", f"@{file}", *args)


def test_topic_and_webhook_are_told_once_and_know_no_secret(
    node: ControlNode, moto: str, hook: Receiver, aws: FaultProxy
) -> None:
    topic = Topic(moto)
    where = {"notify_sns_topic": topic.arn, "notify_webhook_url": hook.url}
    kept = {"user_provisioning_users": USERS, "user_provisioning_workers": 1, "account_name": "hsm-test"}
    planned = play(node, "provision_users", "--check", **kept, **where)
    assert (planned.status, hook.bodies, topic.messages()) == (0, [], []), planned.output
    done = play(node, "provision_users", "-vvv", **kept, **where)
    assert done.status == 0, done.output
    (body,) = hook.bodies
    jsonschema.validate(body, SCHEMA)
    (message,) = topic.messages()
    assert message["Subject"] == f"cloudhsm.iam: provision_users changed the account, {ACCOUNT}"
    assert message["Message"] == html.unescape(body["text"])
    assert (body["outcome"], body["events"], body["account_name"]) == ("changed", ["changed"], "hsm-test")
    assert "+ user ben" in body["lines"]
    assert f"Notified: the topic {topic.arn}" in done.output
    assert "Notified: the webhook at 127.0.0.1" in done.output
    assert hook.paths == [SECRET_PATH]
    for secret in SECRETS:
        assert secret not in done.output
        assert secret not in json.dumps([body, message])
    aws.clear()
    again = play(node, "provision_users", **kept, **where)
    assert (again.status, len(hook.bodies), topic.messages()) == (0, 1, []), again.output
    assert "Notified" not in again.output
    assert aws.writes == []


def test_what_can_not_be_sent_is_a_warning(node: ControlNode, moto: str, hook: Receiver) -> None:
    topic = Topic(moto).arn
    nowhere = f"{topic}-nowhere"
    hook.status = 404
    users = {"user_provisioning_users": USERS, "notify_webhook_url": hook.url, "notify_sns_topic": nowhere}
    done = play(node, "provision_users", "-vvv", **users)
    assert done.status == 0, done.output
    told = " ".join(done.output.split())
    assert "could not be sent to the webhook at 127.0.0.1: it answered with status 404" in told
    assert f"could not be sent to the topic {nowhere}: Failed to publish message" in told
    assert not [secret for secret in SECRETS if secret in done.output]
    hook.status = 307
    moved = play(node, "provision_users", **users | {"user_provisioning_users": [{"name": "eve"}]})
    assert "it answered with status 307" in " ".join(moved.output.split())
    assert hook.paths == [SECRET_PATH, SECRET_PATH]


def test_what_is_wrong_is_told_with_all_other_mistakes_before_anything_is_written(
    node: ControlNode, aws: FaultProxy
) -> None:
    done = play(
        node,
        "provision_users",
        "-vvv",
        user_provisioning_users=[{"name": "a b"}],
        notify_sns_topic="arn:aws-cn:sns:cn-north-1:111122223333:x",
        notify_webhook_url=f"http://hooks.example.com{SECRET_PATH}",
        notify_on=["chnaged"],
        notify_expiring_days="soon",
    )
    assert done.status != 0
    for told in (
        "notify_sns_topic: the topic is in the partition aws-cn, and the account in aws",
        "notify_webhook_url: must begin with https://",
        "notify_on: 'chnaged' is none of changed, failed, drift, pending, expiring, planned; did you mean changed?",
        "notify_expiring_days: must be a number of days, from 0 to 365",
        "user_provisioning_users[0]",
    ):
        assert told in done.failure
    assert aws.writes == []
    assert SECRET_PATH not in done.output
    slip = play(node, "provision_users", user_provisioning_users=[], notify_webhook_ulr=hook_of(SECRET_PATH))
    assert "notify_webhook_ulr: no role has a variable of that name; did you mean notify_webhook_url?" in slip.failure


def hook_of(path: str) -> str:
    return f"https://hooks.example.com{path}"


def test_the_drift_check_tells_of_drift_and_a_failed_guard_of_itself(
    node: ControlNode, moto: str, iam: IAMClient, hook: Receiver
) -> None:
    topic = Topic(moto)
    where = {"notify_sns_topic": topic.arn, "notify_webhook_url": hook.url}
    just_bootstrapped(iam, ACCOUNT)
    same = play(node, "drift_check", **where)
    assert (same.status, hook.bodies) == (0, []), same.output
    iam.remove_user_from_group(GroupName="Administrators", UserName="Administrator")
    drifted = play(node, "drift_check", **where)
    assert "Administrator is not in Administrators" in drifted.failure
    (body,) = hook.bodies
    jsonschema.validate(body, SCHEMA)
    assert (body["kind"], body["outcome"], body["check_mode"]) == ("drift_check", "drift", True)
    assert body["lines"] == ["Administrator is not in Administrators"]
    assert len(topic.messages()) == 1
    other = play(node, "drift_check", account_guard_account_ids=["999999999999"], **where)
    assert other.status != 0
    assert (hook.bodies[-1]["kind"], hook.bodies[-1]["outcome"]) == ("account_guard", "failed")
    # Nothing is published with credentials of the wrong account.
    assert topic.messages() == []


def test_generated_passwords_and_new_keys_are_not_told_and_a_slow_webhook_is_left(
    node: ControlNode, moto: str, iam: IAMClient, hook: Receiver
) -> None:
    topic = Topic(moto, "cloudhsm-iam.fifo")
    where = {"notify_sns_topic": topic.arn, "notify_webhook_url": hook.url}
    users = [{"name": "ann", "console_access": True}]
    store = {"user_provisioning_credentials_store": "file", "user_provisioning_users": users}
    done = play(node, "provision_users", **store, **where)
    assert done.status == 0, done.output
    kept = yaml.safe_load((node.home / ".cloudhsm-iam/credentials.yml").read_text())[ACCOUNT]["ann"]["password"]
    iam.create_user(UserName="svc-backup")
    iam.create_access_key(UserName="svc-backup")
    hook.wait = 11
    rotated = play(node, "rotate_access_key", user="svc-backup", user_credentials_store="file", **where)
    assert rotated.status == 0, rotated.output
    assert "it did not answer within 10 seconds" in " ".join(rotated.output.split())
    key = yaml.safe_load((node.home / ".cloudhsm-iam/access-keys.yml").read_text())[ACCOUNT]["svc-backup"]
    assert [body["kind"] for body in hook.bodies] == ["provision_users", "rotate_access_key"]
    messages = topic.messages()
    assert len(messages) == 2
    told = json.dumps([hook.bodies, messages])
    assert kept not in told
    assert key["secret_access_key"] not in told
    assert "ann" in told
