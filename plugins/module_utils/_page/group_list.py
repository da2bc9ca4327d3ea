# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The groups listed for the role group_provisioning: their desired state and their results. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, read_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import Fields, label
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part, group_part
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import SELF_SERVICE_DESCRIPTION
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish

Options = Mapping[str, t.Any]
VARIABLE = "group_provisioning_groups"
# What an item calls a policy option that has another name there, by the option's name.
_RENAMED = {"level": "access", "profile": "policy_profile", "tags": "resource_tags"}
_POLICY = tuple(
    _RENAMED.get(each.name, each.name) for each in fields(Wish) if each.name not in ("names", "partition", "account_id")
)
_TEXTS = ("name", "path", "access", "policy_profile", "policy_name", "policy_description", "require_mfa_policy_name")
_SWITCHES = (
    "self_service",
    "allow_backup_copy",
    "allow_backup_sharing",
    "adopt_policy",
    "purge_policies",
    "require_mfa",
    "adopt_require_mfa_policy",
)
_LISTS = ("aws_managed_policies", "cluster_arns", "regions")
_DICTIONARIES = ("resource_tags", "tags")
KNOWN = (*_TEXTS, *_SWITCHES, *_LISTS, *_DICTIONARIES, "policy")
# Options of iam_group_with_policies that have the same name in an item.
_SAME = ("path", "adopt_policy", "purge_policies", "require_mfa", "require_mfa_policy_name", "adopt_require_mfa_policy")


def group_parts(items: Sequence[t.Any]) -> tuple[list[Part], list[str]]:
    """Return the groups as parts of a plan, and all problems that show without the account."""
    parts: list[Part] = []
    problems: list[str] = []
    places: dict[str, int] = {}
    for place, item in enumerate(items):
        if not isinstance(item, Mapping):
            problems.append(f"{label(VARIABLE, place)}: must be a dictionary with at least a name, not {kind(item)}")
            continue
        called = label(VARIABLE, place, item.get("name"))
        read, wrong = _read(item)
        # If the name is not text, _read has reported that.
        name = str(read.get("name", ""))
        first = places.setdefault(name.casefold(), place) if name else place
        if first != place:
            wrong.append(f"name: is also {label(VARIABLE, first, name)}; list each group once")
        problems += [f"{called}: {problem}" for problem in wrong]
        if not wrong:
            parts.append(group_part(f"group {name}", "the group", _options(read, f"{called}: ")))
    return parts, problems


def _read(item: Options) -> tuple[dict[str, t.Any], list[str]]:
    """Return the item without null fields, and its problems."""
    reader = Fields(item)
    reader.only(KNOWN, "a group")
    read = {name: value for name in KNOWN if (value := item.get(name)) is not None}
    for name in _TEXTS:
        problem = text_problem(read[name]) if name in read else None
        if problem:
            reader.problem(name, problem)
    if not read.get("name"):
        reader.problem("name", "is missing")
    read |= {name: reader.boolean(name) for name in _SWITCHES if name in read}
    for name in _LISTS:
        if name in read:
            read[name], wrong = read_list(read[name])
            for problem in wrong:
                reader.problem(name, problem)
    for name in _DICTIONARIES:
        if name in read and not isinstance(read[name], Mapping):
            reader.problem(name, f"must be a dictionary, not {kind(read[name])}")
    for field, problem in _combination_problems(read):
        reader.problem(field, problem)
    return read, reader.problems


def _combination_problems(read: Options) -> Iterator[tuple[str, str]]:
    """Yield fields that do not fit the kind of policy that the item has, with the reasons."""
    given = [name for name in _POLICY if name in read and name != "access"]
    if read.get("self_service") and (given or "access" in read):
        yield "self_service", f"can't be combined with {', '.join(name for name in _POLICY if name in read)}"
    elif "access" not in read and "policy" not in read and given:
        yield given[0], "is about a policy of CloudHSM, so it needs access"
    elif not _has_policy(read):
        for name in ("policy_name", "tags", "policy_description", "adopt_policy"):
            if name in read:
                yield name, "is about the group's own policy; it needs access, policy or self_service"


def _has_policy(read: Options) -> bool:
    return bool("access" in read or "policy" in read or read.get("self_service"))


def _options(read: Options, prefix: str) -> dict[str, t.Any]:
    """Return the options of iam_group_with_policies."""
    options = {name: read[name] for name in _SAME if name in read}
    options |= {"name": read["name"], "aws_managed_policies": read.get("aws_managed_policies", [])}
    if _has_policy(read):
        options["policy"] = _policy(read, prefix)
    return {**options, "variables_prefix": prefix}


def _policy(read: Options, prefix: str) -> dict[str, t.Any]:
    name, own = read.get("policy_name", read["name"]), f"Permissions of the group {read['name']}"
    described = SELF_SERVICE_DESCRIPTION if read.get("self_service") else own
    policy = {
        "name": name,
        "description": read.get("policy_description", described),
        "tags": read.get("tags", {}),
    }
    if read.get("self_service"):
        return {**policy, "self_service": True}
    wish = {option: read[called] for option, called in _wish_names() if called in read}
    # The level is required, but has no effect on the user's own policy.
    wish.setdefault("level", "admin")
    return {**policy, "cloudhsm": {**wish, "names": {option: prefix + called for option, called in _wish_names()}}}


def _wish_names() -> list[tuple[str, str]]:
    options = {called: option for option, called in _RENAMED.items()}
    return [(options.get(called, called), called) for called in _POLICY]


def facts(parts: Sequence[Part], done: Mapping[str, Options]) -> list[dict[str, t.Any]]:
    """Return the result of each group."""
    return [
        {
            "name": part.options["name"],
            "state": "present",
            **{name: bool(done[part.key].get(name)) for name in ("changed", "created", "require_mfa")},
            "policy_name": done[part.key].get("policy_name"),
            "other_policies": list(done[part.key].get("other_policies") or ()),
        }
        for part in parts
    ]


def lines(told: Sequence[Options], summary: Sequence[str]) -> Iterator[str]:
    """Yield the plan, or what was done, and what the groups have beyond the variables."""
    yield from summary
    for group in told:
        if group["other_policies"]:
            yield f"The group {group['name']} also has {', '.join(group['other_policies'])}, which is left alone."
