# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes or deletes a group and its policies with those of amazon.aws's modules that have something to do."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.input import (
    SPEC,
    asked,
    identifier_problems,
    read_options,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.members import leaving
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.whole import plan_group_with_policies
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import named
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._planned_action import PlannedAction, refuse


class ActionModule(PlannedAction):
    """Reads the account, reports errors, creates what is missing, and returns one result."""

    NAME = "cloudhsm.iam.iam_group_with_policies"
    SPEC = SPEC

    def read(self, given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
        return read_options(given)

    def look(self, options: Mapping[str, t.Any]) -> Result:
        refuse(identifier_problems(options))
        found = options["found"] or self.look_up(asked(options))
        going = leaving(options, named(options["name"], found["groups"]))
        if not going:
            return {**found, "leavers": []}
        # Their tags are only asked for where some would leave.
        names = sorted({*going, *(options["members"] or ())})
        return {**found, "leavers": self.look_up({"users": names})["users"]}

    def plan(self, options: Mapping[str, t.Any], found: Mapping[str, t.Any]) -> Plan:
        return plan_group_with_policies(options, found, found["leavers"])
