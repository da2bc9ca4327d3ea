# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What makes a plan that is made anew another one than the plan in a file. Pure.

A plan that was begun and not finished may have less left to do: then each object has to be between its state before
the plan and its state after it, and no step may be there that the plan does not have.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MFA_NOTE, NEW_KEY, ROTATION
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.model import (
    ALWAYS_KNOWN,
    SETS,
    SINGLE,
    canonical,
    state_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.item_lines import named, shown
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import KINDS

Content = Mapping[str, t.Any]
State = Mapping[str, t.Any]
# Of many differences a message names so many.
TOLD = 20
_NOTHING: State = {}
# Prefixes of tags by which a run notes how far it is.
_NOTES = (MFA_NOTE, ROTATION)


def differences(then: Content, now: Content) -> list[str]:
    """Every difference between two plans; none where they are the same."""
    other = _other_run(then, now)
    if other:
        return other
    found = [*_variables(then, now)]
    states = {key: _changes(then["account"].get(key), now["account"].get(key)) for key in _keys(then, now, "account")}
    found += [f"account: {_object(key)} {change}" for key, change in states.items() if change]
    named = {key for key, change in states.items() if change}
    steps_then, steps_now = ({step["object"]: step for step in plan["steps"]} for plan in (then, now))
    for key in dict.fromkeys([*steps_then, *steps_now]):
        if key not in named and steps_then.get(key) != steps_now.get(key):
            found.append(f"plan: {_object(key)} {_step_change(steps_then.get(key), steps_now.get(key))}")
    if not found and canonical(then) != canonical(now):
        found.append("plan: its steps are in another order, or its summary differs")
    return found


def differences_of_rest(then: Content, now: Content) -> list[str]:
    """What keeps the rest of a plan that was begun from being applied; nothing where it can be."""
    found = _other_run(then, now) or [*_variables(then, now)]
    if found:
        return found
    now = _with_new_keys(then, now)
    steps, left = ({step["object"]: step for step in plan["steps"]} for plan in (then, now))
    way = _Way(steps, left, _goals(then, steps), _left_groups(then, steps))
    wrong = {key: words for key in _keys(then, now, "account") if (words := _stray(key, then, now, way))}
    found = [f"account: {_object(key)} {words}" for key, words in wrong.items()]
    for key, step in left.items():
        planned = steps.get(key)
        if key not in wrong and (planned is None or not _is_rest(planned, step)):
            found.append(f"plan: {_object(key)} {_step_change(planned, step)}")
    return found


def _with_new_keys(then: Content, now: Content) -> Content:
    """What is planned now, with the access key that the plan had created by then as the plan has it: without its ID.

    Whose key it is, and whether its secret is in the store, is for the module to find out, which plans accordingly.
    """
    for step in then["steps"]:
        has = (step["after"] or _NOTHING).get("access_keys", ())
        is_now = (now["account"].get(step["object"]) or _NOTHING).get("access_keys", ())
        made = set(is_now) - set(has)
        if NEW_KEY in has and len(made) == 1:
            now = json.loads(canonical(now).replace(made.pop(), NEW_KEY))
            states = {**now["account"], step["object"]: state_of(now["account"][step["object"]])}
            left = [{**each, "after": state_of(each["after"])} for each in now["steps"]]
            now = {**now, "account": states, "steps": left}
    return now


class _Way(t.NamedTuple):
    """Where a plan that was begun leads: its steps and those that are left, by their objects, and the goals."""

    steps: Mapping[str, Content]
    left: Mapping[str, Content]
    goals: Mapping[str, State | None]
    left_groups: Collection[str]


def _stray(key: str, then: Content, now: Content, way: _Way) -> str | None:
    """What is to be said of an object that is not on the way from its state before the plan to that after it."""
    if key not in then["account"]:
        return "was not part of the plan"
    if key not in now["account"]:
        return None if key in way.steps or key in way.left_groups else "is not part of the plan any more"
    before, is_now = then["account"][key], now["account"][key]
    if before is None and key in way.steps and way.goals[key] is None:
        # The plan creates it, and deletes it in the end.
        return None
    if _is_between(before, is_now, way.goals[key], SETS if key in way.left else ALWAYS_KNOWN):
        return None
    return f"{_changes(before, is_now) or 'is not as the plan has it'}, which the plan does not do"


def told(found: Iterable[str]) -> str:
    """The differences in one text."""
    found = list(found)
    more = f"; and {len(found) - TOLD} more" if len(found) > TOLD else ""
    return "; ".join(found[:TOLD]) + more


def _other_run(then: Content, now: Content) -> list[str]:
    """Why the plan is of another run altogether."""
    if then.get("planner") != now["planner"]:
        return [
            f"the plan was made by planner {then.get('planner')!r}, and this version of the collection has planner "
            f"{now['planner']}; make a new plan"
        ]
    if then["kind"] != now["kind"]:
        return [f"it is a plan for {then['kind']}, and this run is {now['kind']}"]
    for field, words in (("account_id", "account"), ("partition", "partition")):
        if then[field] != now[field]:
            return [f"it is a plan for the {words} {then[field]}, and this run works in {now[field]}"]
    return []


def _object(key: str) -> str:
    """An object by its key, which ends with a name that anyone may have chosen."""
    kind = next((kind for kind in KINDS if key.startswith(f"{kind} ")), "")
    return f"{kind} {named(kind, key.removeprefix(f'{kind} '))}".lstrip()


def _keys(then: Content, now: Content, part: str) -> list[str]:
    return sorted({*then[part], *now[part]})


def _variables(then: Content, now: Content) -> Iterator[str]:
    for key in _keys(then, now, "wanted"):
        had, has = then["wanted"].get(key), now["wanted"].get(key)
        variable, _colon, name = key.partition(": ")
        words = f"{variable} ({shown(name)})" if name else variable
        if had is None:
            yield f"variables: {words} was added"
        elif has is None:
            yield f"variables: {words} was removed"
        elif had != has:
            yield f"variables: {words} has changed"


def _changes(had: State | None, has: State | None) -> str:
    """How an object has changed; empty where it has not."""
    if had == has:
        return ""
    if has is None:
        return "does not exist any more"
    if had is None:
        return "exists now"
    changed = [name for name in (*SINGLE, *SETS, "tags") if had.get(name) != has.get(name)]
    return f"has changed: {', '.join(filter(None, (_field_change(name, had, has) for name in changed)))}"


def _field_change(name: str, had: State, has: State) -> str:
    words = name.replace("_", " ")
    if name not in SETS:
        return words
    come, go = (sorted(set(a.get(name, ())) - set(b.get(name, ()))) for a, b in ((has, had), (had, has)))
    signed = [*(f"+{shown(each)}" for each in come), *(f"-{shown(each)}" for each in go)]
    return f"{words} {' '.join(signed)}"


def _step_change(then: Content | None, now: Content | None) -> str:
    if now is None:
        return f"would not be {then['action'] if then else ''} any more".replace("  ", " ")
    if then is None:
        return f"would be {now['action']} too"
    return f"would be {now['action']} in another way"


def _goals(then: Content, steps: Mapping[str, Content]) -> dict[str, State | None]:
    """The state of each object once the plan is applied. Users who join or leave are members of their groups, too."""
    goals: dict[str, State | None] = {
        key: steps[key]["after"] if key in steps else state for key, state in then["account"].items()
    }
    for key, step in steps.items():
        if not key.startswith("user "):
            continue
        name = key.removeprefix("user ")
        before, after = then["account"].get(key) or _NOTHING, step["after"] or _NOTHING
        for group in {*before.get("groups", ()), *after.get("groups", ())}:
            goal = goals.get(f"group {group}")
            if goal is not None:
                members = set(goal.get("members", ())) - {name}
                members |= {name} if group in after.get("groups", ()) else set()
                goals[f"group {group}"] = {**goal, "members": sorted(members)}
    return goals


def _left_groups(then: Content, steps: Mapping[str, Content]) -> set[str]:
    """Groups that users of the plan leave. Nobody may be left of those whose groups are looked at."""
    return {
        f"group {group}"
        for key, step in steps.items()
        for group in set((then["account"].get(key) or _NOTHING).get("groups", ()))
        - set((step["after"] or _NOTHING).get("groups", ()))
    }


def _is_between(before: State | None, now: State | None, after: State | None, sets: Iterable[str]) -> bool:
    """Whether an object can be in this state on the way from one state to another. sets are those that are known."""
    if now is None or now == before:
        return now in (before, after)
    now, start, end = _without_notes(now), _without_notes(before or _NOTHING), _without_notes(after or _NOTHING)
    return all(
        _pairs_between(_pairs(name, start), _pairs(name, now), _pairs(name, end)) for name in (*sets, "tags")
    ) and all(now.get(name) in (start.get(name), end.get(name)) for name in SINGLE)


def _without_notes(state: State) -> State:
    """The state without tags that a run sets before it is done, such as those of MFA devices that are to go."""
    tags = {key: value for key, value in (state.get("tags") or {}).items() if not key.startswith(_NOTES)}
    return {**state, "tags": tags}


def _pairs(name: str, state: State) -> set[t.Any]:
    value = state.get(name) or ()
    return set(value.items()) if isinstance(value, Mapping) else set(value)


def _pairs_between(start: set[t.Any], now: set[t.Any], end: set[t.Any]) -> bool:
    return start & end <= now <= start | end


def _is_rest(planned: Content, step: Content) -> bool:
    """Whether a step leads to where a planned one leads, by calls that it has."""
    if planned["after"] != step["after"]:
        return False
    calls = [canonical(call) for call in planned["calls"]]
    for call in map(canonical, step["calls"]):
        if call not in calls:
            return False
        calls.remove(call)
    return True
