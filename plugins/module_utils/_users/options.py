# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Checks the options of iam_users other than users, and reads lists that are given as text."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import is_true, read_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import OWNERSHIP, RESERVED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import key_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.pending import pending_problems

LISTS = ("protected_groups", "pending_groups", "require_mfa_groups", "restore_credentials")


def read_options(options: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """Read the options as a playbook gives them. Return them with lists as lists, and their problems."""
    read = dict(options)
    problems = []
    for name in LISTS:
        if isinstance(options.get(name), str) and not options[name].strip():
            read[name] = []
        elif options.get(name) is not None:
            read[name], wrong = read_list(options[name])
            problems += [f"{name}: {problem}" for problem in wrong]
            problems += [f"{name}: {problem}" for element in read[name] for problem in _name_problems(element)]
    return read, problems + option_problems(read)


def option_problems(options: Mapping[str, t.Any]) -> list[str]:
    """Return the problems of options, with Ansible's types or as a playbook gives them."""
    return [
        *_number_problems(options),
        *_managed_by_tag_problems(options.get("managed_by_tag")),
        *pending_problems(options.get("pending_policies")),
    ]


def purge_problems(desired: Iterable[DesiredUser], options: Mapping[str, t.Any]) -> list[str]:
    """Return why purge_users is refused: a list without a user to keep probably failed to load."""
    if not is_true(options.get("purge_users")) or is_true(options.get("purge_users_allow_empty")):
        return []
    if any(user.present for user in desired):
        return []
    tag = options.get("managed_by_tag") or Options.managed_by_tag
    return [
        f"purge_users: users has nobody with state present, so every user with the tag {tag} would be deleted; "
        "if you mean that, set purge_users_allow_empty to true"
    ]


def _name_problems(name: str) -> Iterator[str]:
    """Yield why this can't be a group's name or a credential's identifier, which both have at most 128 characters."""
    problem = limits.name_problem(name, limits.GROUP_NAME_LENGTH)
    if problem:
        yield problem


def _managed_by_tag_problems(tag: object) -> Iterator[str]:
    if not isinstance(tag, str):
        return
    yield from (f"managed_by_tag: {problem}" for problem in key_problems(tag))
    if tag.lower().startswith(RESERVED) and tag not in OWNERSHIP:
        yield (
            f"managed_by_tag: {tag[:80]!r} begins with {RESERVED}, which this collection uses for other tags; "
            f"of these, only {' and '.join(sorted(OWNERSHIP))} mark ownership"
        )


def _number_problems(options: Mapping[str, t.Any]) -> Iterator[str]:
    """Yield the problems of the options that are numbers."""
    for name, lowest, highest in (
        ("password_length", limits.SHORTEST_PASSWORD, limits.PASSWORD_LENGTH),
        ("batch_size", 1, None),
        ("max_deletions", 0, None),
        ("workers", 1, limits.WORKERS),
    ):
        value = options.get(name)
        if value is not None and not _between(value, lowest, highest):
            bounds = f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"
            yield f"{name}: must be {bounds}, not {value}"


def _between(value: object, lowest: int, highest: int | None) -> bool:
    try:
        number = int(str(value))
    except ValueError:
        return False
    return lowest <= number and (highest is None or number <= highest)
