# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options of iam_break_glass, and their problems."""

from __future__ import annotations

import os
import re
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import is_true, kind, read_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import Fields
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import (
    HALVES,
    StoreOptions,
    Wanted,
    state_tag,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.store_options import store_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import (
    FILE_STORES,
    SERVICES,
)

DEFAULT_USERS = ["break-glass"]
DEFAULT_GROUP = "Administrators"
DEFAULT_PREFIX = "/cloudhsm-iam/break-glass/{}/"
DEFAULT_HALF_LENGTH = 24
# Each half is strong by itself, and both together are within IAM's limit.
SHORTEST_HALF, LONGEST_HALF = 20, limits.PASSWORD_LENGTH // 2
KINDS = (*FILE_STORES, *SERVICES)
STORE_SPEC: dict[str, dict[str, t.Any]] = {
    "store": {"type": "str", "choices": ["file", "vault_file", "secretsmanager", "ssm_parameter"], "required": True},
    "path": {"type": "path"},
    "vault_id": {"type": "str"},
    "prefix": {"type": "str"},
    "kms_key_id": {"type": "str", "no_log": False},
    "tags": {"type": "dict"},
}
# Options that only some kinds of stores have, besides those that store_problems checks.
_ONLY_FOR = {"path": FILE_STORES, "vault_id": ("vault_file",), "prefix": tuple(SERVICES)}
_OF_STORES = re.compile(r"\bcredentials_(store|path|vault_id|prefix|kms_key_id|tags)\b")
_TEXTS = ("path", "vault_id", "prefix", "kms_key_id")


def said(problem: str, label: str) -> str:
    """Return a store's problem with the names of this module's options. label is how messages name the store."""

    def own(found: re.Match[str]) -> str:
        # In the middle of a sentence, the word means the kind of store, not the option.
        return "store" if found[1] == "store" and found.start() else f"{label}.{found[1]}"

    return _OF_STORES.sub(own, problem)


def parse(params: Mapping[str, t.Any]) -> tuple[Wanted, list[str]]:
    """Return what the options ask for, and all problems: one sentence each, beginning with the option.

    params are the parameters of a module or of a task; those of a task lack the options that were left out.
    """
    prefix = str(params.get("variables_prefix") or "")
    stores, problems = _stores(params.get("stores"), called("stores", prefix))
    given = params.get("users")
    listed = read_list(given)[0] if isinstance(given, str) else DEFAULT_USERS if given is None else given
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, Sequence) else []
    length = params.get("half_length")
    wanted = Wanted(
        users=tuple(names),
        group=str(params.get("group") or DEFAULT_GROUP),
        stores=stores,
        reseal=is_true(params.get("reseal")),
        half_length=length if isinstance(length, int) else DEFAULT_HALF_LENGTH,
        prefix=prefix,
    )
    return wanted, [*_user_problems(wanted), *_other_problems(wanted), *problems]


def _user_problems(wanted: Wanted) -> Iterator[str]:
    if not wanted.users:
        yield f"{wanted.called('users')}: names nobody; name at least one user, as in break-glass"
    seen: dict[str, int] = {}
    for index, name in enumerate(wanted.users):
        problem = limits.name_problem(name, limits.USER_NAME_LENGTH)
        first = seen.setdefault(name.lower(), index)
        if problem:
            yield f"{wanted.called('users')}[{index}]: {problem}"
        elif first != index:
            yield f"{wanted.called('users')}[{index}]: {name} is listed before as {wanted.users[first]}"


def _other_problems(wanted: Wanted) -> Iterator[str]:
    problem = limits.name_problem(wanted.group, limits.GROUP_NAME_LENGTH)
    if problem:
        yield f"{wanted.called('group')}: {problem}"
    if not SHORTEST_HALF <= wanted.half_length <= LONGEST_HALF:
        yield (
            f"{wanted.called('half_length')}: must be from {SHORTEST_HALF} to {LONGEST_HALF}, not {wanted.half_length}"
        )


