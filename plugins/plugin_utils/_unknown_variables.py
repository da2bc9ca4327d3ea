# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds misspelt role variables in a play, which would otherwise have no effect."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import VARIABLES as CHANGE_CONTROL
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.input import VARIABLES as NOTIFICATIONS
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS

# The variables that users may set: those of roles, and those that only playbooks have.
OPTIONS = frozenset(name for spec in SPECS.values() for name in spec) | {
    "bootstrap_organization_serial",
    "bootstrap_organization_max_fail_percentage",
    "drift_check_additions",
    *(f"history_{asked}" for asked in ("since", "until", "caller", "object_name", "account_ids", "most")),
    *CHANGE_CONTROL,
    *NOTIFICATIONS,
}
# Facts that roles set for later tasks.
FACTS = frozenset(f"{role}_{kept}" for role in SPECS for kept in ("result", "results")) | {
    "access_report",
    "account_session_module_defaults",
}

# Other people's variables may have these prefixes too, so only near misses are refused.
SHARED = (
    *("access_report_", "admin_group_", "bootstrap_", "drift_check_", "service_linked_role_", "shared_policy_"),
    *("plan_", "apply_plan_", "approved_plan_", "history_", "notify_"),
)
# Only this collection's variables have these prefixes.
OURS = tuple(f"{role}_" for role in SPECS if f"{role}_" not in SHARED)
# Least similarity of names after the prefix, from 0 to 1: to refuse a shared prefix's name, and to suggest one.
NEARLY = 0.8
ALIKE = 0.6
# In a name with fewer letters than this, one wrong letter makes a larger part, as in notify_on.
SHORT = 4
# Least similarity of a role's name, if the rest is exactly the name of one of its options.
LIKE_A_ROLE = 0.85
# The hosts of a playbook. If it is misspelt, the playbook would work on this machine's account.
TARGET = "target_hosts"
# What a playbook for one user's credentials hands to its role: its short variables, the job and the user.
SHORT_ONES = "__user_credentials_given"
NOT_SHORT = ("job", "user")
LIKE_TARGET = 0.9


def unknown_variables(variables: Mapping[str, t.Any]) -> list[str]:
    """Return misspelt variables of the play, one sentence each."""
    known = OPTIONS | FACTS
    suspects = sorted(name for name in variables if name.startswith(OURS + SHARED) and name not in known)
    # Users may name a module's registered result after the module or role.
    suspects = [name for name in suspects if not _is_result(variables[name])]
    sentences = [sentence for name in suspects if (sentence := _sentence(name))]
    others = sorted(name for name in variables if name not in known and not name.startswith(OURS + SHARED))
    meant = {name: _with_another_role(name) for name in others}
    return [
        *sentences,
        *(_did_you_mean(name, option) for name, option in meant.items() if option),
        *_misspelt_target(variables),
        *_misspelt_short_ones(variables),
    ]


def _misspelt_target(variables: Mapping[str, t.Any]) -> list[str]:
    """Return a variable whose name is close to the target's. If the target is set, the variable is the user's own."""
    if TARGET in variables:
        return []
    near = nearest(TARGET, [name for name in variables if abs(len(name) - len(TARGET)) < 3], alike=LIKE_TARGET)
    return [f"{name}: no playbook has a variable of that name; did you mean {TARGET}?" for name in near]


def _misspelt_short_ones(variables: Mapping[str, t.Any]) -> list[str]:
    """Return misspelt variables without a prefix. Job and user are left out: one word is too short to recognize."""
    given = variables.get(SHORT_ONES)
    known = [name for name in given if name not in NOT_SHORT] if isinstance(given, Mapping) else []
    meant = {name: nearest(name, known, alike=NEARLY) for name in sorted(variables) if name not in known}
    return [
        f"{name}: is not a variable of this playbook; did you mean {near[0]}?" for name, near in meant.items() if near
    ]


def _with_another_role(name: str) -> str | None:
    """Return the variable that was probably meant if the role's name is misspelt, as in accountguard_account_ids."""
    words = name.split("_")
    for place in range(1, len(words)):
        role, option = "_".join(words[:place]), "_".join(words[place:])
        roles = [prefix.rstrip("_") for prefix in OURS if f"{prefix}{option}" in OPTIONS]
        near = nearest(role, roles, alike=LIKE_A_ROLE)
        if near:
            return f"{near[0]}_{option}"
    return None


def _did_you_mean(name: str, option: str) -> str:
    return f"{name}: no role has a variable of that name; did you mean {option}?"


def _is_result(value: object) -> bool:
    """Whether the variable holds a registered result, which is never an option."""
    return isinstance(value, Mapping) and isinstance(value.get("changed"), bool)


def _sentence(name: str) -> str | None:
    prefix = next(prefix for prefix in OURS + SHARED if name.startswith(prefix))
    ours = prefix in OURS
    options = [option.removeprefix(prefix) for option in sorted(OPTIONS) if option.startswith(prefix)]
    rest = name.removeprefix(prefix)
    near = nearest(rest, options, alike=ALIKE if ours or len(rest) < SHORT else NEARLY)
    if near:
        return _did_you_mean(name, prefix + near[0])
    return f"{name}: no role has a variable of that name" if ours else None
