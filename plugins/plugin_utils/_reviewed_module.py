# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The action of a module that makes its own plan, under change control: the module is the plan's only part.

task -> Review (a PageAction) -> the same action as the part of a plan -> the module, in check mode, then for real
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import Item
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._change_control import ChangeControl
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import (
    FailedError,
    Options,
    PageAction,
    Results,
    refuse,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import Variables, options_of_role


class ReviewedModule(LocalAction):
    """Runs the module's logic, and only applies an approved plan if change control demands one.

    The module returns the account, and objects, each with the fields of an Item.
    """

    # Options that do not affect the outcome of a run, so a plan does not depend on them.
    HOW: t.ClassVar[frozenset[str]] = frozenset()
    WRITES = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        if self.memory is not None or self._task.async_val:
            # The module is a part of a plan, or runs asynchronously.
            return super().run(tmp, task_vars)
        review = Review(
            task=self._task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        review.look_at(self)
        return review.run(tmp, task_vars)

    def kind(self, options: Mapping[str, t.Any]) -> str:
        """Return the kind of run, for the plan file; empty if the run only reads."""
        raise NotImplementedError

    def rest(self, control: ChangeControl) -> dict[str, t.Any]:
        """Return options that limit a run to the rest of a plan that was begun."""
        del control
        return {}


class Review(PageAction):
    """One task as a plan with one part."""

    def look_at(self, action: ReviewedModule) -> None:
        """Set the action that is reviewed."""
        self._reviewed = action
        self._shared_loader_obj = action._shared_loader_obj
        spec = action.MODULE.argument_spec
        # The module checks the values itself.
        self.SPEC = {name: {"type": "raw"} for name in spec}  # type: ignore[misc]

    def variables(self, given: Options) -> Variables:
        """Return the task's options that count for a plan, by the names of the role's variables if it has a prefix."""
        spec = self._reviewed.MODULE.argument_spec
        self._given = given
        self._options = options_of_role(given, spec, self._task_vars, self._templar.template)
        prefix = given.get("variables_prefix") or ""
        counting = [name for name in spec if name not in (*self._reviewed.HOW, "variables_prefix")]
        return Variables({f"{prefix}{name}": self._options[name] for name in counting if name in self._options}, [])

    def kind(self, options: Options, variables: Options) -> str:
        del options, variables
        return self._reviewed.kind(self._options)

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        del options, variables
        name = self._reviewed.MODULE.name
        rest = self._reviewed.rest(self._control)
        part = Part("module", name, name, {**self._given, **rest})
        kind = self._reviewed.kind(self._options)
        if kind:
            done = self.make([part])[part.key]
        else:
            refuse(self._problems)
            done = self._make_one(part, bool(self._task.check_mode))[part.key]
        told = done if self._task.diff else {name: value for name, value in done.items() if name != "diff"}
        return {"changed": False, "lines": [], **told}

    def seen(self, todo: Sequence[Part], plan: Results) -> dict[str, t.Any]:
        """Return the account. Everything else that counts is among the objects."""
        (part,) = todo
        return {"account": plan[part.key]["account"]}

    def plan(self, todo: Sequence[Part]) -> Results:
        (part,) = todo
        planned = self._run(part, check_mode=True)
        if planned.get("failed") and not planned.get("problems") and not self._problems:
            # The result says what could be planned, and what could not.
            raise FailedError(self._shown(planned))
        refuse([*self._problems, *part.problems(planned)])
        return {part.key: planned}

    def apply(self, todo: Sequence[Part], plan: Results) -> Results:
        (part,) = todo
        refuse(self._problems)
        self._memory.forget()
        if not plan[part.key].get("changed"):
            return dict(plan)
        done = self._run(part, check_mode=False)
        if done.get("failed"):
            self._stopped = [(part, done)], []
            raise FailedError(self._shown(done))
        return {part.key: done}

    def _make_one(self, part: Part, check_mode: bool = False) -> Results:
        self._memory.forget()
        done = self._run(part, check_mode=check_mode)
        if done.get("failed"):
            raise FailedError(self._shown(done))
        return {part.key: done}

    def _shown(self, failed: Mapping[str, t.Any]) -> dict[str, t.Any]:
        return {name: value for name, value in failed.items() if name != "diff" or self._task.diff}

    def _left(self, plan: Results) -> list[str]:
        """Return the objects that do not have the planned state, or not completely."""
        del plan
        (made,) = (result for _part, result in self._stopped[0]) if self._stopped else ({},)
        after = {item.key: item.after for item in (Item(**each) for each in made.get("objects") or ())}
        return [item.key for item in self._items if item.key not in after or after[item.key] != item.after]
