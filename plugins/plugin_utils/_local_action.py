# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs a module's logic in the action itself where the target is the controller, and as a module elsewhere.

A process of its own costs a module about half a second of processor time, nearly all of it for starting Python and
for reading boto3. Ansible forks a worker for each task from a process that has read boto3 by then.

Actions run with the Python of Ansible itself. So does the logic here, whatever ansible_python_interpreter says: that
variable is for processes. Only where this Python has no boto3 that will do, another one may.
"""

from __future__ import annotations

import json
import sys
import typing as t
from collections.abc import Callable, Mapping

try:
    import boto3
    import botocore
except ImportError:
    HAS_BOTO3 = False
else:
    HAS_BOTO3 = True

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from ansible_collections.amazon.aws.plugins.plugin_utils.base import AWSPluginBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import EXPECTED_ACCOUNT_IDS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Module, Result, Task
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import with_lists, written_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._requirements import boto3_problem
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import options_of_role

display = Display()

# How Ansible writes values for modules of its own kind.
PROFILE = "legacy"
# What says how to connect to AWS, with the other names that amazon.aws has for it.
CONNECTION_OPTIONS = frozenset(
    name for option, spec in aws_argument_spec().items() for name in (option, *(spec.get("aliases") or ()))
)
LOGS = "debug_botocore_endpoint_logs"


class PluginConnection(AWSPluginBase):  # type: ignore[misc]
    """amazon.aws's way for plugins to make clients, out of the options of a task."""

    def __init__(self, options: Mapping[str, t.Any]) -> None:
        self._options = options

    def get_options(self) -> Mapping[str, t.Any]:
        """The options by which amazon.aws connects."""
        return self._options

    def fail_aws(self, message: str, exception: Exception | None = None) -> t.NoReturn:
        """What amazon.aws calls where a client can't be made. The task tells the error in a sentence."""
        raise exception or AnsibleError(message)