def _stores(given: object, option: str) -> tuple[tuple[StoreOptions, ...], list[str]]:
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)):
        what = "is missing" if given is None else f"must be a list, not {kind(given)}"
        return (), [f"{option}: {what}; give two stores, one for each of two people"]
    if len(given) != len(HALVES):
        return (), [f"{option}: has {len(given)}; give two stores, one for each of two people"]
    stores: list[StoreOptions] = []
    problems: list[str] = []
    for half, (index, item) in zip(HALVES, enumerate(given), strict=True):
        label = f"{option}[{index}]"
        if not isinstance(item, Mapping):
            problems.append(f"{label}: must be a dictionary with at least a store, not {kind(item)}")
            continue
        store, wrong = _store(item, half, label)
        stores.append(store)
        problems += wrong
    if not problems:
        problems += _same_place(*stores)
    return tuple(stores), problems


def _store(item: Mapping[str, t.Any], half: str, label: str) -> tuple[StoreOptions, list[str]]:
    fields = Fields(item)
    fields.only(STORE_SPEC, "a store")
    which = item.get("store")
    if which not in KINDS:
        told = "is missing" if which is None else f"can't be {str(which)[:80]!r}"
        fields.problem("store", f"{told}; it is one of {', '.join(KINDS)}")
    texts: dict[str, str] = {}
    for name in _TEXTS:
        value = item.get(name)
        if value is None:
            continue
        if problem := text_problem(value):
            fields.problem(name, problem)
        elif value and which in KINDS and which not in _ONLY_FOR.get(name, KINDS):
            fields.problem(name, f"is not for the store {which}")
        else:
            texts[name] = value
    tags = item.get("tags")
    if isinstance(tags, Mapping) and state_tag(half) in tags:
        fields.problem(f"tags.{state_tag(half)}", "is set for you; leave it out")
    problems = [f"{label}.{problem}" for problem in fields.problems]
    given = {f"credentials_{name}": item.get(name) for name in ("tags", "kms_key_id", "path", "prefix")}
    if which in KINDS:
        problems += [said(problem, label) for problem in store_problems({**given, "credentials_store": which})]
    return (
        StoreOptions(
            half,
            label,
            str(which),
            path=texts.get("path", ""),
            vault_id=texts.get("vault_id") or None,
            prefix=texts.get("prefix") or DEFAULT_PREFIX.format(half),
            kms_key_id=texts.get("kms_key_id") or None,
            tags={str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {},
        ),
        list(dict.fromkeys(problems)),
    )


def _real(path: str) -> str:
    """Return the path that the code of the file stores uses. That code refuses a path that it can't use."""
    path = os.path.expanduser(os.path.expandvars(path))
    return path if "\0" in path else os.path.realpath(path)


def _same_place(first: StoreOptions, second: StoreOptions) -> Iterator[str]:
    """Yield why a person who can read one store could read the other one."""
    if first.kind in FILE_STORES and second.kind in FILE_STORES:
        here, there = (_real(store.path) for store in (first, second))
        if here == there:
            yield f"{second.label}.path: is the file of {first.label} too; each half needs a file of its own"
        elif first.kind == second.kind == "file" and os.path.dirname(here) == os.path.dirname(there):
            yield (
                f"{second.label}.path: is in the folder of {first.label}, so that one person could read both; "
                "put it into a folder of its own"
            )
        if first.kind == second.kind == "vault_file" and (
            not first.vault_id or not second.vault_id or first.vault_id == second.vault_id
        ):
            yield (
                f"{second.label}.vault_id: two files of the kind vault_file need two vault IDs, each with a secret "
                "that only one of the two people has; set vault_id of both"
            )
    elif first.kind == second.kind and (
        first.prefix.startswith(second.prefix) or second.prefix.startswith(first.prefix)
    ):
        yield (
            f"{second.label}.prefix: {second.prefix} and {first.prefix} of {first.label} overlap, so that a policy for "
            "one would allow to read both; give each a prefix of its own"
        )
