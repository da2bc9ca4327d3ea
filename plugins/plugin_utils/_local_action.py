# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs a module's logic inside the action if the target is the controller, and as a module elsewhere.

A separate process costs a module about half a second of CPU time, almost all for starting Python and importing boto3.
Ansible forks each worker from a process that has already imported boto3.

Actions run in Ansible's own Python, and so does the logic here, whatever ansible_python_interpreter says: that
variable is for processes. If this Python has no suitable boto3, the module runs as a process, maybe in another Python.
"""

from __future__ import annotations

import json
import sys
import threading
import typing as t
from collections.abc import Callable, Mapping

try:
    import boto3
    import botocore
    from botocore.config import Config
except ImportError:
    HAS_BOTO3 = False
else:
    HAS_BOTO3 = True

from ansible.errors import AnsibleError
from ansible.module_utils.ansible_release import __version__ as core_version
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from ansible_collections.amazon.aws.plugins.plugin_utils.base import AWSPluginBase
from ansible_collections.amazon.aws.plugins.plugin_utils.botocore import get_aws_connection_info
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import EXPECTED_ACCOUNT_IDS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Module, Result, Task
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import with_lists, written_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._requirements import boto3_problem
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._notification import notifies
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import options_of_role

display = Display()

# Ansible's serialization profile for ordinary modules.
PROFILE = "legacy"
# The options for connecting to AWS, with amazon.aws's aliases.
CONNECTION_OPTIONS = frozenset(
    name for option, spec in aws_argument_spec().items() for name in (option, *(spec.get("aliases") or ()))
)
LOGS = "debug_botocore_endpoint_logs"


class PluginConnection(AWSPluginBase):  # type: ignore[misc]
    """Makes clients from a task's options, which amazon.aws's code for plugins reads.

    All clients share one boto3 session. amazon.aws begins a session for each client, and each session reads botocore's
    lists of services and endpoints and gets the credentials again.
    """

    def __init__(self, options: Mapping[str, t.Any]) -> None:
        self._options = options
        self._session: t.Any = None
        # Threads may share a client, but not create two in one session at the same time.
        self._lock = threading.Lock()

    def client(self, service: str, retry_decorator: t.Any = None, **options: t.Any) -> t.Any:
        """Return a boto3 client. options win over the task's. Raises errors of botocore and of a wrong aws_config."""
        del retry_decorator
        region, endpoint, given = get_aws_connection_info(self)
        chosen = {"region": region, "endpoint": endpoint, **given, **options}
        profile, aws_config = chosen.pop("profile_name", None), chosen.pop("aws_config", None)
        config = Config(user_agent=f"Ansible/{core_version}").merge(chosen.pop("config", None) or Config())
        with self._lock:
            self._session = self._session or boto3.session.Session(profile_name=profile)
            return self._session.client(
                service,
                config=config.merge(aws_config) if aws_config else config,
                region_name=chosen.pop("region"),
                endpoint_url=chosen.pop("endpoint"),
                **chosen,
            )

    def get_options(self) -> Mapping[str, t.Any]:
        """Return the connection options, for amazon.aws."""
        return self._options

    def fail_aws(self, message: str, exception: Exception | None = None) -> t.NoReturn:
        """Re-raise; amazon.aws calls this if it can't make a client. Task describes the error in a sentence."""
        raise exception or AnsibleError(message)


class LocalAction(ActionBase):  # type: ignore[misc]
    """The action of a module that can run without a process."""

    TRANSFERS_FILES = False
    MODULE: t.ClassVar[Module]
    # Whether the credentials belong to the account that the play works in.
    OF_THE_ACCOUNT: t.ClassVar[bool] = True
    # Whether it changes anything, which matters to change control.
    WRITES: t.ClassVar[bool] = False
    # Shared with the other parts of a plan; set by the action that runs it as a part.
    memory: Memory | None = None
    _supports_check_mode = True
    _supports_async = True

    @notifies
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
        """Run the module and return its result.

        check_mode defaults to the task's. environment is for the module's process, if there is one.
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
        """Run any module the way the task says, and return its result."""
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
        """Return why the module needs a process; None if it needs none."""
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
    """Return the result of a task that was refused before it began."""
    return {"failed": True, "msg": "; ".join(problems), "problems": problems}


def sdk_problem() -> str | None:
    """Return why this Python can't make clients; None if it can."""
    if not HAS_BOTO3:
        return f"{sys.executable} has no boto3"
    return boto3_problem(boto3.__version__, botocore.__version__) or None


class Running(t.NamedTuple):
    """How to run a task, with the field names of Task."""

    check_mode: bool
    diff: bool
    tell: Callable[[str], None]
    memory: Memory | None = None


def run_here(module: Module, args: Mapping[str, t.Any], how: Running) -> Result:
    """Run the module here. Options are read, and secrets masked, as in a process."""
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
    # The problem with them, which may contain secrets; None if there is none.
    wrong: str | None
    # Warnings and deprecations.
    said: dict[str, list[t.Any]]
    secrets: set[str]


def read_options(name: str, spec: Mapping[str, t.Any], args: Mapping[str, t.Any]) -> Options:
    """Read a module's options. spec describes them, without the options for connecting to AWS."""
    whole = {**aws_argument_spec(), **spec, **EXPECTED_ACCOUNT_IDS}
    checked = ArgumentSpecValidator(whole).validate(_as_sent(args))
    wrong = None
    if checked.error_messages:
        unsupported = isinstance(checked.errors[0], UnsupportedError)
        start = f"Unsupported parameters for ({name}) module: " if unsupported else ""
        wrong = f"{start}{checked.errors.msg}"
    return Options(checked.validated_parameters, wrong, _said(checked), checked._no_log_values)


def _as_sent(args: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options as a process would receive them: plain values, with vaulted ones decrypted."""
    encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(dict(args), cls=encoder)))


def _said(checked: t.Any) -> dict[str, list[t.Any]]:
    """Return Ansible's warnings about options that are deprecated or given twice. It has no public API for them."""
    twice = [f"Both option {each['option']} and its alias {each['alias']} are set." for each in checked._warnings]
    return {"warnings": twice, "deprecations": list(checked._deprecations)}


def masked(result: Result, secrets: set[str]) -> Result:
    """Return the result as plain values, without the secrets among the options."""
    plain = json.loads(json.dumps(result))
    # Booleans and null can't reveal a secret.
    kept = {name: value for name, value in plain.items() if value is None or isinstance(value, bool)}
    return {**remove_values(plain, secrets), **kept}
