# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options of iam_account_password_policy, and the problems with them."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import CLASSES, DEFAULT_LENGTH, Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called

# IAM API reference, UpdateAccountPasswordPolicy. For the last two, 0 means left out; IAM does not accept it.
LENGTHS = range(6, 129)
AGES = range(1, 1096)
REUSES = range(1, 25)

# IAM's default policy, as far as the settings can express it.
NO_POLICY: Policy = {
    "min_pw_length": DEFAULT_LENGTH,
    **dict.fromkeys(CLASSES, False),
    "allow_pw_change": False,
    "pw_max_age": 0,
    "pw_reuse_prevent": 0,
    "pw_expire": False,
}
# Settings of a new policy unless others are given. They can't require three of the four kinds of characters; all four
# is the closest that is no weaker. allow_pw_change is on because a user who must change the password at first sign-in
# and isn't allowed to can't sign in.
START: Policy = {**NO_POLICY, **dict.fromkeys(CLASSES, True), "allow_pw_change": True}

_NUMBERS = {"min_pw_length": LENGTHS, "pw_max_age": AGES, "pw_reuse_prevent": REUSES}
_OFF_IS_ZERO = ("pw_max_age", "pw_reuse_prevent")

SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "allow_weaker": {"type": "bool", "default": False},
    # Ansible treats names with "pw" or "password" as secret unless told otherwise.
    **{name: {"type": "int" if name in _NUMBERS else "bool", "no_log": False} for name in NO_POLICY},
    "variables_prefix": {"type": "str", "default": ""},
}


def read_options(given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The options with settings as numbers and booleans, and the problems with them.

    Ansible itself would accept true for the number 1, and would not name the limits.
    """
    prefix = str(given.get("variables_prefix") or "")
    options = {name: value for name, value in given.items() if value is not None}
    settings = [name for name in NO_POLICY if name in options]
    problems = []
    if options.get("state") == "absent" and settings:
        named = ", ".join(called(name, prefix) for name in settings)
        problems.append(f"{named}: must be left out with {called('state', prefix)}: absent")
    for name in settings:
        try:
            options[name] = _number(name, given[name]) if name in _NUMBERS else _boolean(given[name])
        except ValueError as exc:
            problems.append(f"{called(name, prefix)}: must be {exc}, not {given[name]!r}")
    return options, problems


def settings_of(options: Mapping[str, t.Any]) -> Policy:
    """The settings that were given."""
    return {name: options[name] for name in NO_POLICY if options[name] is not None}


def _number(name: str, value: object) -> int:
    allowed = _NUMBERS[name]
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if number not in allowed and not (number == 0 and name in _OFF_IS_ZERO):
        none = ", or 0 for none" if name in _OFF_IS_ZERO else ""
        raise ValueError(f"a number from {allowed.start} to {allowed.stop - 1}{none}")
    return number


def _boolean(value: object) -> bool:
    known = BOOLEANS.get(str(value).strip().lower())
    if known is None:
        raise ValueError("true or false")
    return known
