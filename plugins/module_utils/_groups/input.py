# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options of iam_group_with_policies, and the policies that they ask for."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import fields

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import read_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED, REQUIRE_MFA_POLICY_NAME
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import read_names
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.plan import Group, attached, group_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import (
    Described,
    Expected,
    adoption_problem,
    kept_notice,
    named,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import Policy, policy_arn
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import (
    require_mfa_policy,
    self_service_policy,
)

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
    "adopt_policy": {"type": "bool", "default": False},
    "purge_policies": {"type": "bool", "default": False},
    "require_mfa": {"type": "bool"},
    "require_mfa_policy_name": {"type": "str", "default": REQUIRE_MFA_POLICY_NAME},
    "require_mfa_creation_tags": CREATION_TAGS,
    "adopt_require_mfa_policy": {"type": "bool", "default": False},
    "members": {"type": "list", "elements": "str"},
    "exclusive": {"type": "bool", "default": False},
    "keep_callers_group": {"type": "bool", "default": False},
    "found": {"type": "dict"},
    "variables_prefix": {"type": "str", "default": ""},
}
MFA_DESCRIPTION = "Nothing but managing one's own credentials until signed in with MFA"


class Policies(t.NamedTuple):
    """The group's desired customer managed policies: its own, and the one that requires MFA."""

    own: list[Policy]
    mfa: list[Policy]

    @property
    def all(self) -> list[Policy]:
        """Both, the group's own first."""
        return self.own + self.mfa