class LocalAction(ActionBase):  # type: ignore[misc]
    """The action of a module that need not be a process."""

    TRANSFERS_FILES = False
    MODULE: t.ClassVar[Module]
    # Whether the credentials are those of the account that the play works in.
    OF_THE_ACCOUNT: t.ClassVar[bool] = True
    # Whether it changes anything, which change control then has to know of.
    WRITES: t.ClassVar[bool] = False
    # What it shares with the other parts of a plan; set by whoever runs it as one.
    memory: Memory | None = None
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        super().run(tmp, task_vars)
        args = bound_args(self, task_vars or {}, fill_in=self.OF_THE_ACCOUNT)
        args = options_of_role(args, self.MODULE.argument_spec, task_vars or {}, self._templar.template)
        return self.run_module(self.MODULE, args, task_vars or {})

    def run_module(
        self,
        module: Module,
        args: Mapping[str, t.Any],
        task_vars: dict[str, t.Any],
        *,
        check_mode: bool | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Result:
        """The module's result.

        check_mode is the task's where it is left out. environment is for the module's process, if there is one.
        """
        problems = written_problems(module.argument_spec, args, str(args.get("variables_prefix") or ""))
        if problems:
            return refused(problems)
        args = with_lists(module.argument_spec, args)
        check_mode = bool(self._task.check_mode) if check_mode is None else check_mode
        why = self.why_a_process(args)
        host = task_vars.get("inventory_hostname")
        if why is None:
            display.vvv(f"{module.name} runs here, in Ansible's own Python {sys.executable}", host=host)
            how = Running(check_mode, bool(self._task.diff), display.display, self.memory)
            return run_here(module, args, how)
        display.vvv(f"{module.name} runs as a process of its own: {why}", host=host)
        return self.run_process(module.name, args, task_vars, check_mode=check_mode, environment=environment)

    def run_process(
        self,
        name: str,
        args: Mapping[str, t.Any],
        task_vars: dict[str, t.Any],
        *,
        check_mode: bool | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Result:
        """The result of any module, which Ansible runs where and how the task says."""
        before = self._task.check_mode, self._task.environment
        if check_mode is not None:
            self._task.check_mode = check_mode
        if environment:
            self._task.environment = [*(self._task.environment or []), dict(environment)]
        try:
            return t.cast(
                "Result",
                self._execute_module(
                    module_name=name, module_args=dict(args), task_vars=task_vars, wrap_async=self._task.async_val
                ),
            )
        finally:
            self._task.check_mode, self._task.environment = before

    def why_a_process(self, args: Mapping[str, t.Any]) -> str | None:
        """What speaks against running here, where the target is the controller; None where nothing does."""
        transport = self._connection.transport
        reasons = {
            f"the connection is {transport}": transport != "local",
            "it becomes another user": self._connection.become,
            "the task sets an environment": any(self._task.environment or []),
            "it runs asynchronously": self._task.async_val,
            f"{LOGS} is set": args.get(LOGS),
        }
        return next((reason for reason, holds in reasons.items() if holds), None) or sdk_problem()


def refused(problems: list[str]) -> Result:
    """The result of a task that nothing was begun for."""
    return {"failed": True, "msg": "; ".join(problems), "problems": problems}


def sdk_problem() -> str | None:
    """Why this Python can't make clients, or None."""
    if not HAS_BOTO3:
        return f"{sys.executable} has no boto3"
    return boto3_problem(boto3.__version__, botocore.__version__) or None


class Running(t.NamedTuple):
    """How a task is run, as the fields of Task have it."""

    check_mode: bool
    diff: bool
    tell: Callable[[str], None]
    memory: Memory | None = None


def run_here(module: Module, args: Mapping[str, t.Any], how: Running) -> Result:
    """The result that the module would have as a process: its options are read in the same way, secrets are masked."""
    options = read_options(module.name, module.argument_spec, args)
    warn = options.said["warnings"].append
    try:
        if options.wrong:
            raise FailedError(options.wrong)
        connection = PluginConnection(options.values)
        result = module.run(Task(options.values, connection, warn, **how._asdict()))
    except FailedError as exc:
        result = {**exc.result, "failed": True}
    said = {kind: texts for kind, texts in options.said.items() if texts}
    return masked({**result, **said}, options.secrets)


class Options(t.NamedTuple):
    """Options as Ansible reads them for a module."""

    values: dict[str, t.Any]
    # What is wrong with them, if anything, which may hold secrets.
    wrong: str | None
    # Warnings and deprecations.
    said: dict[str, list[t.Any]]
    secrets: set[str]


def read_options(name: str, spec: Mapping[str, t.Any], args: Mapping[str, t.Any]) -> Options:
    """The options of the module with this name, which spec describes but for how to connect to AWS."""
    whole = {**aws_argument_spec(), **spec, **EXPECTED_ACCOUNT_IDS}
    checked = ArgumentSpecValidator(whole).validate(_as_sent(args))
    wrong = None
    if checked.error_messages:
        unsupported = isinstance(checked.errors[0], UnsupportedError)
        start = f"Unsupported parameters for ({name}) module: " if unsupported else ""
        wrong = f"{start}{checked.errors.msg}"
    return Options(checked.validated_parameters, wrong, _said(checked), checked._no_log_values)


def _as_sent(args: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options as a process would read them: plain values, with vaulted ones in the clear."""
    encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(dict(args), cls=encoder)))


def _said(checked: t.Any) -> dict[str, list[t.Any]]:
    """What Ansible says of options that are deprecated, or given twice. It has no public way to ask."""
    twice = [f"Both option {each['option']} and its alias {each['alias']} are set." for each in checked._warnings]
    return {"warnings": twice, "deprecations": list(checked._deprecations)}


def masked(result: Result, secrets: set[str]) -> Result:
    """The result as plain values, without the secrets among the options."""
    plain = json.loads(json.dumps(result))
    # No secret is told by what is true or not.
    kept = {name: value for name, value in plain.items() if value is None or isinstance(value, bool)}
    return {**remove_values(plain, secrets), **kept}
