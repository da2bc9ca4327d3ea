# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes or deletes a role for machines or other accounts, with the modules that have something to do."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.input import (
    SPEC,
    input_problems,
    read_options,
    with_defaults,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.model import asked
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.plan import make_plan
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._planned_action import PlannedAction, refuse
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import options_of_role


class ActionModule(PlannedAction):
    """Looks at the role and what belongs to it, refuses what is wrong, and writes what is missing."""

    NAME = "cloudhsm.iam.iam_cloudhsm_role"
    SPEC = SPEC

    def read(self, given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
        return read_options(options_of_role(given, SPEC, self._task_vars, self._templar.template))

    def look(self, options: Mapping[str, t.Any]) -> Result:
        complete = with_defaults(options)
        refuse(input_problems(complete))
        return self.look_up(asked(complete))

    def plan(self, options: Mapping[str, t.Any], found: Mapping[str, t.Any]) -> Plan:
        return make_plan(with_defaults(options), found, bool(self._task.check_mode))
