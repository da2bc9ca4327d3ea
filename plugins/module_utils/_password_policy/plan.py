# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""From the variables of the role account_password_policy, and the policy in force, to what its task has to do."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS, is_true
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import (
    CLASSES,
    DEFAULT_CLASSES,
    DEFAULT_LENGTH,
    Policy,
)

PREFIX = "account_password_policy_"
STATES = ("present", "absent")
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


@dataclass(frozen=True)
class Weakened:
    """A setting that would protect less than it does."""

    name: str
    before: int | bool | str
    after: int | bool | str

    def __str__(self) -> str:
        return f"{self.name} from {_shown(self.before)} to {_shown(self.after)}"


def make_plan(options: Mapping[str, t.Any], found: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the role's task has to do. Where there are problems, that is nothing.

    options are the role's variables without their prefix, None where left out; found is what iam_account_info gave.
    """
    wanted, problems = read_options(options)
    before: Policy | None = found["password_policy"]
    if options.get("state") == "present" and not wanted and not problems:
        # What a policy is to say is for the user to decide: it counts for everybody in the account.
        settings = ", ".join(f"{PREFIX}{name}" for name in NO_POLICY)
        problems.append(f"{PREFIX}state: present needs at least one setting of {settings}")
    if found["missing_permissions"]:
        problems.append(
            f"{PREFIX}state: the caller may not call {', '.join(found['missing_permissions'])}, so that it is not "
            "known what the policy would lose; add that action to a policy of the caller's"
        )
    if problems:
        return {"problems": problems, "changed": False, "weakened": [], "before": {}, "after": {}}
    after = merged(before, wanted) if options["state"] == "present" else None
    weaker = [str(each) for each in weakened(before, after)]
    if weaker and not is_true(options["allow_weaker"]):
        named = ", ".join(f"{PREFIX}{each}" for each in weaker)
        problems = [f"{PREFIX}allow_weaker: has to be true for what would be weaker than it is: {named}"]
    changed = before != after and not problems
    return {
        "problems": problems,
        "changed": changed,
        "weakened": weaker if changed else [],
        "before": before or {},
        "after": after or {},
    }


def read_options(options: Mapping[str, t.Any]) -> tuple[Policy, list[str]]:
    """The settings that were given, as numbers and booleans, and what is wrong with them."""
    given = {name: options.get(name) for name in NO_POLICY if options.get(name) is not None}
    policy: Policy = {}
    problems = []
    if options.get("state") not in STATES:
        problems.append(f"{PREFIX}state: must be {' or '.join(STATES)}, not {options.get('state')!r}")
    elif options["state"] == "absent" and given:
        problems.append(f"{', '.join(PREFIX + name for name in given)}: must be left out with {PREFIX}state: absent")
    for name, value in given.items():
        read = _number if name in _NUMBERS else _boolean
        try:
            policy[name] = read(name, value)
        except ValueError as exc:
            problems.append(f"{PREFIX}{name}: must be {exc}, not {value!r}")
    return policy, problems


def merged(before: Policy | None, wanted: Policy) -> Policy:
    """The policy in force with the settings that were asked for. Others stay as they are."""
    return {**(before or START), **wanted}


def weakened(before: Policy | None, after: Policy | None) -> list[Weakened]:
    """The settings that protect less after than before; None stands for IAM's default."""
    old, new = before or NO_POLICY, after or NO_POLICY
    settings = [Weakened(name, old[name], new[name]) for name in NO_POLICY]
    return [each for each in settings if _strength(each.name, each.after) < _strength(each.name, each.before)] + [
        *_fewer_classes(before, after)
    ]


def _fewer_classes(before: Policy | None, after: Policy | None) -> Iterator[Weakened]:
    """IAM's default asks for three kinds of characters, whichever they are, which no setting can say."""
    if before is None and after is not None:
        count = sum(bool(after[name]) for name in CLASSES)
        if count < DEFAULT_CLASSES:
            yield Weakened("require_*", f"{DEFAULT_CLASSES} kinds of characters out of 4", f"{count}")


def _strength(name: str, value: int | bool | str) -> float:
    """How much a setting protects, to be compared with other values of the same setting.

    Users who may not change their own passwords keep ones that others know, so that allowing it is the stronger side.
    """
    if name == "pw_max_age":
        # A password that expires sooner is worth less to a thief; 0 is one that never does.
        return -float(value) if value else float("-inf")
    return float(value)


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


def _shown(value: int | bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
