# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The groups of the roles admin_group and cloudhsm_group: their desired state and their results. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part, group_part
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import cloudhsm_wish, taken

Options = Mapping[str, t.Any]
# Options that have a variable of the same name.
_BOTH = ("state", "name", "path", "purge_policies", "require_mfa", "require_mfa_policy_name")
_BOTH_TOO = ("adopt_require_mfa_policy", "found")
_ADMIN_GROUP = (*_BOTH, *_BOTH_TOO, "aws_managed_policies", "members", "exclusive")
_CLOUDHSM_GROUP = (*_BOTH, *_BOTH_TOO, "adopt_policy")
_POLICY = ("tags", "purge_tags", "creation_tags")


def admin_group(variables: Options) -> Part:
    """Return the administrators group that the variables of the role admin_group describe."""
    options = taken(variables, "admin_group_", _ADMIN_GROUP)
    more = {"keep_callers_group": True, "variables_prefix": "admin_group_"}
    return group_part("admin_group", "the group", {**options, **more})


def cloudhsm_group(variables: Options) -> Part:
    """Return the group of CloudHSM users and its policy, by the variables of the role cloudhsm_group."""
    prefix = "cloudhsm_group_"
    name, description = (variables.get(f"{prefix}policy_{what}") for what in ("name", "description"))
    group = variables[f"{prefix}name"]
    policy = {
        "name": group if name is None else name,
        "description": f"Permissions of the group {group}" if description is None else description,
        "cloudhsm": cloudhsm_wish(variables, f"{prefix}access"),
        **taken(variables, prefix, _POLICY),
    }
    options = {**taken(variables, prefix, _CLOUDHSM_GROUP), "policy": policy, "variables_prefix": prefix}
    return group_part("cloudhsm_group", "the group", options)


def fact(options: Options, result: Options) -> dict[str, t.Any]:
    """Return the result of the group's role, from the options and the result of iam_group_with_policies."""
    state = options.get("state", "present")
    told = {"name": options["name"], "state": state, "changed": bool(result.get("changed"))}
    if state == "absent":
        return told
    told |= {"created": result["created"], "require_mfa": result["require_mfa"]}
    if "policy" not in options:
        return {**told, "managed_policies": options["aws_managed_policies"]}
    wish = options["policy"]["cloudhsm"]
    own = "own policy" if "policy" in wish else None
    names = {"policy_name": result["policy_name"]}
    return {**told, **names, "access": own or wish["level"], "policy_profile": own or wish["profile"]}


def lines(options: Options, result: Options) -> Iterator[str]:
    """Yield what the group has beyond the variables."""
    others = result.get("other_policies")
    if others and not options.get("purge_policies"):
        detach = f"{options['variables_prefix']}purge_policies would detach them"
        yield f"The group {options['name']} also has {', '.join(others)}; {detach}."
