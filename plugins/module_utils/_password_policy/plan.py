# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans iam_account_password_policy from its options and the current policy."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.outcome import outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import CLASSES, DEFAULT_CLASSES, Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan, Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._password_policy.input import NO_POLICY, START, settings_of

MODULE = "amazon.aws.iam_password_policy"


@dataclass(frozen=True)
class Change:
    """A setting that changes."""

    name: str
    before: int | bool | str
    after: int | bool | str

    def __str__(self) -> str:
        return f"{self.name} from {_shown(self.before)} to {_shown(self.after)}"


def make_plan(options: Mapping[str, t.Any], found: Mapping[str, t.Any], check_mode: bool = False) -> Plan:
    """The plan. found is the result of iam_account_info for the account and its password policy."""
    before: Policy | None = found["password_policy"]
    after = merged(before, settings_of(options)) if options["state"] == "present" else None
    weaker = [] if before == after else weakened(before, after)
    problems = list(_problems(options, found, weaker))
    if problems:
        return Plan(problems=problems)
    # All settings, because the module resets those left out to weak values.
    given = {"state": options["state"], **(after or {})}
    steps = [] if before == after else [Step(MODULE, given, before or {}, after or {})]
    result = {
        "state": options["state"],
        "changed": bool(steps),
        "before": before or {},
        "policy": after or {},
        "weakened": [str(each) for each in weaker],
    }
    lines = _lines(before, after, weaker, found["account"]["account_id"], check_mode)
    return Plan(steps, told={"password_policy": result, "lines": lines})


def _problems(options: Mapping[str, t.Any], found: Mapping[str, t.Any], weaker: Sequence[Change]) -> Iterator[str]:
    prefix = options["variables_prefix"]
    state = called("state", prefix)
    if options["state"] == "present" and not settings_of(options):
        # No default here: the policy affects everyone in the account, so the user must choose.
        settings = ", ".join(called(name, prefix) for name in NO_POLICY)
        yield f"{state}: present needs at least one setting of {settings}"
    if found["missing_permissions"]:
        yield (
            f"{state}: the caller may not call {', '.join(found['missing_permissions'])}, so that it is not "
            "known what the policy would lose; add that action to a policy of the caller's"
        )
    elif weaker and not options["allow_weaker"]:
        named = ", ".join(f"{prefix}{each}" for each in weaker)
        yield f"{called('allow_weaker', prefix)}: must be true to make these weaker: {named}"


def _lines(
    before: Policy | None, after: Policy | None, weaker: Sequence[Change], account_id: str, check_mode: bool
) -> list[str]:
    old, new = before or NO_POLICY, after or NO_POLICY
    changes = [str(Change(name, old[name], new[name])) for name in NO_POLICY if old[name] != new[name]]
    what = "deleted" if after is None else "new" if before is None else ", ".join(changes)
    things = [] if before == after else [f"password policy ({what})"]
    warning = [f"This makes passwords weaker: {', '.join(map(str, weaker))}"] if weaker else []
    return [outcome(things, account_id, check_mode), *warning]


def merged(before: Policy | None, wanted: Policy) -> Policy:
    """The current policy with the given settings. Others stay as they are."""
    return {**(before or START), **wanted}


def weakened(before: Policy | None, after: Policy | None) -> list[Change]:
    """Settings that protect less after than before; None means IAM's default policy."""
    old, new = before or NO_POLICY, after or NO_POLICY
    settings = [Change(name, old[name], new[name]) for name in NO_POLICY]
    return [each for each in settings if _strength(each.name, each.after) < _strength(each.name, each.before)] + [
        *_fewer_classes(before, after)
    ]


def _fewer_classes(before: Policy | None, after: Policy | None) -> Iterator[Change]:
    """IAM's default requires any three kinds of characters, which the settings can't express."""
    if before is None and after is not None:
        count = sum(bool(after[name]) for name in CLASSES)
        if count < DEFAULT_CLASSES:
            yield Change("require_*", f"{DEFAULT_CLASSES} kinds of characters out of 4", f"{count}")


def _strength(name: str, value: int | bool | str) -> float:
    """How much a setting protects, comparable between values of the same setting.

    Allowing password changes is stronger: users who can't change their passwords keep ones that others know.
    """
    if name == "pw_max_age":
        # A password that expires sooner is worth less to a thief; 0 means that it never expires.
        return -float(value) if value else float("-inf")
    return float(value)


def _shown(value: int | bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
