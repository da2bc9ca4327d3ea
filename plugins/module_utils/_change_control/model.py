# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A plan as a document: what is written to a plan file, and compared when the plan is applied. Pure.

    variables, plan (items) and what was seen of the account -> document -> digest
    document of the file + document made anew -> differences (compare.py) -> apply, or stop before the first write

A document has three parts. plan holds all that matters: what is run, the account, the variables, the state of the
objects, the steps in their order, and the lines for people. digest is that of plan, so a plan that is made again has
the same one. made says when, by whom and with which version; file_digest covers all of it.

Passwords count only as given or not given. So nothing about a password can be learned from a document.
"""

from __future__ import annotations

import calendar
import hashlib
import json
import time
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._page import item_lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import Item, Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import GROUP, GUARDED_MODULE, USERS, Part

FORMAT = 1
# Goes up whenever the same variables and the same account can come to another plan, or to other lines.
PLANNER = 1
Document = dict[str, t.Any]
TIME = "%Y-%m-%dT%H:%M:%SZ"
State = Mapping[str, t.Any]
# What is compared of an object. Sets first, which can be reached step by step.
ALWAYS_KNOWN = (
    "groups",
    "managed_policies",
    "customer_managed_policies",
    "inline_policies",
    "members",
    "accounts",
    "assignments",
    "targets",
    "features",
    "delegated_administrators",
)
# Credentials of users are only read of those who change.
SETS = (
    *ALWAYS_KNOWN,
    "access_keys",
    "active_access_keys",
    "mfa_devices",
    "ssh_public_keys",
    "active_ssh_public_keys",
    "signing_certificates",
    "active_signing_certificates",
    "service_specific_credentials",
    "active_service_specific_credentials",
)
SINGLE = (
    "path",
    "boundary",
    "console_access",
    "document",
    "description",
    "session_duration",
    "relay_state",
    "suspended",
)
# How a run is done, and not what it comes to; or what only confirms.
NOT_WANTED = (
    "user_provisioning_workers",
    "user_provisioning_batch_size",
    "user_offboarding_missing",
    "bootstrap_teardown_confirm",
    "identity_center_access_workers",
    "identity_center_access_wait_timeout",
    "service_linked_role_wait",
    "service_linked_role_wait_timeout",
)


class PlanError(Exception):
    """A file holds no plan, or one that was changed. The message is the end of a sentence."""


@dataclass(frozen=True)
class Made:
    """When a plan was made, in seconds since 1970, by whom, and with which version of the collection."""

    at: int
    by: str
    collection: str


@dataclass(frozen=True)
class Seen:
    """What the plan depends on in the account: its ID and partition, and the state of each object, by its key."""

    account_id: str
    partition: str
    states: Mapping[str, State | None]


def canonical(value: object) -> str:
    """The one text that stands for a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(value: object) -> str:
    """The SHA-256 digest of a value, in hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def document(kind: str, wanted: Mapping[str, str], seen: Seen, plan: Plan, made: Made) -> Document:
    """The document of a plan. kind is what is run."""
    # Where passwords are stored is a path of one machine; the variable that says so is among those wanted.
    changing = [replace(item, password_in=item.password_in and "credentials_store") for item in plan.changing]
    shown = Plan([*changing, *(item for item in plan.items if item.action == "unchanged")], plan.left)
    states = {key: state_of(state) for key, state in sorted(seen.states.items())}
    content = {
        "kind": kind,
        "planner": PLANNER,
        "account_id": seen.account_id,
        "partition": seen.partition,
        "wanted": dict(sorted(wanted.items())),
        "wanted_digest": digest(wanted),
        "account": states,
        "account_digest": digest(states),
        "steps": [_step(item) for item in changing],
        "lines": item_lines.lines(shown, check_mode=True),
    }
    told = {
        "format": FORMAT,
        "plan": json.loads(canonical(content)),
        "digest": digest(content),
        "made": {"at": time.strftime(TIME, time.gmtime(made.at)), "by": made.by, "collection": made.collection},
    }
    return {**told, "file_digest": digest(told)}


def _step(item: Item) -> dict[str, t.Any]:
    return {
        "object": item.key,
        "action": item.action,
        "after": state_of(item.after),
        "calls": [dict(call) for call in item.calls],
    }


def state_of(state: State | None) -> dict[str, t.Any] | None:
    """A state with what is compared of it; None for an object that does not exist."""
    if not state:
        return None
    kept: dict[str, t.Any] = {name: sorted(state[name]) for name in SETS if state.get(name)}
    kept |= {name: state[name] for name in SINGLE if state.get(name) not in (None, "", False)}
    tags = dict(sorted((state.get("tags") or {}).items()))
    return {**kept, **({"tags": tags} if tags else {})}


def wanted_of(variables: Mapping[str, t.Any]) -> dict[str, str]:
    """Digests of the variables by their names. Users in a list have one each."""
    found: dict[str, str] = {}
    for name, value in variables.items():
        if value is None or name in NOT_WANTED:
            continue
        plain = without_passwords("password" if name.endswith("_password") else name, value)
        for key, each in _by_user(name, plain):
            # The same name twice is for the role to refuse.
            found[key] = digest(each)
    return found


def _by_user(name: str, value: t.Any) -> Iterator[tuple[str, t.Any]]:
    named = isinstance(value, list) and all(
        isinstance(each, dict) and isinstance(each.get("name"), str) for each in value
    )
    if not named or not value:
        yield name, value
        return
    yield from ((f"{name}: {each['name']}", each) for each in value)


def without_passwords(name: str, value: t.Any) -> t.Any:
    """A variable as plain values, with passwords as given or not given."""
    if name == "password":
        return None if value is None else "given"
    if isinstance(value, Mapping):
        return {str(key): without_passwords(str(key), each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [without_passwords("", each) for each in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


def states_of(
    parts: Iterable[Part], results: Mapping[str, Mapping[str, t.Any]], plan: Plan, found: Mapping[str, t.Any]
) -> dict[str, State | None]:
    """The state of each object that the plan depends on, by its key. found is what iam_account_info tells of groups."""
    states: dict[str, State | None] = {}
    groups = {each["name"].casefold(): each for each in found.get("groups") or ()}
    policies = {each["name"].casefold(): each for each in found.get("policies") or ()}
    for item in plan.items:
        states[item.key] = item.before
    for part in parts:
        result = results[part.key]
        if part.module in (GROUP, GUARDED_MODULE):
            asked = names_asked([part])
            states |= {f"group {name}": groups.get(name.casefold()) for name in asked["groups"]}
            states |= {f"policy {name}": policies.get(name.casefold()) for name in asked["policies"]}
        elif part.module == USERS:
            states |= {f"user {each['name']}": each for each in result["users"] if _is_known(each)}
            for name, arns in (result.get("group_policies") or {}).items():
                states.setdefault(f"group {name}", {"managed_policies": arns})
    return states


def _is_known(user: Mapping[str, t.Any]) -> bool:
    return user["action"] == "unchanged" and "path" in user


def names_asked(parts: Iterable[Part]) -> dict[str, list[str]]:
    """The groups and policies whose state the parts depend on, as options of iam_account_info."""
    groups: list[str] = []
    policies: list[str] = []
    for part in parts:
        if part.module == GROUP:
            groups.append(part.options["name"])
            policies += [part.options["policy"]["name"]] if part.options.get("policy") else []
            mfa = part.options.get("require_mfa_policy_name")
            policies += [mfa] if part.options.get("require_mfa") and mfa else []
        elif part.module == GUARDED_MODULE:
            policies.append(part.options["options"]["name"])
    return {"groups": list(dict.fromkeys(groups)), "policies": list(dict.fromkeys(policies))}


def read(content: bytes) -> Document:
    """The document in a file. Raises PlanError."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise PlanError("is not a plan file: it is not JSON") from exc
    if not isinstance(told, dict) or not isinstance(told.get("plan"), dict) or not isinstance(told.get("made"), dict):
        raise PlanError("is not a plan file of this collection")
    if told.get("format") != FORMAT:
        raise PlanError(f"has the format {told.get('format')!r}, and this version reads {FORMAT}; make a new plan")
    rest = {key: value for key, value in told.items() if key != "file_digest"}
    if digest(rest) != told.get("file_digest") or digest(told["plan"]) != told.get("digest"):
        raise PlanError("was changed after it was written: its digest does not match; make a new plan")
    if not _has_shape(told):
        raise PlanError("is not a plan file of this collection")
    return told


def _has_shape(told: Document) -> bool:
    """Whether the plan has every part that is read later, each of the right type."""
    plan, steps = told["plan"], told["plan"].get("steps")
    if not isinstance(steps, list) or not all(isinstance(plan.get(key), dict) for key in ("wanted", "account")):
        return False
    kinds = {"object": str, "action": str, "calls": list}
    try:
        seconds_of(told["made"]["at"])
    except (KeyError, TypeError, ValueError):
        return False
    return all(isinstance(plan.get(key), str) for key in ("kind", "account_id", "partition")) and all(
        isinstance(step, dict) and "after" in step and all(isinstance(step.get(key), kinds[key]) for key in kinds)
        for step in steps
    )


def seconds_of(at: str) -> int:
    """A time of a document, in seconds since 1970. Raises ValueError."""
    return calendar.timegm(time.strptime(at, TIME))
