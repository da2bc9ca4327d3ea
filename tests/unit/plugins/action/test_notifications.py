# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions that stand for a run tell what became of it: once, without secrets, and without failing for it.

What is handed to community.aws.sns and ansible.builtin.uri is kept here. The integration tests really send.
"""

from __future__ import annotations

import html
import json
import typing as t
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import jsonschema
import pytest
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._notification import (
    KINDS,
    SNS,
    TIMEOUT,
    URI,
    Notifier,
    notifies,
    quietly,
)
from helpers.accounts import reviewed
from helpers.accounts.everything import ACCOUNT
from helpers.accounts.reviewed import CANARY
from helpers.modules.in_process import PLAIN, Result, Task, actions, run_action
from helpers.moto.in_process import Account, account

SCHEMA = json.loads((Path(__file__).parents[4] / "docs/notification.schema.json").read_text())
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:cloudhsm-iam"
URL = "https://hooks.example.com/services/T0/CanaryOfTheWebhook"
WHERE: dict[str, t.Any] = {"notify_sns_topic": TOPIC, "notify_webhook_url": URL}
PLUGINS = Path(__file__).parents[4] / "plugins"
# What it is to send: whether the module fails, and how.
Answer = Result | Exception


class Sent:
    """What was handed to the modules that send, and what they answer."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {SNS: {"msg": "OK"}, URI: {"status": 200}}
        self.options: list[tuple[str, Result]] = []

    @property
    def bodies(self) -> list[Result]:
        found = [options["body"] for name, options in self.options if name == URI]
        for body in found:
            jsonschema.validate(body, SCHEMA)
        return found

    @property
    def messages(self) -> list[Result]:
        return [options for name, options in self.options if name == SNS]


@contextmanager
def sending() -> Iterator[Sent]:
    """Actions run in this process, but for the modules that send."""
    sent = Sent()
    with actions():
        others: Callable[..., Result] = ActionBase._execute_module

        def execute(action: t.Any, module_name: str, module_args: Result, **how: t.Any) -> Result:
            if module_name not in sent.answers:
                return others(action, module_name, module_args, **how)
            # In check mode both modules would be skipped.
            assert action._task.check_mode is False
            assert module_name == SNS or action._task.no_log is True
            sent.options.append((module_name, dict(module_args)))
            answer = sent.answers[module_name]
            if isinstance(answer, Exception):
                raise answer
            return answer

        with mock.patch.object(ActionBase, "_execute_module", execute):
            yield sent


@pytest.fixture
def sent() -> Iterator[Sent]:
    with sending() as found:
        yield found


@pytest.fixture
def aws() -> Iterator[Account]:
    with account() as found:
        yield found


def provision(*users: str, check_mode: bool = False, **variables: t.Any) -> Result:
    play = {"user_provisioning_users": [{"name": name} for name in users], "user_provisioning_workers": 1, **variables}
    return run_action("iam_user_provisioning", {}, play, check_mode=check_mode)


@pytest.mark.parametrize("name", reviewed.RUNS)
def test_each_kind_of_run_tells_once_and_knows_no_secret(aws: Account, sent: Sent, tmp_path: Path, name: str) -> None:
    tmp_path.chmod(0o700)
    run = reviewed.run_called(name, tmp_path)
    reviewed.prepare()
    run.make(run.variables)
    if run.before:
        assert run_action(run.before.action, run.before.options, dict(run.before.variables)).get("changed")
    more = {**WHERE, "account_name": "hsm-test", "notify_on": "changed,pending"}
    # Of a group alone, only the role account_guard knows the account.
    more["account_guard_result"] = {"account_id": ACCOUNT, "partition": "aws"}
    plain = run_action(run.action, run.options, dict(run.variables), check_mode=True)
    planned = run_action(run.action, run.options, {**run.variables, **more}, check_mode=True)
    assert (sent.options, planned) == ([], plain)
    done = run_action(run.action, run.options, {**run.variables, **more})
    assert done["changed"], done.get("msg")
    (body,) = sent.bodies
    (message,) = sent.messages
    assert (body["kind"], body["outcome"], body["account_id"]) == (run.kind, "changed", ACCOUNT)
    assert (body["account_name"], body["approval"], body["reason"]) == ("hsm-test", None, None)
    assert message["msg"] == html.unescape(body["text"])
    assert len(body["lines"]) == len(done["lines"]) - 2 or len(done["lines"]) > 30
    assert body["lines"][0] == done["lines"][0]
    assert done["lines"][-2:] == [f"Notified: the topic {TOPIC}", "Notified: the webhook at hooks.example.com"]
    assert ("pending" in body["events"]) == bool(body["pending"]) == (run.kind == "bootstrap")
    shown = json.dumps([sent.messages, sent.bodies, done], default=str)
    assert CANARY not in shown
    assert "CanaryOfTheWebhook" not in shown


