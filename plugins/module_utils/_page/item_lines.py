# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A plan in lines for people: one for each object, and a count. Pure.

    + user eve: groups Auditors; console access: on, first password to /home/me/credentials.yml
    ~ group Administrators: policies +ReadOnlyAccess
    - user bob (2 access keys, 1 MFA device): groups Auditors; ...
    Plan: 1 to create, 1 to change, 1 to delete, 7 unchanged

Text from an account or a variable can't break a line, hide, or look like another line.
"""

from __future__ import annotations

import difflib
import json
import re
import typing as t
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import (
    BOOTSTRAP,
    BREAK_GLASS,
    MANAGED,
    MFA_NOTE,
    OWNED,
    PROTECTED,
    ROTATION,
    SUSPENDED,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import COPY_OF, REASON, UNTIL
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import (
    ASSIGNMENT,
    CHANGES,
    CONTROL_POLICY,
    GROUP_KIND,
    ORGANIZATION,
    POLICY,
    ROLE,
    ROOT_USER,
    SET,
    STORE_GROUP,
    STORE_USER,
    USER,
    Item,
    Plan,
    State,
)

# At least this many objects that change in the same way share one line, followed by their names.
ALIKE = 5
NAMES_IN_LINE = 8
# A plan that changes more objects shows no documents. One document shows at most this many lines.
SHORT = 50
DOCUMENT_LINES = 60
# Text that needs no quotes: IAM's names, paths and ARNs, without characters that separate words of a line.
_PLAIN = re.compile(r"[\w+=.@/:*-]+", re.ASCII)
_CREDENTIALS = {
    "access_keys": "access key",
    "mfa_devices": "MFA device",
    "ssh_public_keys": "SSH public key",
    "signing_certificates": "signing certificate",
    "service_specific_credentials": "service-specific credential",
}
NOTES = (SUSPENDED, ROTATION, MFA_NOTE, BREAK_GLASS)
# Tags of temporary access. The line describes it in words.
ENDS = (COPY_OF, UNTIL, REASON)
_SETS = {
    "groups": "groups",
    "managed_policies": "policies",
    "inline_policies": "inline policies",
    "customer_managed_policies": "customer managed policies",
    "members": "members",
    "targets": "targets",
    "accounts": "accounts",
    "assignments": "assignments",
    "features": "features",
    "delegated_administrators": "delegated administrators",
}
# Single values of a permission set. An empty value counts as none.
_SINGLE = {
    "description": "description",
    "session_duration": "session seconds",
    "relay_state": "relay state",
}


def lines(plan: Plan, check_mode: bool) -> list[str]:
    """Return the plan or, if check_mode is false, what was done."""
    changing = plan.changing
    details = [(item, details_of(item)) for item in changing]
    alike: dict[tuple[str, str, str], list[str]] = {}
    for item, detail in details:
        alike.setdefault((item.kind, item.action, detail), []).append(named(item.kind, item.name))
    told: list[str] = []
    for item, detail in details:
        names = alike[item.kind, item.action, detail]
        if len(names) < ALIKE:
            name = named(item.kind, item.name)
            told.append(f"{item.sign} {item.kind} {name}{_note(item)}{detail and f': {detail}'}")
            told += document_lines(item) if len(changing) <= SHORT else ()
        elif names[0] == named(item.kind, item.name):
            told += _group_lines(item, detail, names)
    return [*told, count(plan, check_mode)]


def _group_lines(item: Item, detail: str, names: Sequence[str]) -> Iterator[str]:
    """Yield one line that says what changes about these objects, and then their names."""
    yield f"{item.sign} {len(names)} {_plural(item.kind)}{_action(item)}{detail and f': {detail}'}"
    rest = iter(names)
    while row := list(islice(rest, NAMES_IN_LINE)):
        yield f"  {item.sign} {', '.join(row)}"


def _plural(kind: str) -> str:
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def count(plan: Plan, check_mode: bool) -> str:
    """Return how many objects are created, changed and deleted, and how many are left alone."""
    actions = Counter("changed" if item.action in CHANGES else item.action for item in plan.items)
    words = {"created": "to create", "changed": "to change", "deleted": "to delete"} if check_mode else {}
    told = [f"{actions[action]} {words.get(action, action)}" for action in ("created", "changed", "deleted")]
    told.append(f"{actions['unchanged']} unchanged")
    left = plan.left
    told += [f"{left.pending} pending"] if left.pending else []
    told += [f"{left.suspended} suspended and left alone"] if left.suspended else []
    told += [f"{left.kept} kept"] if left.kept else []
    return f"{'Plan' if check_mode else 'Done'}: {', '.join(told)}"


def shown(text: object) -> str:
    """Return text as one word of a line. Text that could be mistaken for anything else is quoted and escaped."""
    text = str(text)
    return text if _PLAIN.fullmatch(text) else quoted(text)


def named(kind: str, name: str) -> str:
    """Return an object's name for a line. For an assignment, it is the permission set and the principal."""
    if kind != ASSIGNMENT:
        return shown(name)
    # The name of a permission set contains no space.
    permission_set, _for, who = name.partition(" for ")
    principal_kind, _blank, principal = who.partition(" ")
    return f"{shown(permission_set)} for {principal_kind} {shown(principal)}"


