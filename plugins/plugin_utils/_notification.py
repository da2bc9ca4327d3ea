# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Tells a topic of Amazon SNS and a webhook what became of a run, by community.aws.sns and ansible.builtin.uri.

Settings are read and checked before the run. What can't be sent afterwards is a warning, and fails nothing.
"""

from __future__ import annotations

import functools
import time
import typing as t
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from ansible.errors import AnsibleError
from ansible.utils.display import Display
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification import result as message
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.input import (
    FAILED,
    PLANNED,
    VARIABLES,
    Settings,
    read_settings,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.model import Told, now, pending_of, rights_of
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._actions import run_action

display = Display()

OURS = "cloudhsm.iam."
GUARDED = f"{OURS}guarded_module"
SNS = "community.aws.sns"
URI = "ansible.builtin.uri"
# Seconds that a webhook or SNS has to answer, and that SNS has to accept the connection.
TIMEOUT = 10
_CONNECT_TIMEOUT = 5
ACCEPTED = [200, 201, 202, 204]
DRIFT_CHECK = "drift_check"
ADDITIONS = "drift_check_additions"
# The actions that stand for a run, with what a notification calls it. That of others is the plan's.
KINDS = {
    "iam_access_report": "access_report",
    "iam_account_guard": "account_guard",
    "iam_account_password_policy": "account_password_policy",
    "iam_admin_group": "admin_group",
    "iam_administration": DRIFT_CHECK,
    "iam_break_glass": "break_glass",
    "iam_cloudhsm_group": "cloudhsm_group",
    "iam_cloudhsm_role": "cloudhsm_role",
    "iam_customer_managed_policy": "shared_policy",
    "iam_group_provisioning": "provision_groups",
    "iam_saml_access": "federated_access",
    "iam_service_linked_role": "service_linked_role",
    "iam_single_user": "change_user",
    "iam_user_credentials": "user_credentials",
    "iam_user_offboarding": "offboard_users",
    "iam_user_provisioning": "provision_users",
    "identity_center_provisioning": "identity_center_access",
    "cloudhsm_guardrails": "cloudhsm_guardrails",
    "root_access": "root_access",
    "sts_account_session": "account_session",
}
# They come before the run itself, which tells what is wrong with the variables.
_BEFORE = ("iam_account_guard", "sts_account_session")
# What it changes are files, and not the account.
_WRITES_FILES = "iam_access_report"
# The options for connecting to AWS, with amazon.aws's aliases; the region is the topic's.
_CONFIG = "aws_config"
_CONNECTION = frozenset(
    name
    for option, spec in aws_argument_spec().items()
    for name in (option, *(spec.get("aliases") or ()))
    if option != "region"
)
Result = dict[str, t.Any]
Run = Callable[..., Result]
AnyRun = t.TypeVar("AnyRun", bound=Run)


def notifies(run: AnyRun) -> AnyRun:
    """Have an action's run tell what became of it, if the play's variables ask for that."""

    @functools.wraps(run)
    def told(action: t.Any, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        variables = task_vars or {}
        if not _is_asked(variables) or not _is_run(action):
            return run(action, tmp, task_vars)
        settings, problems = settings_of(action, variables)
        if problems and _name(action) not in _BEFORE and not hasattr(action, "notification_problems"):
            return {"failed": True, "msg": f"Nothing was changed. {'; '.join(problems)}", "problems": problems}
        if not settings:
            return run(action, tmp, task_vars)
        notifier = Notifier(action, variables, settings)
        try:
            result = run(action, tmp, task_vars)
        except Exception as exc:
            # Of whatever else can go wrong the text is not known: it could hold anything.
            done = notifier.tell({"failed": True, "msg": f"the run ended with {type(exc).__name__}"})
            for warning in done.get("warnings", ()):
                display.warning(warning)
            raise
        return notifier.tell(result)

    return t.cast("AnyRun", told)


def settings_of(action: t.Any, variables: Mapping[str, t.Any]) -> tuple[Settings, list[str]]:
    """Where notifications go, by the play's variables, and what is wrong with these."""
    if not _is_asked(variables):
        return Settings(), []
    values = {name: action._templar.template(variables[name]) for name in VARIABLES if name in variables}
    return read_settings(values, str(_guarded(variables).get("partition") or ""))


def _is_asked(variables: Mapping[str, t.Any]) -> bool:
    return any(variables.get(name) not in (None, "") for name in VARIABLES)


def _is_run(action: t.Any) -> bool:
    """Whether the action stands for a run: it is no part of another, and somebody waits for it."""
    nested = getattr(action, "memory", None) is not None
    return _name(action) in KINDS and not nested and not getattr(action._task, "async_val", 0)


def _name(action: t.Any) -> str:
    return str(action._task.action).removeprefix(OURS)


def _guarded(variables: Mapping[str, t.Any]) -> Mapping[str, t.Any]:
    """What the role account_guard has found out about the account."""
    found = variables.get("account_guard_result")
    return found if isinstance(found, Mapping) else {}


