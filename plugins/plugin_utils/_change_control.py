# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Change control of a run: writes its plan, or allows only what an earlier plan contains.

read -> open the plan file -> (the action plans) -> settle: the same plan? -> begin -> (the action applies) -> finish
"""

from __future__ import annotations

import time
import typing as t
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.compare import (
    differences,
    differences_of_rest,
    told,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import Settings
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.model import (
    PLANNER,
    TIME,
    Document,
    seconds_of,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_files import (
    BEGUN,
    FINISHED,
    PlanFileError,
    load,
    read_mark,
    write,
    write_mark,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_signatures import counted

# Seconds by which the clocks of two machines may differ.
_SKEW = 300


class ChangeControl:
    """What the variables of change control allow a run to do."""

    def __init__(self, settings: Settings, kind: str = "") -> None:
        self.settings = settings
        self.kind = kind
        self._approved: Document | None = None
        self._mark: dict[str, t.Any] = {}
        self._signers: list[str] = []

    @property
    def approval(self) -> dict[str, t.Any]:
        """How the plan was approved, as the history records it."""
        if self._approved is None:
            return {"how": "digest" if self.settings.approved_digest else "none"}
        made = self._approved["made"]
        told = {"made_at": made["at"], "made_by": str(made.get("by")), "file_digest": self._approved["file_digest"]}
        return {"how": "plan_file", **told, "signers": self._signers}

    @property
    def path(self) -> str:
        """Absolute path of the file with the plan to apply."""
        return from_working_directory(self.settings.apply_plan_file)

    @property
    def _state(self) -> str:
        """How far the plan is applied; empty if it was not begun."""
        own = self._approved and self._mark.get("file_digest") == self._approved["file_digest"]
        return str(self._mark.get("state", "")) if own else ""

    def open(self) -> Iterator[str]:
        """Read the plan to apply, and yield all problems with it that do not depend on the account."""
        if not self.settings.apply_plan_file:
            return
        try:
            self._approved, content = load(self.path)
            self._mark = read_mark(self.path)
        except PlanFileError as exc:
            yield f"apply_plan_file: {exc}"
            return
        yield from self._problems(self._approved)
        if self.settings.signers:
            self._signers, problem = counted(self.path, content, self.settings.signers)
            yield from [problem] if problem else ()

    def _problems(self, approved: Document) -> Iterator[str]:
        plan = approved["plan"]
        if plan.get("planner") != PLANNER:
            yield (
                f"apply_plan_file: the plan was made by planner {plan.get('planner')!r} (cloudhsm.iam "
                f"{approved['made'].get('collection')}), and this is planner {PLANNER}; make a new plan"
            )
        if plan["kind"] != self.kind:
            yield f"apply_plan_file: {self.path} is a plan for {plan['kind']}, and this run is {self.kind}"
        if self.settings.approved_digest and self.settings.approved_digest != approved["digest"]:
            yield f"approved_plan_digest: the plan in {self.path} has another digest: {approved['digest']}"
        # A plan that was begun before it was too old may be finished later.
        when = seconds_of(self._mark["at"]) if self._state == BEGUN else int(time.time())
        age = when - seconds_of(approved["made"]["at"])
        if self.settings.max_age is not None and age > self.settings.max_age:
            allowed = f"{self.settings.max_age} are allowed"
            yield f"plan_max_age: the plan is {age} seconds old, and {allowed}; make a new plan"
        if age < -_SKEW:
            yield f"apply_plan_file: the plan was made {-age} seconds in the future; check the clocks of both machines"

    def begun(self, action: str, kind: str) -> set[str]:
        """Return the names of a kind of objects with this action in the plan, if the plan is begun and not finished."""
        if self._state != BEGUN or not self._approved:
            return set()
        start = f"{kind} "
        return {
            step["object"].removeprefix(start)
            for step in self._approved["plan"]["steps"]
            if step["action"] == action and step["object"].startswith(start)
        }

    def planned(self, kind: str) -> set[str]:
        """Return the names of a kind of objects that the plan changes, if the plan is begun or finished."""
        if not self._state or not self._approved:
            return set()
        start = f"{kind} "
        steps = self._approved["plan"]["steps"]
        return {step["object"].removeprefix(start) for step in steps if step["object"].startswith(start)}

    def settle(self, now: Document) -> list[str]:
        """Return why the run may not carry out its plan; empty if it may."""
        if self._approved is None:
            approved = self.settings.approved_digest
            if approved and approved != now["digest"]:
                return [
                    f"approved_plan_digest: the plan is another one now, with the digest {now['digest']}. Its steps: "
                    f"{told(now['plan']['lines'])}"
                ]
            return []
        if self._state == FINISHED and not now["plan"]["steps"]:
            return []
        try:
            found = self._differences(self._approved["plan"], now["plan"])
        except (AttributeError, KeyError, TypeError):
            # A matching digest does not prove the form: anyone can make a plan and its digest.
            return [f"apply_plan_file: {self.path} is not a plan file of this collection"]
        return [f"apply_plan_file: {self._why()}: {told(found)}. Make a new plan"] if found else []

    def _differences(self, then: Document, now: Document) -> list[str]:
        if self._state == FINISHED:
            return list(now["lines"])
        return (differences_of_rest if self._state == BEGUN else differences)(then, now)

    def _why(self) -> str:
        if self._state == FINISHED:
            return f"the plan was applied at {self._mark['at']}, and now there would be something to do again"
        return "the rest of the plan is another one now" if self._state == BEGUN else "the plan is another one now"

    def begin(self, caller: str) -> None:
        """Mark the plan as begun. Raises PlanFileError."""
        if self._approved and self._state == "":
            self._note(BEGUN, caller)

    def finish(self, caller: str) -> None:
        """Mark the plan as finished. Raises PlanFileError."""
        if self._approved and self._state == BEGUN:
            self._note(FINISHED, caller)

    def _note(self, state: str, caller: str) -> None:
        approved = t.cast("Document", self._approved)
        mark = {"state": state, "at": time.strftime(TIME, time.gmtime()), "by": caller}
        self._mark = {**mark, "digest": approved["digest"], "file_digest": approved["file_digest"]}
        write_mark(self.path, self._mark)

    def write(self, document: Document) -> str | None:
        """Write the plan file if one is requested, and return its path. Raises PlanFileError."""
        if not self.settings.plan_file:
            return None
        path = from_working_directory(self.settings.plan_file)
        write(path, document)
        return path

    def lines(self, document: Document | None, path: str | None, check_mode: bool) -> Iterator[str]:
        """Yield lines about the plan as a whole."""
        if check_mode and document:
            yield f"Plan digest: {document['digest']}"
        if path:
            yield f"The plan is in {path}"
        if self._approved and check_mode:
            yield f"The plan in {self.path} still applies"
        elif self._approved:
            made = self._approved["made"]
            yield f"Applied: the plan in {self.path}, made at {made['at']} by {made['by']}"
