# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options of iam_account_password_policy, and what is wrong with them."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import (
    CLASSES,
    DEFAULT_LENGTH,
    Policy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called

# IAM API reference, UpdateAccountPasswordPolicy. It takes no 0 for the last two, which is the same as leaving them out.
LENGTHS = range(6, 129)
AGES = range(1, 1096)
REUSES = range(1, 25)

# What counts where an account has no policy of its own, as far as the settings of a policy can say it.
NO_POLICY: Policy = {
    "min_pw_length": DEFAULT_LENGTH,
    **dict.fromkeys(CLASSES, False),
    "allow_pw_change": False,
    "pw_max_age": 0,
    "pw_reuse_prevent": 0,
    "pw_expire": False,
}
# What a new policy has where nothing else is asked for. It can't ask for three of the four kinds of characters; all
# four are the nearest that is no weaker. Users who may not change their own passwords can't get past the first sign-in
# with one that has to be changed, so that this is taken from them only where it was said.
START: Policy = {**NO_POLICY, **dict.fromkeys(CLASSES, True), "allow_pw_change": True}

_NUMBERS = {"min_pw_length": LENGTHS, "pw_max_age": AGES, "pw_reuse_prevent": REUSES}
_OFF_IS_ZERO = ("pw_max_age", "pw_reuse_prevent")

SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "allow_weaker": {"type": "bool", "default": False},
    # Ansible takes anything with "pw" or "password" in its name for a secret, unless told otherwise.
    **{name: {"type": "int" if name in _NUMBERS else "bool", "no_log": False} for name in NO_POLICY},
    "variables_prefix": {"type": "str", "default": ""},
}


def read_options(given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The options with settings as numbers and booleans, and what is wrong with them.

    Ansible itself would take true for the number 1, and give no limits.
    """
    prefix = str(given.get("variables_prefix") or "")
    options = {name: value for name, value in given.items() if value is not None}
    settings = [name for name in NO_POLICY if name in options]
    problems = []
    if options.get("state") == "absent" and settings:
        named = ", ".join(called(name, prefix) for name in settings)
        problems.append(f"{named}: must be left out with {called('state', prefix)}: absent")
    for name in settings:
        read = _number if name in _NUMBERS else _boolean
        try:
            options[name] = read(name, given[name])
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


def _boolean(name: str, value: object) -> bool:
    del name
    known = BOOLEANS.get(str(value).strip().lower())
    if known is None:
        raise ValueError("true or false")
    return known