class Notifier:
    """Sends what a run has to tell, once."""

    def __init__(self, action: t.Any, variables: Result, settings: Settings) -> None:
        self._action = action
        self._variables = variables
        self._settings = settings
        # Before the run, which may fill in the options of its task.
        self._connection = {name: value for name, value in action._task.args.items() if name in _CONNECTION}

    def tell(self, result: Result) -> Result:
        """The result, with a line for each place that was told, and a warning for each that was not."""
        told = self._told(result)
        if not self._wants(told):
            return result
        sent: list[str] = []
        warnings: list[str] = []
        for place, send in self._places():
            problem = send(told)
            if problem:
                warnings.append(f"The notification could not be sent to {place}: {problem}")
            else:
                sent.append(f"Notified: {place}")
        made = {**result, **({"lines": [*result["lines"], *sent]} if sent and "lines" in result else {})}
        return {**made, "warnings": [*(result.get("warnings") or ()), *warnings]} if warnings else made

    def _wants(self, told: Told) -> bool:
        """Whether anybody wants to know. A plan is no news, unless it is asked for."""
        happened = set(told.events)
        if _name(self._action) in _BEFORE:
            happened &= {FAILED}
            # The drift check's play always runs in check mode.
            plans = bool(self._variables.get("ansible_check_mode"))
        else:
            plans = told.check_mode and told.kind != DRIFT_CHECK
        return bool(happened & set(self._settings.events)) and (not plans or PLANNED in self._settings.events)

    def _places(self) -> Iterator[tuple[str, Callable[[Told], str | None]]]:
        if self._settings.topic:
            yield f"the topic {self._settings.topic}", self._publish
        if self._settings.webhook:
            yield f"the webhook at {self._settings.host}", self._post

    def _told(self, result: Result) -> Told:
        action = self._action
        hidden = bool(getattr(action._task, "no_log", False))
        failed, at = bool(result.get("failed")), now()
        results = [*getattr(action, "part_results", {}).values(), result]
        account = _account(results) or _guarded(self._variables)
        names = (self._variables.get("account_name"), account.get("account_alias"))
        control = getattr(action, "_control", None)
        differences = self._differences(result)
        approval = control.approval if control else None
        reason = "the task hides it, because it has no_log" if hidden else str(result.get("msg") or "failed")
        return Told(
            kind=str((control and control.kind) or result.get("job") or KINDS[_name(action)]),
            account_id=str(account.get("account_id") or ""),
            account_name=str(next((name for name in names if name and isinstance(name, str)), "")),
            check_mode=bool(action._task.check_mode),
            changed=bool(result.get("changed")) and _name(action) != _WRITES_FILES,
            failed=failed,
            reason=reason if failed else "",
            drift=bool(differences),
            lines=() if hidden else differences or [str(line) for line in result.get("lines") or ()],
            pending=pending_of(results),
            rights=rights_of(results, at, self._settings.days),
            approval=approval if approval and approval["how"] != "none" else None,
            at=at,
        )

    def _differences(self, result: Result) -> list[str]:
        """What the drift check fails for."""
        counts = self._action._templar.template(self._variables.get(ADDITIONS, "fail")) == "fail"
        return [*result.get("differences", ()), *(result.get("additions", ()) if counts else ())]

    def _publish(self, told: Told) -> str | None:
        """Publish to the topic as the account's caller. Gives why that failed."""
        if _name(self._action) in _BEFORE:
            return "it is not known whether the credentials are those of the right account"
        options: Result = {
            "topic": self._settings.topic,
            "subject": message.subject(told),
            "msg": message.text(told),
        }
        if self._settings.topic.endswith(".fifo"):
            options |= {"message_group_id": "cloudhsm.iam", "message_deduplication_id": uuid.uuid4().hex}
        limits = {"connect_timeout": _CONNECT_TIMEOUT, "read_timeout": TIMEOUT, "retries": {"max_attempts": 1}}
        config = {**limits, **(self._connection.get(_CONFIG) or {})}
        task = {"name": SNS, "options": options, "region": self._settings.region, _CONFIG: config}
        return self._attempt(
            lambda: run_action(
                self._action,
                GUARDED,
                {**self._connection, **task},
                self._variables,
                check_mode=False,
                memory=Memory(),
            )
        )

    def _post(self, told: Told) -> str | None:
        """Post to the webhook. Gives why that failed, without anything of the URL."""
        options: Result = {
            "url": self._settings.webhook,
            "method": "POST",
            "body_format": "json",
            "body": message.body(told),
            "status_code": ACCEPTED,
            "follow_redirects": "none",
            "timeout": TIMEOUT,
        }
        found: Result = {}

        def post() -> Result:
            with quietly(self._action):
                found.update(
                    self._action._execute_module(module_name=URI, module_args=options, task_vars=self._variables)
                )
            return found

        begun = time.monotonic()
        if not self._attempt(post):
            return None
        status = found.get("status")
        if isinstance(status, int) and status > 0:
            return f"it answered with status {status}"
        if time.monotonic() - begun >= TIMEOUT:
            return f"it did not answer within {TIMEOUT} seconds"
        return "it can't be reached; check the host, the proxy and the certificate"

    @staticmethod
    def _attempt(send: Callable[[], Result]) -> str | None:
        """Send, and give why that failed. Nothing that goes wrong here ends the run, which has done its work."""
        try:
            done = send()
        except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            return f"the module ended with {type(exc).__name__}"
        return " ".join(str(done.get("msg") or "failed").split())[:300] if done.get("failed") else None


def _account(results: list[Result]) -> Mapping[str, t.Any]:
    """Whose account it was, as far as a module has told it."""
    found = (result.get("account") or result.get("account_guard") for result in results)
    return next((each for each in found if isinstance(each, Mapping) and each.get("account_id")), {})


@contextmanager
def quietly(action: t.Any) -> Iterator[None]:
    """Run a module for real, and have its options neither logged nor, on this machine, written to a file."""
    task = action._task
    before = task.check_mode, getattr(task, "no_log", False)
    task.check_mode, task.no_log = False, True
    if action._connection.transport == "local" and not action._connection.become:
        # Connections of mitogen's have no such option, and use no files either.
        with suppress(AnsibleError):
            action._connection.set_option("pipelining", True)
    try:
        yield
    finally:
        task.check_mode, task.no_log = before
