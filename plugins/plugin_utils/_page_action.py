# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The action of a role: variables -> parts -> plan of all parts -> refuse if any has problems -> apply."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from ansible.module_utils.ansible_release import __version__ as ansible_version
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import written_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control import input as change_control
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control import model
from ansible_collections.cloudhsm.iam.plugins.module_utils._history import model as history
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import item_lines, parts
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import Item, plan_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part
from ansible_collections.cloudhsm.iam.plugins.module_utils._version import VERSION
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._actions import run_action
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._change_control import ChangeControl
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._notification import notifies, settings_of
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_files import PlanFileError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_history import PlanHistory, objects_of
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import Variables, read_variables

Options = Mapping[str, t.Any]
Results = dict[str, dict[str, t.Any]]
LOOK_UP = "cloudhsm.iam.iam_account_info"


class FailedError(Exception):
    """Ends the run with this result."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        super().__init__(result.get("msg"))
        self.result = {**result, "failed": True}


class PageAction(ActionBase):  # type: ignore[misc]
    """Plans all parts in check mode, reports all problems at once, and applies the plan only if none are found."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    # The options of the task, and the roles whose variables count.
    SPEC: t.ClassVar[dict[str, t.Any]] = {}
    ROLES: t.ClassVar[tuple[str, ...]]
    # Whether the parts after a failed one are still applied.
    KEEPS_GOING: t.ClassVar[bool] = False

    @notifies
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        self._task_vars = task_vars or {}
        self._said: dict[str, list[t.Any]] = {}
        self._memory = Memory()
        # The latest result of each part, for notifications.
        self.part_results: Results = {}
        args = bound_args(self, self._task_vars)
        self._connection_options = {name: value for name, value in args.items() if name not in self.SPEC}
        given = {name: value for name, value in args.items() if name in self.SPEC}
        checked = ArgumentSpecValidator(self.SPEC).validate(given)
        variables, problems = self.variables(given)
        # A wrong variable has its default, so that everything else is checked too. Nothing is written then.
        self._problems = problems
        self._document: model.Document | None = None
        self._plan_path: str | None = None
        self._history = PlanHistory("", partial(self._action, check_mode=False))
        self._items: Sequence[Item] = ()
        # The failed parts with their results, and the parts with changes that were not tried.
        self._stopped: tuple[list[tuple[Part, dict[str, t.Any]]], list[Part]] | None = None
        try:
            refuse([*written_problems(self.SPEC, given), *checked.error_messages])
            self._wanted = variables
            self._control = self._change_control(checked.validated_parameters)
            made = self.work(checked.validated_parameters, variables)
        except FailedError as failure:
            return {**failure.result, **self._said}
        return {**made, **self._told_of_plan(made), "check_mode": bool(self._task.check_mode), **self._said}

    def variables(self, given: Options) -> Variables:
        """Return the variables that the run uses in addition to the given options, by the user's names."""
        del given
        return read_variables(self.ROLES, self._task_vars, self._templar.template)

    def kind(self, options: Options, variables: Options) -> str:
        """Return what is run, for the plan file; empty if the run only compares, and so has no plan."""
        raise NotImplementedError

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        """Do the work of the run and return its result. Raises FailedError."""
        raise NotImplementedError

    def make(self, todo: Sequence[Part]) -> Results:
        """Return the results of the parts; in check mode, those of the plan."""
        plain = not (self._task.check_mode or self._control.settings.limits or self._history)
        if len(todo) == 1 and not self._problems and plain:
            # A single module checks everything before its own first write, so it needs no plan.
            return self._make_one(todo[0])
        return self.carry_out(todo, self.plan(todo))

    def _make_one(self, part: Part) -> Results:
        self._memory.forget()
        done = self._run(self.ready(part, [part], {}), check_mode=False)
        if done.get("failed"):
            if done.get("problems"):
                refuse(part.problems(done))
            raise FailedError({**_without_diff(done), "msg": "; ".join(part.problems(done))})
        return {part.key: done}

    def plan(self, todo: Sequence[Part]) -> Results:
        """Return the results that the parts would have. Raises FailedError if any part has problems."""
        plan: Results = {}
        problems = list(self._problems)
        for part in todo:
            ready = self.ready(part, todo, plan)
            plan[part.key] = self._run(ready, check_mode=True)
            problems += part.problems(plan[part.key])
            if part.module == parts.USERS and plan[part.key].get("problems"):
                problems += self._problems_of_others(ready, plan[part.key])
        refuse(problems)
        return plan

    def carry_out(self, todo: Sequence[Part], plan: Results, kept: int = 0) -> Results:
        """Apply the plan if change control allows it, and return the results. In check mode, only write its file."""
        check_mode, control = bool(self._task.check_mode), self._control
        if not check_mode and not control.settings.limits and not self._history:
            return self.apply(todo, plan)
        document = self._document = self._as_document(todo, plan, kept)
        caller = document["made"]["by"]
        try:
            refuse(control.settle(document))
            if check_mode:
                self._plan_path = control.write(document)
                return plan
            self._begin_history(document, plan)
            control.begin(caller)
        except PlanFileError as exc:
            self._end_history(history.FAILED, f"{parts.REFUSAL}{exc}", self._planned)
            refuse([str(exc)])
        done = self._recorded(todo, plan)
        try:
            control.finish(caller)
        except PlanFileError as exc:
            raise FailedError(
                {"msg": f"The plan was applied, and this could not be noted: {exc}", "changed": True}
            ) from exc
        return done

    def _begin_history(self, document: model.Document, plan: Results) -> None:
        """Record the run before its first write. A run without changes is recorded only if it was approved."""
        content = document["plan"]
        run = history.Begun(
            kind=content["kind"],
            account_id=content["account_id"],
            partition=content["partition"],
            by=document["made"]["by"],
            digest=document["digest"],
            lines=content["lines"],
            objects=list(objects_of(self._items)),
            versions={"collection": VERSION, "planner": content["planner"], "ansible": ansible_version},
            approval=self._control.approval,
        )
        if content["steps"] or changed(plan):
            self._history.begin(run)
        elif self._history and self._control.settings.limits:
            self._history.keep(run, history.UNCHANGED)

    def _recorded(self, todo: Sequence[Part], plan: Results) -> Results:
        """Apply the plan, and record the outcome in the history."""
        try:
            done = self.apply(todo, plan)
        except FailedError as failure:
            reason = str(failure.result.get("msg") or "")
            left = self._left(plan) if failure.result.get("changed") else self._planned
            self._end_history(history.FAILED, reason, left)
            raise
        except Exception as exc:
            # The text of an unexpected error could contain anything, such as a password.
            self._end_history(history.FAILED, f"the run ended with {type(exc).__name__}", self._planned)
            raise
        self._end_history(history.APPLIED)
        return done

    @property
    def _planned(self) -> list[str]:
        """The objects that the plan changes."""
        return [item.key for item in self._items]

    def _left(self, plan: Results) -> list[str]:
        """Return the objects that a failed run has not changed, or not completely."""
        if self._stopped is None:
            return self._planned
        failed, rest = self._stopped
        of_failed = [key for part, result in failed for key in _unfinished(part, result, plan)]
        return [*of_failed, *(item.key for item in plan_of(rest, plan).changing)]

    def _end_history(self, outcome: str, reason: str = "", left: Sequence[str] = ()) -> None:
        warning = self._history.end(outcome, reason, left)
        if warning:
            self._said.setdefault("warnings", []).append(warning)

    def seen(self, todo: Sequence[Part], plan: Results) -> dict[str, t.Any]:
        """Return what iam_account_info finds about the account, and about these parts' groups and policies."""
        del plan
        return self.look(LOOK_UP, model.names_asked(todo))

    def _as_document(self, todo: Sequence[Part], plan: Results, kept: int) -> model.Document:
        found, items = self.seen(todo, plan), plan_of(todo, plan, kept)
        self._items = items.changing
        account = found["account"]
        seen = model.Seen(account["account_id"], account["partition"], model.states_of(todo, plan, items, found))
        made = model.Made(int(time.time()), account["caller_arn"], VERSION)
        return model.document(self._control.kind, model.wanted_of(self._wanted), seen, items, made)

    def _change_control(self, options: Options) -> ChangeControl:
        """Return the change control that the variables ask for. Its problems are reported along with all others."""
        given = {
            name: self._templar.template(self._task_vars[name])
            for name in change_control.VARIABLES
            if name in self._task_vars
        }
        settings, problems = change_control.read_settings(given, bool(self._task.check_mode))
        kind = self.kind(options, self._wanted)
        limits = [name for name, value in given.items() if name != change_control.HISTORY and value not in (None, "")]
        if limits and not kind:
            problems = [f"{name}: this run only compares, and has no plan; leave it out" for name in limits]
        control = ChangeControl(settings, kind)
        if kind and not problems:
            self._history = PlanHistory(settings.history, partial(self._action, check_mode=False))
        unusable = self._history.problem()
        self._problems += self.notification_problems()
        self._problems += problems or [*control.open(), *([unusable] if unusable else [])]
        return control

    def notification_problems(self) -> list[str]:
        """Return problems with the variables of notifications, to report along with all others."""
        return settings_of(self, self._task_vars)[1]

    def _told_of_plan(self, made: Options) -> dict[str, t.Any]:
        """Return the result's lines with those about the plan, and the plan if it was made."""
        document, check_mode = self._document, bool(self._task.check_mode)
        more = list(self._control.lines(document, self._plan_path, check_mode))
        told: dict[str, t.Any] = {"lines": [*made["lines"], *more]}
        if document:
            told["plan"] = {"digest": document["digest"], "path": self._plan_path, "lines": document["plan"]["lines"]}
        return told

    def apply(self, todo: Sequence[Part], plan: Results) -> Results:
        """Apply the parts with changes, in order. The other parts keep their planned results. Raises FailedError."""
        refuse(self._problems)
        # Read the account again before writing: it may have changed since the plan.
        self._memory.forget()
        done = dict(plan)
        changed: list[Part] = []
        failed: list[Part] = []
        todo = [part for part in todo if plan[part.key].get("changed")]
        for part in todo:
            done[part.key] = self._run(self.ready(part, todo, plan), check_mode=False)
            (failed if done[part.key].get("failed") else changed).append(part)
            if failed and not self.KEEPS_GOING:
                break
        if failed:
            what = "; ".join(text for part in failed for text in part.problems({**done[part.key], "problems": None}))
            left = [part for part in todo if part not in changed]
            self._stopped = [(part, done[part.key]) for part in failed], [part for part in left if part not in failed]
            raise FailedError(
                {
                    **_without_diff(done[failed[0].key]),
                    "msg": f"{what.rstrip('.')}. {parts.outcome(changed, left)}",
                    "changed": bool(changed) or any(done[part.key].get("changed") for part in failed),
                }
            )
        return done

    def ready(self, part: Part, todo: Sequence[Part], plan: Results) -> Part:
        """Return the part with the options that follow from the parts before it."""
        del todo, plan
        return part

    def look(self, module: str, options: Options) -> dict[str, t.Any]:
        """Return the result of a module that only reads. Raises FailedError."""
        found = self._action(module, options, check_mode=True)
        if found.get("failed"):
            refuse(self._problems)
            raise FailedError(found)
        return found

    def summary(self, todo: Iterable[Part], done: Results, kept: int = 0) -> list[str]:
        """Return what was done or, in check mode, would be done: a line for each object that changes, and a count."""
        return item_lines.lines(plan_of(todo, done, kept), bool(self._task.check_mode))

    def differences(self, done: Results) -> dict[str, t.Any]:
        """Return the diff of the parts that change something; empty without --diff."""
        if not self._task.diff:
            return {}
        found: list[dict[str, t.Any]] = []
        for key, each in done.items():
            diff = each.get("diff") or []
            steps = [{"before_header": key, "after_header": key, **diff}] if isinstance(diff, Mapping) else diff
            found += [step for step in steps if each.get("changed")]
        return {"diff": found}

    def _problems_of_others(self, users: Part, refused: Mapping[str, t.Any]) -> list[str]:
        """Return the account's problems with users whose items are right, if other items or options are wrong."""
        rest = users.without_wrong_users(refused)
        problems = rest.problems(self._run(rest, check_mode=True)) if rest else []
        # Problems with the run as a whole don't count, because some of its users are left out here.
        return [problem for problem in problems if problem.startswith(tuple(users.labels))]

    def _run(self, part: Part, *, check_mode: bool) -> dict[str, t.Any]:
        done = self.part_results[part.key] = self._action(part.module, part.options, check_mode=check_mode)
        for kind in ("warnings", "deprecations"):
            told = self._said.setdefault(kind, []) if done.get(kind) else []
            # A run repeats the warnings of its plan.
            told += [each for each in done.get(kind) or () if each not in told]
        return done

    def _action(self, name: str, options: Options, *, check_mode: bool) -> dict[str, t.Any]:
        options = {**self._connection_options, **options}
        return run_action(self, name, options, self._task_vars, check_mode=check_mode, memory=self._memory)


def refuse(problems: Iterable[str]) -> None:
    """Raise FailedError if there are problems. Only for use before the first write: the message says so."""
    # Every part reports the same problem with the credentials.
    problems = list(dict.fromkeys(problems))
    if problems:
        raise FailedError({"msg": f"{parts.REFUSAL}{'; '.join(problems)}", "problems": problems})


def changed(done: Results) -> bool:
    """Whether any part changed something, or would change something."""
    return any(each.get("changed") for each in done.values())


def _without_diff(result: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {key: value for key, value in result.items() if key != "diff"}


def _unfinished(failed: Part, result: Options, plan: Results) -> list[str]:
    """Return the objects that a failed part has not changed, or not completely."""
    planned = [item.key for item in plan_of([failed], plan).changing]
    done: set[str] = set()
    if failed.module == parts.USERS and "failed_users" in result:
        unfinished = {user["name"] for user in result["failed_users"]}
        done = {key for key in planned if key.removeprefix("user ") not in unfinished}
    elif failed.module == parts.GROUP:
        done = {item.key for item in plan_of([failed], {failed.key: result}).changing}
    return [key for key in planned if key not in done]
