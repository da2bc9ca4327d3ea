# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes or deletes a group and its policies with those of amazon.aws's modules that have something to do."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.amazon.aws.plugins.modules import iam_group, iam_managed_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups import plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.input import (
    SPEC,
    Policies,
    asked,
    foreign_problems,
    identifier_problems,
    mfa_attached,
    read_options,
    removable,
    requires_mfa,
    wanted_group,
    wanted_policies,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.members import leaving, leaving_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import policy_step
from ansible_collections.cloudhsm.iam.plugins.modules import guarded_module, iam_account_info
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import OPTION, bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._in_worker import InWorkerAction, Module

CHECK = Module("cloudhsm.iam.guarded_module", guarded_module.main)
LOOK_UP = Module("cloudhsm.iam.iam_account_info", iam_account_info.main)
MODULES = {
    "iam_group": Module("amazon.aws.iam_group", iam_group.main),
    "iam_managed_policy": Module("amazon.aws.iam_managed_policy", iam_managed_policy.main),
}


class FailedModuleError(Exception):
    """A module failed, with the result that it has."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        super().__init__(result.get("msg"))
        self.result = result


class ActionModule(InWorkerAction):
    """Looks, tells what is wrong, makes what is not there, and tells all of it as one result."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        ActionBase.run(self, tmp, task_vars)
        self._task_vars = task_vars or {}
        self._said: dict[str, list[t.Any]] = {}
        self._account_is_checked = False
        self._done: list[Step] = []
        args = bound_args(self, self._task_vars)
        self._expected = {OPTION: args.pop(OPTION, None)}
        self._connection_options = {name: value for name, value in args.items() if name not in SPEC}
        given, wrong = read_options({name: value for name, value in args.items() if name in SPEC})
        if wrong:
            return refused(wrong)
        checked = ArgumentSpecValidator(SPEC).validate(given)
        if checked.error_messages:
            raise AnsibleActionFail("; ".join(checked.error_messages))
        options = checked.validated_parameters
        problems = identifier_problems(options)
        if problems:
            return refused(problems)
        try:
            found = options["found"] or self._look_up(options)
            return {**self._work(options, found), **self._said}
        except FailedModuleError as exc:
            return self._failed(exc.result)

    def _look_up(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        found = self._run(LOOK_UP, {**asked(options), **self._expected})
        self._account_is_checked = True
        return found

    def _work(self, options: dict[str, t.Any], found: Mapping[str, t.Any]) -> dict[str, t.Any]:
        unwilling = self._leaving_problems(options, found)
        if unwilling:
            return refused(unwilling)
        if options["state"] == "absent":
            return self._remove(options, found)
        problems = plan.member_problems(
            options["members"], options["exclusive"], found["users"], options["variables_prefix"]
        )
        policies, wrong = wanted_policies(options, found["account"])
        group = wanted_group(options, found, policies)
        problems += [*wrong, *foreign_problems(options, found, policies, group)]
        return refused(problems) if problems else self._make(options, found, policies, group)

    def _leaving_problems(self, options: dict[str, t.Any], found: Mapping[str, t.Any]) -> list[str]:
        """Why members can't leave the group, which is only asked where some would."""
        going = leaving(options, plan.named(options["name"], found["groups"]))
        if not going:
            return []
        users = self._run(LOOK_UP, {"users": sorted({*going, *(options["members"] or ())})})["users"]
        return leaving_problems(options, going, users, found["account"]["caller_user_name"])

    def _remove(self, options: dict[str, t.Any], found: Mapping[str, t.Any]) -> dict[str, t.Any]:
        group = plan.named(options["name"], found["groups"])
        policy, kept = removable(options, found)
        caller = found["account"]["caller_user_name"] if options["keep_callers_group"] else None
        problems = plan.removal_problems(options["name"], group, policy, caller, options["variables_prefix"])
        if problems:
            return refused(problems)
        if kept:
            self._said.setdefault("warnings", []).append(kept)
        for step in plan.removal_steps(group, policy):
            self._take(step)
        return self._result()

    def _result(self, **more: t.Any) -> dict[str, t.Any]:
        told = {"diff": [difference(step) for step in self._done]} if self._task.diff else {}
        return {"changed": bool(self._done), **more, **told}

    def _failed(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        """A module's failure, and what the modules before it had done."""
        if not self._done:
            return result
        done = ", ".join(f"{step.module} {step.options['name']}" for step in self._done)
        return {**result, **self._result(), "msg": f"{result.get('msg')} (done before that, and kept: {done})"}

    def _make(
        self, options: dict[str, t.Any], found: Mapping[str, t.Any], policies: Policies, group: plan.Group
    ) -> dict[str, t.Any]:
        before = plan.named(options["name"], found["groups"])
        for policy in policies.all:
            self._take(policy_step(policy, plan.named(policy.name, found["policies"])))
        self._take(plan.group_step(group, before))
        return self._result(
            created=not before,
            aws_managed_policies=options["aws_managed_policies"],
            policy_name=next((plan.named(p.name, found["policies"]).get("name", p.name) for p in policies.own), None),
            require_mfa=requires_mfa(options, before),
            other_policies=other_policies(before, group, mfa_attached(options, before)),
        )

    def _take(self, step: Step | None) -> dict[str, t.Any]:
        """Run a step's module, and note the step where it changed something."""
        if step is None:
            return {}
        self._check_account()
        result = self._run(MODULES[step.module], step.options)
        if result.get("changed"):
            self._done.append(step)
        return result

    def _check_account(self) -> None:
        """Ask once whose the credentials are: amazon.aws's modules don't."""
        if self._expected[OPTION] and not self._account_is_checked:
            self._run(CHECK, {"name": "amazon.aws.iam_group", **self._expected})
            self._account_is_checked = True

    def _run(self, module: Module, options: Mapping[str, t.Any]) -> dict[str, t.Any]:
        result = self.run_module(module, {**self._connection_options, **options}, self._task_vars)
        if result.get("failed"):
            raise FailedModuleError(result)
        for kind in ("warnings", "deprecations"):
            if result.get(kind):
                self._said.setdefault(kind, []).extend(result[kind])
        return result


def refused(problems: list[str]) -> dict[str, t.Any]:
    """The result that tells what is wrong, before anything was changed."""
    return {"failed": True, "msg": "; ".join(problems), "problems": problems}


def other_policies(before: Mapping[str, t.Any], group: plan.Group, mfa: list[str]) -> list[str]:
    """What else the group had, and keeps unless told otherwise."""
    return [arn for arn in before.get("managed_policies", []) if arn not in (*group.attach, *mfa)]


def difference(step: Step) -> dict[str, t.Any]:
    """What Ansible shows of it with --diff."""
    header = f"{step.module} {step.options['name']}"
    return {"before_header": header, "after_header": header, "before": step.before, "after": step.after}
