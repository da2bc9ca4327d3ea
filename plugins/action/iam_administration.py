# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page as a whole: everything is looked at and planned before the first write of any of its parts."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Iterable, Mapping, Sequence

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import drift, parts, removal, result
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import ROLES, Page, wanted
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._actions import run_action
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import read_variables

SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "provisioned_users": {"type": "bool", "default": False},
}
LOOK_UP = "cloudhsm.iam.iam_account_info"
Results = dict[str, dict[str, t.Any]]


class FailedError(Exception):
    """The run ends with this result."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        super().__init__(result.get("msg"))
        self.result = {**result, "failed": True}


class ActionModule(ActionBase):  # type: ignore[misc]
    """Looks, plans all parts in check mode, refuses all that is wrong at once, and only then carries the plan out."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        self._task_vars = task_vars or {}
        self._said: dict[str, list[t.Any]] = {}
        args = bound_args(self, self._task_vars)
        given = {name: value for name, value in args.items() if name in SPEC}
        self._connection_options = {name: value for name, value in args.items() if name not in SPEC}
        checked = ArgumentSpecValidator(SPEC).validate(given)
        options = checked.validated_parameters
        variables, problems, typed = read_variables(ROLES, self._task_vars, self._templar.template)
        self._problems = [*checked.error_messages, *problems]
        if options["provisioned_users"] and not self._task.check_mode:
            self._problems.append("provisioned_users: only compares, so that the task has to be in check mode")
        try:
            if not typed or checked.error_messages:
                refuse(self._problems)
            page = wanted(variables)
            found = self._found = self._look(LOOK_UP, page.asked())
            page = page.in_account([group["name"] for group in found["groups"]])
            if options["state"] == "absent":
                made = self._remove(page, found, variables)
            else:
                made = self._make(page, found, variables if options["provisioned_users"] else None)
        except FailedError as failure:
            return {**failure.result, **self._said}
        return {**made, "account": found["account"], "check_mode": bool(self._task.check_mode), **self._said}

    # What is made

    def _make(
        self, page: Page, found: Mapping[str, t.Any], provisioned: Mapping[str, t.Any] | None
    ) -> dict[str, t.Any]:
        todo = parts.parts_of(page)
        if provisioned is not None:
            # To compare takes no store, which may need a vault secret that whoever looks does not have.
            todo = [part.told(compare_only=True) if part.module == parts.USERS else part for part in todo]
        plan = self._plan(todo)
        done = plan if self._task.check_mode else self._apply(todo, plan)
        told = {
            "changed": any(each.get("changed") for each in done.values()),
            "facts": result.facts(page, done, self._task_vars.get("__cloudhsm_group_results")),
            "lines": result.lines(page, found, done, bool(self._task.check_mode)),
            **self._differences(done),
        }
        if provisioned is None:
            return told
        users = page.users["users"]
        if provisioned["user_provisioning_users"]:
            more = parts.provisioned_users(page, provisioned).told(compare_only=True)
            plan |= self._plan([more])
            users = [*users, *more.options["users"]]
        return {**told, **compared(page, found, plan, users)}

    def _plan(self, todo: Sequence[Part]) -> Results:
        """The results that the parts would have. Ends the run where anything stands in the way of any of them."""
        plan: Results = {}
        problems = list(self._problems)
        for part in todo:
            ready = self._ready(part, todo, plan)
            plan[part.key] = self._run(ready, check_mode=True)
            problems += part.problems(plan[part.key])
            if part.module == parts.USERS and plan[part.key].get("failed"):
                problems += self._problems_of_others(ready, plan[part.key])
        refuse(problems)
        return plan

    def _apply(self, todo: Sequence[Part], plan: Results) -> Results:
        """Carry out what has something to do, in order. What has nothing is as it was planned."""
        done = dict(plan)
        changed: list[Part] = []
        for place, part in enumerate(todo):
            if not plan[part.key].get("changed"):
                continue
            done[part.key] = self._run(self._ready(part, todo, plan), check_mode=False)
            if done[part.key].get("failed"):
                left = [each for each in todo[place + 1 :] if plan[each.key].get("changed")]
                what = "; ".join(part.problems({**done[part.key], "problems": None}))
                raise FailedError(
                    {
                        **{key: value for key, value in done[part.key].items() if key != "diff"},
                        "msg": f"{what.rstrip('.')}. {parts.outcome(changed, part, left)}",
                        "changed": bool(changed) or bool(done[part.key].get("changed")),
                    }
                )
            changed.append(part)
        return done

    def _problems_of_others(self, users: Part, refused: Mapping[str, t.Any]) -> list[str]:
        """What the account says against the users whose items are right, where others' are not."""
        rest = users.without_wrong_users(refused)
        problems = rest.problems(self._run(rest, check_mode=True)) if rest else []
        # What is wrong with the run as a whole would be about a run without some of its users.
        return [problem for problem in problems if problem.startswith(tuple(users.labels))]

    def _ready(self, part: Part, todo: Sequence[Part], plan: Results) -> Part:
        """The part with what the account and the parts before it come to."""
        if part.module == parts.USERS:
            return part.told(require_mfa_groups=_requiring_mfa(todo, plan))
        return part.told(found=self._found) if part.module == parts.GROUP else part

    # What is removed

    def _remove(self, page: Page, found: Mapping[str, t.Any], variables: Mapping[str, t.Any]) -> dict[str, t.Any]:
        number, confirmed = found["account"]["account_id"], str(variables.get("bootstrap_teardown_confirm") or "")
        if confirmed != number:
            refuse(
                [
                    f"This removes from account {number} what bootstrap made there. To confirm, set "
                    f"bootstrap_teardown_confirm to that number{f', not to {confirmed}' if confirmed else ''}"
                ]
            )
        service = {"service_name": page.service_linked_role["service_name"]}
        roles = self._look("cloudhsm.iam.iam_service_linked_role_info", service)["service_linked_roles"]
        users = parts.user_removal(page, variables["bootstrap_max_deletions"])
        plan = self._plan([users])
        deleted = [user["name"] for user in plan["users"]["users"] if user["action"] == "deleted"]
        gone, owned = removal.removal(page, found, deleted), removal.owned_role(page, roles)
        todo = parts.removal_parts(page, gone, owned)
        plan |= self._plan(todo)
        done = plan if self._task.check_mode else self._apply([users, *todo], plan)
        role = "deleted" if owned else "kept" if roles else "none"
        told = result.removal_lines(found, deleted, gone, role, bool(self._task.check_mode))
        return {
            "changed": any(each.get("changed") for each in done.values()),
            "facts": {"user_provisioning_result": result.users_fact(done["users"])},
            "lines": told,
            **self._differences(done),
        }

    # How modules are run

    def _look(self, module: str, options: Mapping[str, t.Any]) -> dict[str, t.Any]:
        found = self._action(module, options, check_mode=True)
        if found.get("failed"):
            refuse(self._problems)
            raise FailedError(found)
        return found

    def _run(self, part: Part, *, check_mode: bool) -> dict[str, t.Any]:
        done = self._action(part.module, part.options, check_mode=check_mode)
        for kind in ("warnings", "deprecations"):
            if done.get(kind) and not check_mode:
                self._said.setdefault(kind, []).extend(done[kind])
        return done

    def _action(self, name: str, options: Mapping[str, t.Any], *, check_mode: bool) -> dict[str, t.Any]:
        options = {**self._connection_options, **options}
        return run_action(self, name, options, self._task_vars, check_mode=check_mode)

    def _differences(self, done: Results) -> dict[str, t.Any]:
        if not self._task.diff:
            return {}
        found: list[dict[str, t.Any]] = []
        for key, each in done.items():
            diff = each.get("diff") or []
            steps = [{"before_header": key, "after_header": key, **diff}] if isinstance(diff, Mapping) else diff
            found += [step for step in steps if each.get("changed")]
        return {"diff": found}


def refuse(problems: Iterable[str]) -> None:
    """End the run with these, if there are any. Nothing has been written yet."""
    problems = list(problems)
    if problems:
        raise FailedError({"msg": f"{parts.REFUSAL}{'; '.join(problems)}", "problems": problems})


def _requiring_mfa(todo: Iterable[Part], plan: Results) -> list[str]:
    """The groups that require MFA from their members once the plan is carried out."""
    groups = [part for part in todo if part.module == parts.GROUP]
    return [part.options["name"] for part in groups if plan.get(part.key, {}).get("require_mfa")]


def compared(
    page: Page, found: Mapping[str, t.Any], plan: Results, users: Iterable[Mapping[str, t.Any]]
) -> dict[str, t.Any]:
    """How the account differs from what was asked for, and what more than that somebody can do."""
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
