# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role identity_center_access gives: permission sets, groups and assignments, by a plan."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._page import identity_center
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import Options, PageAction, Results, changed


class ActionModule(PageAction):
    """Gives the access that the role's variables describe."""

    ROLES = ("identity_center_access",)

    def kind(self, options: Options, variables: Options) -> str:
        del options, variables
        return "identity_center_access"

    def seen(self, todo: Sequence[Part], plan: Results) -> dict[str, t.Any]:
        """Whose IAM Identity Center it is. Nothing of the account's IAM counts."""
        (part,) = todo
        return {"account": plan[part.key]["account"]}

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        del options
        part = identity_center.access_part(variables)
        done = self.make([part])
        result = done[part.key]
        return {
            "changed": changed(done),
            "account": result["account"],
            "facts": {"identity_center_access_result": identity_center.fact(variables, result)},
            "lines": list(identity_center.lines(result, self.summary([part], done))),
            **self.differences(done),
        }