def quoted(text: str) -> str:
    """Return text in quotes on one line, with invisible characters escaped."""
    marked = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in marked)


def policy_name(arn: str) -> str:
    """Return a managed policy's name. A customer managed policy has its path in front, after a slash."""
    owner, _policy, name = arn.partition(":policy/")
    if not name:
        return shown(arn)
    return shown(name if owner.endswith(":iam::aws") else f"/{name}")


def _note(item: Item) -> str:
    """Return what follows the name."""
    if item.kind == ROOT_USER:
        account = (item.before or {}).get("name")
        return f" ({shown(account)})" if account else ""
    if item.action != "deleted" or item.kind != USER:
        return _action(item)
    have = [(len((item.before or {}).get(field, ())), words) for field, words in _CREDENTIALS.items()]
    told = [f"{number} {words}{'s' if number > 1 else ''}" for number, words in have if number]
    return f" ({', '.join(told)})" if told else ""


def _action(item: Item) -> str:
    """Return the name of the change, if it has one."""
    # details_of shows a renamed user's previous name instead.
    named = item.action in CHANGES and item.action not in ("changed", "renamed")
    return f" ({item.action})" if named else ""


def details_of(item: Item) -> str:
    """Return what changes about the object, in one line."""
    before, after = item.before or {}, item.after or {}
    if item.kind == USER:
        told = [f"renamed from {shown(item.old_name)}"] if item.old_name else []
        told += [*_paths(before, after), *_sets(before, after), *_temporary_groups(before, after)]
        told += _of_user(item, before, after)
    elif item.kind == GROUP_KIND:
        told = [*_paths(before, after), *_sets(before, after)]
    elif item.kind in (STORE_GROUP, STORE_USER, ASSIGNMENT, ORGANIZATION):
        told = [*_end(before, after), *_sets(before, after)]
    elif item.kind == ROOT_USER:
        told = [*_root_password(before, after), *_credentials(before, after)]
    elif item.kind == SET:
        told = [*_end(before, after), *_sets(before, after), *_statements(before, after), *_of_set(before, after)]
        told += _tags(before, after)
    elif item.kind in (POLICY, CONTROL_POLICY):
        told = [*_paths(before, after), *_sets(before, after), *_statements(before, after), *_tags(before, after)]
        told += _description(before, after) if item.kind == CONTROL_POLICY and item.action in CHANGES else []
    else:
        told = [*_description(before, after)] if item.kind == ROLE else []
    # Every change is described, if only by its calls.
    return "; ".join(told or (_operations(item) if item.action in CHANGES else []))