def read_options(given: Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The playbook's options with lists parsed from text, and problems with their types.

    Ansible itself would convert numbers to text, not always as they were written.
    """
    options = dict(given)
    prefix = str(given.get("variables_prefix") or "")
    problems: list[tuple[str, str]] = []
    for name, read in (("members", read_names), ("aws_managed_policies", read_list)):
        if options.get(name) is not None:
            options[name], wrong = read(options[name])
            problems += [(name, problem) for problem in wrong]
    policy = given.get("policy") if isinstance(given.get("policy"), Mapping) else {}
    told = [f"{called(name, prefix)}: {problem}" for name, problem in problems]
    for name in ("tags", "creation_tags"):
        told += tag_problems(policy.get(name) if policy else None, called(name, prefix) if prefix else f"policy.{name}")
    return options, told + tag_problems(given.get("require_mfa_creation_tags"), "require_mfa_creation_tags")


def asked(options: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What to look up with iam_account_info."""
    names = [options["policy"]["name"]] if options["policy"] else []
    if options["require_mfa"]:
        names.append(options["require_mfa_policy_name"])
    aws = options["aws_managed_policies"] if options["state"] == "present" else []
    return {
        "groups": [options["name"]],
        "policies": names,
        "aws_managed_policies": aws,
        "users": options["members"] or [],
    }


def identifier_problems(options: Mapping[str, t.Any]) -> list[str]:
    """Problems with names and path, which amazon.aws would only find after creating the policy."""
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


def expected_own(options: Mapping[str, t.Any]) -> Expected:
    """Which existing policy counts as the group's own."""
    given, prefix = options["policy"], options["variables_prefix"]
    return Expected(
        given["name"],
        name_option=called("policy.name", prefix),
        adopt_option=called("adopt_policy", prefix),
        path=options["path"],
        path_option=called("path", prefix),
        creation_tags=_texts(given["creation_tags"]),
        adopt=options["adopt_policy"],
    )


def expected_mfa(options: Mapping[str, t.Any]) -> Expected:
    """Which existing policy counts as the one that requires MFA."""
    prefix = options["variables_prefix"]
    return Expected(
        options["require_mfa_policy_name"],
        name_option=called("require_mfa_policy_name", prefix),
        adopt_option=called("adopt_require_mfa_policy", prefix),
        creation_tags=_texts(options["require_mfa_creation_tags"]),
        adopt=options["adopt_require_mfa_policy"],
    )


def foreign_problems(
    options: Mapping[str, t.Any], found: Mapping[str, t.Any], policies: Policies, group: Group
) -> list[str]:
    """Existing policies and groups with our names that are not ours, and so get no rights."""
    expected = [*([expected_own(options)] if policies.own else []), *([expected_mfa(options)] if policies.mfa else [])]
    problems = [adoption_problem(one, named(one.name, found["policies"])) for one in expected]
    before = named(options["name"], found["groups"])
    return [problem for problem in problems if problem] + group_problems(group, before, options["variables_prefix"])


def missing_policy_problems(options: Mapping[str, t.Any], found: Mapping[str, t.Any]) -> list[str]:
    """AWS managed policies that don't exist, which amazon.aws would only find after creating the group."""
    missing = found.get("missing_aws_managed_policies", ())
    field = called("aws_managed_policies", options["variables_prefix"])
    return [
        f"{field}: AWS has no managed policy {name}; check its name, and its path"
        for name in options["aws_managed_policies"]
        if name in missing
    ]


def removable(options: Mapping[str, t.Any], found: Mapping[str, t.Any]) -> tuple[Described, str | None]:
    """The group's own policy if it may be deleted with the group, or else why it stays."""
    if not options["policy"]:
        return {}, None
    expected = expected_own(options)
    policy = named(expected.name, found["policies"])
    notice = kept_notice(expected, policy)
    return ({} if notice else policy), notice


def wanted_policies(options: Mapping[str, t.Any], account: Mapping[str, t.Any]) -> tuple[Policies, list[str]]:
    """The desired policies, and all problems with the options for them."""
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
            field = called("policy.cloudhsm", options["variables_prefix"])
            return Policies([], []), [f"{field}: has no {', '.join(unknown)}"]
        document, problems = build_policy(Wish(**wish))
        own = [_own_policy(given, document, options["path"])]
    if options["require_mfa"]:
        document = require_mfa_policy(account["partition"])
        tags = _texts(options["require_mfa_creation_tags"])
        mfa = [Policy(options["require_mfa_policy_name"], MFA_DESCRIPTION, document, creation_tags=tags)]
    return Policies(own, mfa), problems


def wanted_group(options: Mapping[str, t.Any], found: Mapping[str, t.Any], policies: Policies) -> Group:
    """The desired group, with the ARNs that its policies have or will have."""
    account, before = found["account"], named(options["name"], found["groups"])
    numbers = account["partition"], account["account_id"]
    arns = {p.name: policy_arn(p, named(p.name, found["policies"]), *numbers) for p in policies.all}
    mfa_before = mfa_attached(options, before)
    mfa = mfa_before if options["require_mfa"] is None else [arns[p.name] for p in policies.mfa]
    aws = [f"arn:{account['partition']}:iam::aws:policy/{name}" for name in options["aws_managed_policies"]]
    return Group(
        name=options["name"],
        path=options["path"],
        attach=(*aws, *(arns[policy.name] for policy in policies.own), *mfa),
        detach=tuple(arn for arn in mfa_before if arn not in mfa),
        purge_policies=options["purge_policies"],
        members=None if options["members"] is None else tuple(options["members"]),
        exclusive=options["exclusive"],
    )


def mfa_attached(options: Mapping[str, t.Any], before: Mapping[str, t.Any]) -> list[str]:
    """The group's attached policies that require MFA."""
    name, anywhere = options["require_mfa_policy_name"], options["adopt_require_mfa_policy"]
    return attached(name, before.get("managed_policies", []), anywhere)


def requires_mfa(options: Mapping[str, t.Any], before: Mapping[str, t.Any]) -> bool:
    """Whether the group will require MFA."""
    return bool(mfa_attached(options, before)) if options["require_mfa"] is None else bool(options["require_mfa"])


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
    """The options of a policy, with the user's names for them."""
    wished = [known.name for known in fields(Wish) if known.name not in ("names", "partition", "account_id")]
    by_prefix = {option: called(option, prefix) if prefix else f"policy.cloudhsm.{option}" for option in wished}
    return {**cloudhsm, "names": {**by_prefix, **cloudhsm.get("names", {})}}


def _texts(tags: Mapping[str, t.Any]) -> dict[str, str]:
    """The tags as strings; YAML may have made numbers of them."""
    return {str(key): str(value) for key, value in tags.items()}
