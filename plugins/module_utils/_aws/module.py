# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs a module's logic as an Ansible module process, through amazon.aws's AnsibleAWSModule."""

from __future__ import annotations

import typing as t

try:
    import boto3
    import botocore
except ImportError:
    # AnsibleAWSModule reports this and ends the module.
    pass

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import EXPECTED_ACCOUNT_IDS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Module, Task
from ansible_collections.cloudhsm.iam.plugins.module_utils._requirements import boto3_problem


class CloudHsmIamModule(AnsibleAWSModule):  # type: ignore[misc]
    """An AnsibleAWSModule that lets botocore's exceptions through, so that Task can describe them in a sentence."""

    def __init__(self, **kwargs: t.Any) -> None:
        kwargs["argument_spec"] = {**kwargs["argument_spec"], **EXPECTED_ACCOUNT_IDS}
        super().__init__(**kwargs)
        too_old = boto3_problem(boto3.__version__, botocore.__version__)
        if too_old:
            self.fail_json(msg=too_old)

    def fail_json_aws(self, exception: BaseException, msg: str | None = None, **result: t.Any) -> t.NoReturn:
        """Re-raise; amazon.aws calls this if it can't make a client, for instance for an unknown profile."""
        del msg, result
        raise exception


def run_module(module: Module) -> t.NoReturn:
    """Read the options, run the logic and end the process with its result."""
    ansible = CloudHsmIamModule(argument_spec=module.argument_spec, supports_check_mode=True)
    # ansible-core's own warn: amazon.aws would add the warnings to the result, which is deprecated.
    warn = ansible._module.warn
    task = Task(ansible.params, ansible, warn, check_mode=ansible.check_mode, diff=ansible._diff)
    try:
        result = module.run(task)
    except FailedError as exc:
        failed = exc.result
    else:
        ansible.exit_json(**result)
    # Outside the except block, or Ansible would add the exception's traceback.
    t.cast("t.Callable[..., t.NoReturn]", ansible.fail_json)(**failed)