def _end(before: State, after: State) -> Iterator[str]:
    """Yield when temporary access ends and why it was given, or when it ended."""
    state = after or before
    if "until" in state:
        time = state["until"].replace(":00Z", "Z")
        copy = f"copy of {shown(state['copy_of'])} " if "copy_of" in state else ""
        yield f"ended {time}" if state.get("ended") else f"{copy}until {time} ({shown(state['reason'])})"


def _operations(item: Item) -> list[str]:
    return list(dict.fromkeys(str(call["operation"]).replace("_", " ") for call in item.calls))


def _paths(before: State, after: State) -> Iterator[str]:
    had, has = before.get("path"), after.get("path")
    if before and after and had != has:
        yield f"path {shown(had)} -> {shown(has)}"
    elif (has or had or "/") != "/":
        yield f"path {shown(has or had)}"


def _sets(before: State, after: State) -> Iterator[str]:
    for field, words in _SETS.items():
        name = policy_name if field == "managed_policies" else shown
        told = _difference(before.get(field) or (), after.get(field) or (), bool(before and after), name)
        if told:
            yield f"{words} {told}"


def _difference(had: Collection[str], has: Collection[str], signed: bool, name: t.Callable[[str], str]) -> str:
    """Return what is added and what is removed, with signs if signed."""
    come, go = sorted(set(has) - set(had)), sorted(set(had) - set(has))
    if not signed:
        return ", ".join(name(each) for each in (*come, *go))
    return " ".join([*(f"+{name(each)}" for each in come), *(f"-{name(each)}" for each in go)])


def _temporary_groups(before: State, after: State) -> Iterator[str]:
    """Yield temporary memberships that change. A changed membership is shown with its new end and reason."""
    had, has = (state.get("temporary_groups") or [] for state in (before, after))
    come = [
        f"+{shown(one['group'])} until {_minute(one['until'])} ({shown(one['reason'])})"
        for one in has
        if one not in had
    ]
    kept = {one["group"] for one in has}
    go = [
        f"-{shown(one['group'])} ({'ended' if one.get('ended') else 'until'} {_minute(one['until'])})"
        for one in had
        if one["group"] not in kept
    ]
    if come or go:
        yield f"temporary groups {' '.join((*come, *go))}"


def _minute(until: str) -> str:
    """Return a time without its seconds, which are always zero."""
    return shown(f"{until.removesuffix(':00Z')}Z")


def _of_set(before: State, after: State) -> Iterator[str]:
    """Yield changes of a permission set's single values. For a deleted one, only the boundary is shown."""
    for field, words in _SINGLE.items() if after else ():
        had, has = before.get(field), after.get(field)
        if (had or "") != (has or ""):
            yield f"{words} {shown(has)}" if has else f"{words} removed"
    yield from _boundary(before, after)


def _boundary(before: State, after: State) -> Iterator[str]:
    had, has = before.get("boundary"), after.get("boundary")
    if (had or "") != (has or ""):
        yield f"permissions boundary {policy_name(has) if has else f'{policy_name(str(had))} removed'}"


def _of_user(item: Item, before: State, after: State) -> Iterator[str]:
    yield from _tags(before, after)
    yield from _boundary(before, after)
    yield from _console(item)
    for call in item.calls:
        if call["operation"] == "create_access_key":
            key_id = call.get("access_key_id")
            yield f"new access key{f' {shown(key_id)}' if key_id else ''} to {shown(item.password_in)}"
    yield from _credentials(before, after)


