# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The groups of the role group_provisioning, with their policies, as one plan."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import REQUIRE_MFA_POLICY_NAME
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import group_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part, with_made_policies
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import (
    LOOK_UP,
    Options,
    PageAction,
    Results,
    changed,
)


class ActionModule(PageAction):
    """Creates and changes the groups that the role's variables list."""

    ROLES = ("group_provisioning",)

    def kind(self, options: Options, variables: Options) -> str:
        del options, variables
        return "provision_groups"

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        del options
        todo, problems = group_list.group_parts(variables[group_list.VARIABLE])
        self._problems += problems
        found = self._found = self.look(LOOK_UP, {**_asked(todo), "bulk": True})
        done = self.carry_out(todo, self.plan(todo))
        told = group_list.facts(todo, done)
        fact = {"changed": changed(done), "groups": told, "account_id": found["account"]["account_id"]}
        made = {**(self._task_vars.get("__cloudhsm_group_results") or {}), **{group["name"]: group for group in told}}
        return {
            "changed": changed(done),
            "account": found["account"],
            # Roles of users find the groups of the same play among those of the role cloudhsm_group.
            "facts": {"group_provisioning_result": fact, "cloudhsm_group_results": made},
            "lines": list(group_list.lines(told, self.summary(todo, done))),
            **self.differences(done),
        }

    def ready(self, part: Part, todo: Sequence[Part], plan: Results) -> Part:
        """The group with what the account has, and with the policies that the groups before it make."""
        earlier = [plan[each.key] for each in todo[: todo.index(part)]]
        return part.told(found=with_made_policies(self._found, earlier))


def _asked(todo: Sequence[Part]) -> dict[str, list[str]]:
    """What has to be known of the account, as options of iam_account_info."""
    policies = [part.options["policy"]["name"] for part in todo if "policy" in part.options]
    mfa = [part.options.get("require_mfa_policy_name", REQUIRE_MFA_POLICY_NAME) for part in todo]
    aws = [name for part in todo for name in part.options["aws_managed_policies"]]
    return {
        "groups": [part.options["name"] for part in todo],
        "policies": list(dict.fromkeys([*policies, *mfa])),
        "aws_managed_policies": list(dict.fromkeys(aws)),
    }
