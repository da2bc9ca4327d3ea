# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options that all roles share, and the checks that need no account."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import read_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import LEVELS
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy

# The access level with AWS's AdministratorAccess, and the policy options of all other levels.
ADMINISTRATOR = "administrator"
POLICY_OPTIONS = {field.name for field in fields(Wish)} - {"level", "partition", "account_id", "names"}

SWITCH: dict[str, t.Any] = {"type": "bool", "default": False}
STATE: dict[str, t.Any] = {"type": "str", "choices": ["present", "absent"], "default": "present"}
ROLE_SPEC: dict[str, t.Any] = {
    "state": STATE,
    "description": {"type": "str"},
    "path": {"type": "str"},
    "policy_options": {"type": "dict", "default": {}},
    "policy_name": {"type": "str"},
    "adopt_role": SWITCH,
    "adopt_policy": SWITCH,
    "policy_description": {"type": "str"},
    "purge_policies": SWITCH,
    "boundary": {"type": "str"},
    "max_session_duration": {"type": "int", "default": 3600},
    "tags": {"type": "dict", "default": {}},
    "purge_tags": SWITCH,
    "creation_tags": {"type": "dict", "default": {MANAGED: OWNED}},
    "variables_prefix": {"type": "str", "default": ""},
}
# Seconds: MaxSessionDuration of CreateRole in the IAM API Reference.
SHORTEST_SESSION = 3600
LONGEST_SESSION = 43200

Options = Mapping[str, t.Any]


def read_role_options(given: Options, lists: Iterable[str]) -> tuple[dict[str, t.Any], list[str]]:
    """Return the playbook's options with lists parsed from text, and problems with their types.

    Ansible itself would convert numbers to text, but not always as they were written.
    """
    options, prefix = dict(given), str(given.get("variables_prefix") or "")
    problems: list[str] = []
    for name in lists:
        if given.get(name) is not None:
            options[name], wrong = read_list(given[name])
            problems += [f"{called(name, prefix)}: {problem}" for problem in wrong]
    for name in ("tags", "creation_tags"):
        problems += tag_problems(given.get(name), called(name, prefix))
    return options, problems


def identifier_problems(options: Options, name_option: str = "role_name") -> Iterator[str]:
    """Yield problems with names, path and boundary. name_option is the user's name for role_name."""
    prefix = options["variables_prefix"]
    for option, longest in (("role_name", limits.ROLE_NAME_LENGTH), ("policy_name", limits.POLICY_NAME_LENGTH)):
        problem = limits.name_problem(options[option], longest)
        # The policy's name defaults to the role's. Report a mistake in both only once.
        if problem and (option == "role_name" or options[option] != options["role_name"]):
            yield f"{called(name_option if option == 'role_name' else option, prefix)}: {problem}"
    problem = None if options["path"] is None else limits.path_problem(options["path"])
    if problem:
        yield f"{called('path', prefix)}: {problem}"
    boundary = options["boundary"]
    if boundary and not limits.POLICY_ARN.fullmatch(boundary):
        yield f"{called('boundary', prefix)}: {boundary[:140]!r} is not the ARN of a managed policy"


def duration_problems(options: Options) -> Iterator[str]:
    """Yield problems with the session duration."""
    duration = options["max_session_duration"]
    if not SHORTEST_SESSION <= duration <= LONGEST_SESSION:
        yield (
            f"{called('max_session_duration', options['variables_prefix'])}: must be from {SHORTEST_SESSION} to "
            f"{LONGEST_SESSION} seconds, which is 1 to 12 hours, not {duration}"
        )


def policy_problems(options: Options, partition: str | None) -> Iterator[str]:
    """Yield problems with the access level's policy that can be found without the account."""
    prefix = options["variables_prefix"]
    wishes, field = options["policy_options"], called("policy_options", prefix)
    if options["access"] not in LEVELS:
        if wishes:
            yield f"{field}: are for the CloudHSM levels, and {called('access', prefix)} is {options['access']}"
        return
    unknown = sorted(set(wishes) - POLICY_OPTIONS)
    if unknown:
        known = ", ".join(sorted(POLICY_OPTIONS))
        yield f"{field}: there is no {', '.join(map(str, unknown))}; there are {known}"
        return
    _policy, problems = build_policy(wish_of(options, partition))
    yield from problems


def wish_of(options: Options, partition: str | None, account_id: str | None = None) -> Wish:
    """Return the options for the role's policy, with the partition and account ID as far as they are known."""
    prefix = options["variables_prefix"]
    field = called("policy_options", prefix)
    names = {option: f"{field}.{option}" for option in POLICY_OPTIONS} | {"level": called("access", prefix)}
    given = options["policy_options"]
    return Wish(options["access"], **given, partition=partition, account_id=account_id, names=names)