def _console(item: Item) -> Iterator[str]:
    operations = {call["operation"]: call for call in item.calls}
    if item.halves_in:
        anew = " anew" if "update_login_profile" in operations else ""
        yield f"sealed{anew}, halves to {' and '.join(map(shown, item.halves_in))}"
    elif "create_login_profile" in operations:
        where = f"first password to {shown(item.password_in)}" if item.password_in else "with the given password"
        yield f"console access: on, {where}"
    elif "update_login_profile" in operations:
        yield f"new first password to {shown(item.password_in)}"
    elif "delete_login_profile" in operations and item.action != "deleted":
        yield "console access: off"
    elif "delete_login_profile" in operations:
        yield "password for the console"


def _root_password(before: State, after: State) -> Iterator[str]:
    had, has = bool(before.get("console_access")), bool(after.get("console_access"))
    if had != has:
        yield "password recovery allowed" if has else "password removed"


def _credentials(before: State, after: State) -> Iterator[str]:
    for field, words in _CREDENTIALS.items():
        if not after:
            if before.get(field):
                yield f"{words}s {', '.join(map(shown, before[field]))}"
            continue
        had, has = (set(state.get(field) or ()) for state in (before, after))
        if before and had - has:
            yield f"{words}s {' '.join(f'-{shown(each)}' for each in sorted(had - has))}"
        on, was_on = (set(state.get(f"active_{field}") or ()) for state in (after, before))
        for which, became in ((on - was_on - (has - had), "active"), (was_on - on - (had - has), "inactive")):
            if which:
                yield f"{words}s {became}: {', '.join(map(shown, sorted(which)))}"


def _tags(before: State, after: State) -> Iterator[str]:
    had, has = _own_tags(before, after), _own_tags(after, before)
    if (PROTECTED in had) != (PROTECTED in has):
        yield f"protected: {'on' if PROTECTED in has else 'off'}"
    told = [
        *(f"+{shown(key)}={shown(has[key])}" for key in sorted(has) if had.get(key) != has[key] and key != PROTECTED),
        *(f"-{shown(key)}" for key in sorted(set(had) - set(has)) if key != PROTECTED),
    ]
    if told and after:
        yield f"tags {' '.join(told)}"


def _own_tags(state: State, other: State) -> Mapping[str, str]:
    """Return the tags without those of every new object, and without notes, which other details describe."""
    new = not other and state
    return {
        key: value
        for key, value in (state.get("tags") or {}).items()
        if not key.startswith((*NOTES, *ENDS)) and not (new and key in (MANAGED, BOOTSTRAP) and value == OWNED)
    }


def _statements(before: State, after: State) -> Iterator[str]:
    had, has = (Counter(map(_canonical, statements(state))) for state in (before, after))
    if not before or not after:
        number = sum((has or had).values())
        if number:
            yield f"{number} {'statement' if number == 1 else 'statements'}"
        return
    number = max((has - had).total(), (had - has).total())
    if number:
        yield f"{number} {'statement' if number == 1 else 'statements'} changed"


def statements(state: State) -> list[t.Any]:
    """Return the statements of a policy's document. A single one need not be in a list."""
    document = state.get("document")
    found = document.get("Statement", []) if isinstance(document, Mapping) else []
    return [found] if isinstance(found, Mapping) else list(found)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _description(before: State, after: State) -> Iterator[str]:
    had, has = before.get("description"), after.get("description")
    if had != has and has:
        yield f"description {quoted(str(has))}"


def document_lines(item: Item) -> list[str]:
    """Return the lines of a policy's document that change."""
    if item.kind not in (POLICY, CONTROL_POLICY, SET) or item.action not in CHANGES:
        return []
    had, has = (json.dumps(statements(state or {}), indent=2).splitlines() for state in (item.before, item.after))
    changed = list(_changed_lines(difflib.unified_diff(had, has, n=1, lineterm="")))
    more = len(changed) - DOCUMENT_LINES
    return changed[:DOCUMENT_LINES] + ([f"    … and {more} more lines"] if more > 0 else [])


def _changed_lines(diff: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(diff):
        if number > 1:
            yield f"    {'…' if line.startswith('@@') else line}".rstrip()
