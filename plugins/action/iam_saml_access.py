# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes or deletes a role for people from a SAML identity provider, with the modules that have something to do."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import (
    SPEC,
    input_problems,
    read_options,
    with_defaults,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.model import asked
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.plan import make_plan
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._planned_action import PlannedAction, refuse
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import options_of_role
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._saml_file import certificate_warning, with_metadata


class ActionModule(PlannedAction):
    """Reads the metadata, looks at provider, policy and role, refuses what is wrong, and writes them."""

    NAME = "cloudhsm.iam.iam_saml_access"
    SPEC = SPEC

    def read(self, given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
        return read_options(options_of_role(given, SPEC, self._task_vars, self._templar.template))

    def look(self, options: Mapping[str, t.Any]) -> Result:
        complete = with_metadata(with_defaults(options))
        refuse(input_problems(complete))
        return {**self.look_up(asked(complete)), "metadata": complete["metadata"]}

    def plan(self, options: Mapping[str, t.Any], found: Mapping[str, t.Any]) -> Plan:
        complete = {**with_defaults(options), "metadata": found["metadata"]}
        plan = make_plan(complete, found, bool(self._task.check_mode))
        warning = certificate_warning(found["metadata"])
        return replace(plan, warnings=[warning]) if warning else plan
