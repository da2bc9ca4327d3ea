# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page as a whole: everything is looked at and planned before the first write of any of its parts."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Iterable, Mapping

# What runs the parts of the page. Ansible imports this file before it forks a worker for each account, and compiles the
# code of collections anew in each process that imports it.
from ansible_collections.cloudhsm.iam.plugins.action import (  # noqa: F401  # pylint: disable=unused-import
    iam_account_info,
    iam_group_with_policies,
    iam_service_linked_role,
    iam_users,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import parts, removal, result
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import ROLES, Page, conflicts, wanted
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import known_variables
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._expected_account import checked_root_user
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import (
    LOOK_UP,
    Options,
    PageAction,
    Results,
    changed,
    refuse,
)


class ActionModule(PageAction):
    """Makes, removes or compares the page as a whole."""

    SPEC: t.ClassVar[dict[str, t.Any]] = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "provisioned_users": {"type": "bool", "default": False},
    }
    ROLES = ROLES

    def kind(self, options: Options, variables: Options) -> str:
        del variables
        return "" if options["provisioned_users"] else "bootstrap" if options["state"] == "present" else "teardown"

    def seen(self, todo: Iterable[Part], plan: Results) -> dict[str, t.Any]:
        del todo, plan
        return dict(self._found)

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        if options["provisioned_users"] and not self._task.check_mode:
            self._problems.append("provisioned_users: only compares, so the task must run in check mode")
        page = wanted(variables)
        if options["state"] == "present":
            self._problems += conflicts(page)
        root = checked_root_user(known_variables(self, self._task_vars))
        unknown = options["state"] == "present" and root is None
        found = self._found = self.look(LOOK_UP, {**page.asked(), "bulk": True, "summary": unknown})
        if root is not None:
            found["root_user"] = root
        # A group that a plan has created, which was then interrupted, counts as new until the plan is finished.
        new = self._control.begun("created", "group")
        page = page.in_account([group["name"] for group in found["groups"] if group["name"] not in new])
        if options["state"] == "absent":
            made = self._remove(page, found, variables)
        else:
            made = self._make(page, found, variables if options["provisioned_users"] else None)
        return {**made, "account": found["account"]}

    def _make(self, page: Page, found: Options, provisioned: Options | None) -> dict[str, t.Any]:
        todo = parts.parts_of(page)
        if provisioned is not None:
            # To compare takes no store, which may need a vault secret that whoever looks does not have.
            todo = [part.told(compare_only=True) if part.module == parts.USERS else part for part in todo]
        plan = self.plan(todo)
        done = self.carry_out(todo, plan) if provisioned is None else plan
        told = {
            "changed": changed(done),
            "facts": result.facts(page, done, self._task_vars.get("__cloudhsm_group_results")),
            "lines": result.lines(page, found, self.summary(todo, done), done, bool(self._task.check_mode)),
            **self.differences(done),
        }
        if provisioned is None:
            return told
        # Only a drift check needs the code of drift and provisioning, and Ansible compiles it in every run.
        from ansible_collections.cloudhsm.iam.plugins.module_utils._page.provisioning import compared_users

        users = page.users["users"]
        if provisioned["user_provisioning_users"]:
            more = compared_users(page, provisioned)
            plan |= self.plan([more])
            users = [*users, *more.options["users"]]
        return {**told, **compared(page, found, plan, users)}

    def ready(self, part: Part, todo: Iterable[Part], plan: Results) -> Part:
        """The part with what the account and the parts before it come to."""
        groups = [each for each in todo if each.module == parts.GROUP]
        if part.module == parts.USERS:
            members = {group.options["name"]: group.options.get("members") or [] for group in groups}
            policies = parts.pending_policies(self._found["account"], [plan[group.key] for group in groups])
            return part.told(
                require_mfa_groups=_requiring_mfa(groups, plan), pending_members=members, pending_policies=policies
            )
        if part.module != parts.GROUP:
            return part
        earlier = groups[: groups.index(part)]
        return part.told(found=parts.with_made_policies(self._found, [plan[each.key] for each in earlier]))

    def _remove(self, page: Page, found: Options, variables: Options) -> dict[str, t.Any]:
        number, confirmed = found["account"]["account_id"], str(variables.get("bootstrap_teardown_confirm") or "")
        if confirmed != number:
            refuse(
                [
                    f"This removes from account {number} what bootstrap created there. To confirm, set "
                    f"bootstrap_teardown_confirm to that number{f', not to {confirmed}' if confirmed else ''}"
                ]
            )
        service = {"service_name": page.service_linked_role["service_name"]}
        roles = self.look("cloudhsm.iam.iam_service_linked_role_info", service)["service_linked_roles"]
        users = parts.user_removal(page, variables["bootstrap_max_deletions"])
        plan = self.plan([users])
        deleted = [user["name"] for user in plan["users"]["users"] if user["action"] == "deleted"]
        gone, owned = removal.removal(page, found, deleted), removal.owned_role(page, roles)
        todo = parts.removal_parts(page, gone, owned)
        plan |= self.plan(todo)
        done = self.carry_out([users, *todo], plan, len(gone.kept))
        role = "deleted" if owned else "kept" if roles else "none"
        return {
            "changed": changed(done),
            "facts": {"user_provisioning_result": result.users_fact(done["users"])},
            "lines": result.removal_lines(found, self.summary([users, *todo], done, len(gone.kept)), gone, role),
            **self.differences(done),
        }


def _requiring_mfa(groups: Iterable[Part], plan: Results) -> list[str]:
    """The groups that require MFA from their members once the plan is carried out."""
    return [part.options["name"] for part in groups if plan.get(part.key, {}).get("require_mfa")]


def compared(
    page: Page, found: Mapping[str, t.Any], plan: Results, users: Iterable[Mapping[str, t.Any]]
) -> dict[str, t.Any]:
    """Differences between the account and the variables, and permissions beyond the variables."""
    from ansible_collections.cloudhsm.iam.plugins.module_utils._page import drift

    differences: list[str] = []
    known: dict[str, Mapping[str, t.Any]] = {}
    for key, each in plan.items():
        if key in ("users", "provisioned_users"):
            differences += drift.of_users(each)
            known |= {user["name"]: user for user in each["users"]}
        elif key == "service_linked_role":
            differences += drift.of_service_linked_role(each, page.service_linked_role["service_name"])
        else:
            differences += drift.of_groups(each.get("diff") or [])
    return {
        "differences": list(dict.fromkeys(differences)),
        "additions": list(drift.more_rights(page, found, users, known.values())),
    }
