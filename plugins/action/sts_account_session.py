# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assumes the role of the account that a host stands for, unless the session that was begun before is still good."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import time
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._account import session
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import EXPECTED_ACCOUNT_IDS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.modules.iam_account_info import MODULE as LOOK_UP
from ansible_collections.cloudhsm.iam.plugins.modules.sts_session import MODULE as ASSUME
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._expected_account import HOST, SESSION
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import CONNECTION_OPTIONS, LocalAction
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._notification import notifies
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import read_variables

PREFIX = "account_session_"
STATUS = "account_status"
Values = Mapping[str, t.Any]


class ActionModule(LocalAction):
    """Goes by the variables of the role account_session, and connects by account_session_source alone.

    The play's module_defaults are those of the session, once there is one: no session comes out of a session.
    """

    # With async the result, and with it the credentials, would lie in a file until somebody takes it away.
    _supports_async = False

    @notifies
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        try:
            ActionBase.run(self, tmp, task_vars)
            return self._session(task_vars or {})
        except AnsibleError as exc:
            # The result is hidden, because it may hold credentials. The role tells the message of a result.
            return {"failed": True, "msg": str(exc)}

    def _session(self, variables: dict[str, t.Any]) -> Result:
        args = bound_args(self, variables, fill_in=False)
        options, problems = read_variables(("account_session",), variables, self._templar.template)
        problems += [f"{name}: is no option of this module" for name in sorted(args)]
        host = {n: self._templar.template(variables[n]) for n in (HOST, STATUS, SESSION) if n in variables}
        role_arn = options[f"{PREFIX}role_arn"] or ""
        problems += session.option_problems(options, PREFIX)
        problems += source_problems(options[f"{PREFIX}source"] or {})
        problems += tag_problems(options[f"{PREFIX}tags"] or None, f"{PREFIX}tags")
        if not role_arn:
            problems += session.host_problems(host.get(HOST))
        begun = session.begun(role_arn, host.get(SESSION) or {}, options[f"{PREFIX}source"] or {})
        if problems:
            return {**begun, "failed": True, "msg": "; ".join(problems)}
        done = self._assume(role_arn, options, host, variables) if role_arn else self._own(options, host, variables)
        return {"changed": False, **begun, **done}

    def _assume(self, role_arn: str, options: Values, host: Values, variables: dict[str, t.Any]) -> Result:
        """The session of the role, where it has to be begun or renewed; or why there is none."""
        if not session.is_due(role_arn, host.get(SESSION) or {}, options[f"{PREFIX}renew_before"], time.time()):
            return {}
        status = host.get(STATUS) or "ACTIVE"
        if status != "ACTIVE":
            return {"failed": True, "msg": session.suspended(role_arn, status)}
        source = options[f"{PREFIX}source"] or {}
        asked = {
            "role_arn": role_arn,
            "session_name": options[f"{PREFIX}name"],
            **{name: options[f"{PREFIX}{name}"] for name in ("duration", "external_id", "tags")},
        }
        answer = self.run_module(ASSUME, {**source, **asked}, variables)
        return _failure(answer) or session.assumed(role_arn, source, answer)

    def _own(self, options: Values, host: Values, variables: dict[str, t.Any]) -> Result:
        """Nothing, or why the credentials are not those of the host's account."""
        if host.get(HOST) is None:
            return {}
        found = self.run_module(LOOK_UP, options[f"{PREFIX}source"] or {}, variables)
        problem = None if found.get("failed") else session.not_its_own(host[HOST], found)
        return _failure(found) or ({"failed": True, "msg": problem} if problem else {})


def source_problems(source: Values) -> list[str]:
    """Errors in the names of the options that say how to connect to AWS."""
    unknown = sorted(name for name in map(str, source) if name not in CONNECTION_OPTIONS | EXPECTED_ACCOUNT_IDS.keys())
    return [f"{PREFIX}source.{name[:80]}: is no option that says how to connect to AWS" for name in unknown]


def _failure(result: Result) -> Result:
    return {"failed": True, "msg": result["msg"]} if result.get("failed") else {}