def test_nothing_is_told_where_nothing_is_asked_for_or_nothing_happened(aws: Account, sent: Sent) -> None:
    with mock.patch.object(Notifier, "tell") as tell:
        provision("ann")
        provision("ann", notify_on=["changed"], notify_expiring_days=3)
    assert not tell.called
    again = provision("ann", **WHERE)
    assert (again["changed"], sent.options) == (False, [])
    assert "Notified" not in str(again["lines"])
    provision("ben", **WHERE, notify_on="failed")
    provision("ben", check_mode=True, **WHERE, notify_on=[])
    assert sent.options == []


def test_a_plan_is_told_where_it_is_asked_for(aws: Account, sent: Sent) -> None:
    done = provision("ann", check_mode=True, notify_webhook_url=URL, notify_on="planned")
    (body,) = sent.bodies
    assert (body["outcome"], body["check_mode"]) == ("planned", True)
    assert "+ user ann" in body["lines"]
    assert done["plan"]["lines"][0] == "+ user ann"
    assert aws.writes == []


def test_a_failure_is_told_with_its_reason(aws: Account, sent: Sent) -> None:
    aws.denied = {"CreateUser"}
    done = provision("ann", **WHERE)
    assert done["failed"]
    (body,) = sent.bodies
    assert (body["outcome"], body["kind"]) == ("failed", "provision_users")
    assert "iam:CreateUser" in body["reason"]
    assert sent.messages[0]["subject"].startswith("cloudhsm.iam: provision_users failed")
    refused = provision("a b", **WHERE)
    assert "a b" in str(refused["msg"])
    assert len(sent.bodies) == 2


def test_what_has_no_log_is_not_told(aws: Account, sent: Sent) -> None:
    class Action:
        _task = Task(action="iam_user_provisioning", args={}, check_mode=False, no_log=True)
        _templar = PLAIN
        _connection = SimpleNamespace(transport="local", become=None, set_option=lambda *_option: None)

        @notifies
        def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
            return {"failed": True, "msg": CANARY, "lines": [CANARY]}

    with mock.patch.object(Action, "_execute_module", ActionBase._execute_module, create=True):
        Action().run(None, {"notify_webhook_url": URL})
    (body,) = sent.bodies
    assert CANARY not in json.dumps(body)
    assert body["reason"] == "the task hides it, because it has no_log"


def test_an_exception_is_told_without_its_text_and_goes_on(aws: Account, sent: Sent) -> None:
    with (
        mock.patch(
            "ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action.Memory", side_effect=[KeyError(CANARY)]
        ),
        pytest.raises(KeyError),
    ):
        provision("ann", notify_webhook_url=URL)
    (body,) = sent.bodies
    assert (body["outcome"], body["reason"]) == ("failed", "the run ended with KeyError")
    assert CANARY not in json.dumps(body)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"failed": True, "status": 404, "msg": f"HTTP Error 404 for {URL}"}, "it answered with status 404"),
        (
            {"failed": True, "status": -1, "msg": URL},
            "it can't be reached; check the host, the proxy and the certificate",
        ),
        (AnsibleError(URL), "it can't be reached; check the host, the proxy and the certificate"),
    ],
)
def test_a_webhook_that_can_not_be_told_is_a_warning_without_its_url(
    aws: Account, sent: Sent, answer: Answer, told: str
) -> None:
    sent.answers[URI] = answer
    done = provision("ann", **WHERE)
    assert (done["changed"], done.get("failed", False)) == (True, False)
    assert done["warnings"] == [f"The notification could not be sent to the webhook at hooks.example.com: {told}"]
    assert done["lines"][-1] == f"Notified: the topic {TOPIC}"
    assert "CanaryOfTheWebhook" not in json.dumps(done)


def test_a_webhook_that_does_not_answer_in_time_is_named_so(aws: Account, sent: Sent) -> None:
    sent.answers[URI] = {"failed": True, "status": -1}
    with mock.patch("time.monotonic", side_effect=[0.0, float(TIMEOUT)]):
        notifier = Notifier(
            SimpleNamespace(_task=Task(action="root_access", args={}, check_mode=False), _connection=PLAIN),
            {},
            SimpleNamespace(webhook=URL, events=(), topic=""),  # type: ignore[arg-type]
        )
        with mock.patch.object(Notifier, "_attempt", return_value="failed"):
            told = mock.Mock(rights=(), lines=(), reason="", pending=(), approval=None, outcome="changed")
            assert notifier._post(told) == f"it did not answer within {TIMEOUT} seconds"


