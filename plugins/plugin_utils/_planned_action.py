# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Makes a plan, and carries it out with modules of amazon.aws and community.aws.

Ansible runs one of these modules for each step of the plan. In check mode, it runs none: the plan says what would be
done.
"""

from __future__ import annotations

import abc
import typing as t
from collections.abc import Mapping, Sequence

from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.region import GLOBAL, default_region
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan, Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Module, Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import written_problems
from ansible_collections.cloudhsm.iam.plugins.modules.guarded_module import MODULE as CHECK
from ansible_collections.cloudhsm.iam.plugins.modules.iam_account_info import MODULE as LOOK_UP
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import OPTION, bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import (
    LocalAction,
    PluginConnection,
    masked,
    read_options,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._notification import notifies


class PlannedAction(LocalAction, metaclass=abc.ABCMeta):
    """Reads the account and plans. Reports all problems at once; if it finds none, runs the modules of the steps."""

    # The full name of the action, and its options except those for connecting to AWS.
    NAME: t.ClassVar[str]
    SPEC: t.ClassVar[dict[str, t.Any]]
    WRITES = True
    _supports_async = False

    def read(self, given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], Sequence[str]]:
        """Return the playbook's options in the form that SPEC expects, and problems with their types."""
        return dict(given), ()

    @abc.abstractmethod
    def look(self, options: Mapping[str, t.Any]) -> Result:
        """Read the account with look_up(). Raises FailedError, also for problems that do not depend on the account."""

    @abc.abstractmethod
    def plan(self, options: Mapping[str, t.Any], found: Mapping[str, t.Any]) -> Plan:
        """Return the plan. Pure."""

    @notifies
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        ActionBase.run(self, tmp, task_vars)
        self._task_vars = task_vars or {}
        self._said: dict[str, list[t.Any]] = {}
        self._done: list[Step] = []
        self._account_is_checked = False
        try:
            options = self._read(bound_args(self, self._task_vars))
            plan = self.plan(options, self.look(options))
            refuse(plan.problems)
            self._said.setdefault("warnings", []).extend(plan.warnings)
            self._carry_out(plan.steps)
            result = {"changed": bool(self._done), **plan.told, **self._differences()}
        except FailedError as exc:
            result = {**self._failed(exc.result), "failed": True}
        return {**result, **{kind: texts for kind, texts in self._said.items() if texts}}

    def look_up(self, asked: Mapping[str, t.Any]) -> Result:
        """Return the result of iam_account_info with these options. Raises FailedError."""
        found = self._ours(LOOK_UP, asked)
        self._account_is_checked = True
        return found

    def _read(self, args: Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return the validated options. Keep those for connecting to AWS as given, for the modules."""
        self._connection_options = {name: value for name, value in args.items() if name not in self.SPEC}
        given, problems = self.read({name: value for name, value in args.items() if name in self.SPEC})
        problems = [*problems, *written_problems(self.SPEC, given, str(given.get("variables_prefix") or ""))]
        refuse(list(dict.fromkeys(problems)))
        options = read_options(self.NAME, self.SPEC, {**self._connection_options, **given})
        if options.wrong:
            raise FailedError(**masked({"msg": options.wrong}, options.secrets))
        self._region = region_of_another_partition(self, self._connection_options)
        return options.values

    def _carry_out(self, steps: Sequence[Step]) -> None:
        if steps and not self._account_is_checked and self._connection_options.get(OPTION):
            # amazon.aws's modules do not check which account the credentials belong to.
            self._ours(CHECK, {"name": steps[0].module})
        if self._task.check_mode:
            self._done = list(steps)
            return
        connection = {**self._region, **self._connection_options}
        connection.pop(OPTION, None)
        for step in steps:
            result = self._heard(self.run_process(step.module, {**connection, **step.options}, self._task_vars))
            if result.get("changed"):
                self._done.append(step)

    def _ours(self, module: Module, options: Mapping[str, t.Any]) -> Result:
        return self._heard(self.run_module(module, {**self._connection_options, **options}, self._task_vars))

    def _heard(self, result: Result) -> Result:
        """Keep the result's warnings and return it. Raises FailedError if the module failed."""
        for kind in ("warnings", "deprecations"):
            self._said.setdefault(kind, []).extend(result.get(kind) or ())
        if result.get("failed"):
            raise FailedError(**{"msg": "failed", **result})
        return result

    def _failed(self, result: Result) -> Result:
        """Return a failure, with what the modules before it did."""
        if not self._done:
            return result
        done = ", ".join(step.title for step in self._done)
        msg = f"{result['msg']} (done before that, and kept: {done})"
        return {**result, "msg": msg, "changed": True, **self._differences()}

    def _differences(self) -> dict[str, t.Any]:
        return {"diff": [step.difference() for step in self._done]} if self._task.diff else {}


def region_of_another_partition(action: LocalAction, given: Mapping[str, t.Any]) -> dict[str, str]:
    """Return the option region for amazon.aws's modules, which use the partition aws without one.

    given are a task's options for connecting to AWS.
    """
    if action.why_a_process(given) is not None:
        # The module may run on another machine, with other profiles.
        return {}
    options = read_options(CHECK.name, {}, given).values
    try:
        region = PluginConnection(options).region or default_region(options)
    except Exception:  # noqa: BLE001  # pylint: disable=broad-exception-caught
        # A wrong profile can raise any error. Reading the account later reports it.
        return {}
    return {} if region == GLOBAL else {"region": region}


def refuse(problems: Sequence[str]) -> None:
    """Raise FailedError with all problems, if there are any. For use before the first write."""
    if problems:
        raise FailedError("; ".join(problems), problems=list(problems))
