# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options of iam_group_with_policies, and the policies that they ask for."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import fields

from ansible_collections.cloudhsm.iam.plugins.module_utils._input import read_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.desired import Wish, build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import (
    require_mfa_policy,
    self_service_policy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import MANAGED, OWNED
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.names import read_names
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._group_plan import Policy, called

CREATION_TAGS: dict[str, t.Any] = {"type": "dict", "default": {MANAGED: OWNED}}
SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "path": {"type": "str"},
    "aws_managed_policies": {"type": "list", "elements": "str", "default": []},
    "policy": {
        "type": "dict",
        "required_one_of": [("cloudhsm", "self_service")],
        "mutually_exclusive": [("cloudhsm", "self_service")],
        "options": {
            "name": {"type": "str", "required": True},
            "description": {"type": "str", "default": ""},
            "cloudhsm": {"type": "dict"},
            "self_service": {"type": "bool"},
            "tags": {"type": "dict", "default": {}},
            "purge_tags": {"type": "bool", "default": False},
            "creation_tags": CREATION_TAGS,
        },
    },
    "purge_policies": {"type": "bool", "default": False},
    "require_mfa": {"type": "bool"},
    "require_mfa_policy_name": {"type": "str", "default": "CloudHSMIamRequireMFA"},
    "require_mfa_creation_tags": CREATION_TAGS,
    "members": {"type": "list", "elements": "str"},
    "exclusive": {"type": "bool", "default": False},
    "keep_callers_group": {"type": "bool", "default": False},
    "found": {"type": "dict"},
    "variables_prefix": {"type": "str", "default": ""},
}
MFA_DESCRIPTION = "Nothing but managing one's own credentials until signed in with MFA"


class Policies(t.NamedTuple):
    """The customer managed policies that the group shall have: its own, and the one that requires MFA."""

    own: list[Policy]
    mfa: list[Policy]

    @property
    def all(self) -> list[Policy]:
        """Both, the group's own first."""
        return self.own + self.mfa


def read_options(given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The options as a playbook gives them, with lists as lists, and what is wrong with their types.

    Ansible itself would make text out of a number, and not as it was written.
    """
    options = dict(given)
    prefix = str(given.get("variables_prefix") or "")
    problems: list[tuple[str, str]] = []
    for name, read in (("members", read_names), ("aws_managed_policies", read_list)):
        if options.get(name) is not None:
            options[name], wrong = read(options[name])
            problems += [(name, problem) for problem in wrong]
    policy = given.get("policy") if isinstance(given.get("policy"), Mapping) else {}
    texts = {name: given.get(name) for name in ("name", "path", "require_mfa_policy_name")}
    texts["policy.name"] = policy.get("name") if policy else None
    for name, value in texts.items():
        problem = None if value is None else text_problem(value)
        problems += [(name, problem)] if problem else []
    told = [f"{called(name, prefix)}: {problem}" for name, problem in problems]
    for name in ("tags", "creation_tags"):
        told += tag_problems(policy.get(name) if policy else None, called(name, prefix) if prefix else f"policy.{name}")
    return options, told + tag_problems(given.get("require_mfa_creation_tags"), "require_mfa_creation_tags")


def asked(options: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What has to be known of the account."""
    names = [options["policy"]["name"]] if options["policy"] else []
    if options["require_mfa"]:
        names.append(options["require_mfa_policy_name"])
    return {"groups": [options["name"]], "policies": names, "users": options["members"] or []}


def identifier_problems(options: Mapping[str, t.Any]) -> list[str]:
    """What is wrong with names and path, which amazon.aws would find out about when the policy is made already."""
    names = [("name", options["name"], limits.GROUP_NAME_LENGTH)]
    if options["policy"]:
        names.append(("policy.name", options["policy"]["name"], limits.POLICY_NAME_LENGTH))
    if options["require_mfa"]:
        names.append(("require_mfa_policy_name", options["require_mfa_policy_name"], limits.POLICY_NAME_LENGTH))
    found = [(field, limits.name_problem(name, longest)) for field, name, longest in names]
    if options["path"] is not None:
        found.append(("path", limits.path_problem(options["path"])))
    prefix = options["variables_prefix"]
    return [f"{called(field, prefix)}: {problem}" for field, problem in found if problem]


def wanted_policies(options: Mapping[str, t.Any], account: Mapping[str, t.Any]) -> tuple[Policies, list[str]]:
    """The policies, and everything that is wrong with what was asked for."""
    own: list[Policy] = []
    mfa: list[Policy] = []
    problems: list[str] = []
    given = options["policy"]
    if given and given.get("self_service"):
        own = [_own_policy(given, self_service_policy(account["partition"]), options["path"])]
    elif given:
        account_of = {name: account[name] for name in ("partition", "account_id")}
        wish = {"level": None, **_named(given["cloudhsm"], options["variables_prefix"]), **account_of}
        unknown = sorted(set(wish) - {known.name for known in fields(Wish)})
        if unknown:
            return Policies([], []), [f"policy.cloudhsm: has no {', '.join(unknown)}"]
        document, problems = build_policy(Wish(**wish))
        own = [_own_policy(given, document, options["path"])]
    if options["require_mfa"]:
        document = require_mfa_policy(account["partition"])
        tags = _texts(options["require_mfa_creation_tags"])
        mfa = [Policy(options["require_mfa_policy_name"], MFA_DESCRIPTION, document, creation_tags=tags)]
    told = [f"The policy of CloudHSM permissions can't be made: {'; '.join(problems)}"] if problems else []
    return Policies(own, mfa), told


def _own_policy(given: Mapping[str, t.Any], document: Mapping[str, t.Any], path: str | None) -> Policy:
    return Policy(
        given["name"],
        given["description"],
        document,
        path,
        tags=_texts(given["tags"]),
        creation_tags=_texts(given["creation_tags"]),
        purge_tags=given["purge_tags"],
    )


def _named(cloudhsm: Mapping[str, t.Any], prefix: str) -> dict[str, t.Any]:
    """The options of a policy, with the names of those whose variables are called by the prefix."""
    if not prefix:
        return dict(cloudhsm)
    by_prefix = {option: called(option, prefix) for option in cloudhsm}
    return {**cloudhsm, "names": {**by_prefix, **cloudhsm.get("names", {})}}


def _texts(tags: Mapping[str, t.Any]) -> dict[str, str]:
    """The tags as IAM has them, where YAML may have numbers."""
    return {str(key): str(value) for key, value in tags.items()}