def test_a_topic_that_can_not_be_told_is_a_warning(aws: Account, sent: Sent) -> None:
    sent.answers[SNS] = {"failed": True, "msg": "Failed to publish message: not authorized\nto perform: SNS:Publish"}
    done = provision("ann", **WHERE)
    assert done["warnings"] == [
        f"The notification could not be sent to the topic {TOPIC}: "
        "Failed to publish message: not authorized to perform: SNS:Publish"
    ]
    assert len(sent.bodies) == 1


def test_the_topic_is_told_in_its_region_with_the_connection_of_the_task(aws: Account, sent: Sent) -> None:
    play = {"user_provisioning_users": [{"name": "ann"}], "notify_sns_topic": f"{TOPIC}.fifo"}
    given = {"endpoint_url": "http://127.0.0.1:1", "region": "us-east-1", "aws_config": {"read_timeout": 3}}
    run_action("iam_user_provisioning", given, play)
    (message,) = sent.messages
    assert (message["region"], message["endpoint_url"]) == ("eu-central-1", "http://127.0.0.1:1")
    assert message["aws_config"]["read_timeout"] == 3
    assert message["aws_config"]["connect_timeout"] < TIMEOUT
    assert message["message_group_id"] == "cloudhsm.iam"
    assert message["message_deduplication_id"]


def test_what_is_wrong_is_refused_by_each_action_before_it_does_anything(aws: Account, sent: Sent) -> None:
    wrong = {"notify_webhook_url": "http://hooks.example.com/canary"}
    told = "notify_webhook_url: must begin with https://"
    options = {"iam_single_user": {}, "iam_user_offboarding": {"mode": "delete"}}
    for name in sorted(set(KINDS) - {"iam_account_guard", "sts_account_session"}):
        done = run_action(name, options.get(name, {}), {**wrong})
        assert done.get("failed"), name
        assert told in done["msg"], name
        assert "canary" not in json.dumps(done)
    assert aws.calls == [] or aws.writes == []
    assert sent.options == []


def test_a_failed_guard_tells_the_webhook_and_calls_no_topic(aws: Account, sent: Sent) -> None:
    wrong = {"account_guard_account_ids": ["999999999999"], **WHERE}
    done = run_action("iam_account_guard", {}, wrong)
    assert done["failed"]
    assert sent.messages == []
    (body,) = sent.bodies
    assert (body["kind"], body["outcome"], body["account_id"]) == ("account_guard", "failed", ACCOUNT)
    assert "the topic" in done["warnings"][0]
    run_action("iam_account_guard", {}, {**wrong, "ansible_check_mode": True})
    run_action("iam_account_guard", {}, {**WHERE})
    assert len(sent.bodies) == 1


def test_what_ends_is_told_also_if_nothing_changed(aws: Account, sent: Sent) -> None:
    provision("ann")
    temporary = [{"user": "ann", "group": "Ops", "until": "2020-01-01T00:00:00Z", "reason": "INC-1"}]
    module = "ansible_collections.cloudhsm.iam.plugins.action.iam_users.ActionModule.run"
    result = run_action("iam_users", {"users": [{"name": "ann"}]}, {})
    with mock.patch(module, return_value={**result, "temporary": temporary}):
        done = provision("ann", **WHERE)
    assert done["changed"] is False
    (body,) = sent.bodies
    assert (body["outcome"], body["events"]) == ("unchanged", ["expiring"])
    assert body["expiring"] == [
        {
            "who": "user ann",
            "what": "group Ops",
            "until": "2020-01-01T00:00:00Z",
            "reason": "INC-1",
            "ended": True,
        }
    ]


def test_an_approved_plan_is_told_with_its_approval(aws: Account, sent: Sent, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    plan = str(tmp_path / "plan.json")
    provision("ann", check_mode=True, plan_file=plan)
    provision("ann", apply_plan_file=plan, notify_webhook_url=URL)
    (body,) = sent.bodies
    assert body["approval"]["how"] == "plan_file"
    assert "Approved: the plan made at " in body["text"]


def test_logging_is_switched_off_only_for_the_webhook() -> None:
    asked: list[tuple[str, object]] = []
    connection = SimpleNamespace(
        transport="local", become=None, set_option=lambda name, value: asked.append((name, value))
    )
    action = SimpleNamespace(_task=Task(check_mode=True, no_log=False), _connection=connection)

    def fail() -> None:
        with quietly(action):
            assert (action._task.check_mode, action._task.no_log) == (False, True)
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert (action._task.check_mode, action._task.no_log) == (True, False)
    assert asked == [("pipelining", True)]


def test_every_action_of_a_role_stands_for_a_run() -> None:
    named: set[str] = set()
    for path in (PLUGINS.parent / "roles").glob("*/tasks/main.yml"):
        named |= {
            line.strip().rstrip(":").removeprefix("cloudhsm.iam.")
            for line in path.read_text().splitlines()
            if line.startswith("  cloudhsm.iam.")
        }
    assert named - set(KINDS) <= {"iam_account_export", "identity_center_users"}
