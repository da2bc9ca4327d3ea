# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes or updates a customer managed policy with amazon.aws's module, where it is not as it shall be."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.customer_managed import (
    SPEC,
    asked,
    make_plan,
    read_options,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._planned_action import PlannedAction
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import options_of_role


class ActionModule(PlannedAction):
    """Reads the policy, refuses one that this collection did not create, and writes it."""

    NAME = "cloudhsm.iam.iam_customer_managed_policy"
    SPEC = SPEC

    def read(self, given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
        return read_options(options_of_role(given, SPEC, self._task_vars, self._templar.template))

    def look(self, options: Mapping[str, t.Any]) -> Result:
        return options["account"] or self.look_up(asked(options))

    def plan(self, options: Mapping[str, t.Any], found: Mapping[str, t.Any]) -> Plan:
        return make_plan(options, found, bool(self._task.check_mode))
