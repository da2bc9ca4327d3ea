# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The group of the role admin_group."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._page import groups
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._group_action import GroupAction
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import Options


class ActionModule(GroupAction):
    """Makes or deletes the group that the role's variables describe."""

    ROLES = ("admin_group",)

    def part(self, variables: Options) -> Part:
        return groups.admin_group(variables)

    def facts(self, fact: dict[str, t.Any]) -> dict[str, t.Any]:
        return {"admin_group_result": fact}
