# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Exports roles for users of a SAML provider as variables of federated_access.

A role is exported only if a run with these variables would change nothing, so no value is a guess.
"""

from __future__ import annotations

import json
import shlex
import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Role
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import Item, NotExported, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.policies import OPTIONS, recognise
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.tags import listed_tags
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import SPEC, input_problems, with_defaults
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.plan import make_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import AUDIENCES
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import as_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_ours
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import ADMINISTRATOR
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.snapshot import trusted_principals

PREFIX = "federated_access_"
# Path of roles that AWS services own, such as IAM Identity Center.
_OF_AWS = "/aws-reserved/"
_PROVIDER = ":saml-provider/"
_TAG = "aws:RequestTag/"
_OURS = {MANAGED: OWNED}
# Option of a role's policy by the option of a group's policy.
_POLICY_OPTIONS = {option: name for name, option in OPTIONS.items() if name != "level"}

_UNKNOWN = "federated_access would create another role. Describe it for federated_access, or leave it as it is"
_SEVERAL = "The file's variables are for one role only. For this one, run cloudhsm.iam.federated_access with -e {}"
_UNSAFE = "Ansible would take a part of its variables for a template. Describe it for federated_access yourself"
_STAYS = "A run leaves it attached, unless federated_access_purge_policies is true"
_UNUSED = "No role that was exported trusts it. See the role federated_access"
_BOUND = "Its ARN has this account's ID. In another account, create the provider there first and change the ID"


def saml_roles(roles: Mapping[str, Role]) -> list[str]:
    """Names of the roles that users of SAML providers can assume, without AWS's own."""
    return sorted(
        name
        for name, role in roles.items()
        if isinstance(role.trust, Mapping)
        and not role.path.startswith(_OF_AWS)
        and any(_PROVIDER in str(who) for who in trusted_principals(role.trust))
    )


def federation_variables(snapshot: Snapshot) -> tuple[Item, list[NotExported]]:
    """The variables of the account's SAML role if there is exactly one, and what is not exported."""
    found: list[tuple[Mapping[str, t.Any], Item]] = []
    left: list[NotExported] = []
    for role in snapshot.saml_roles:
        options = _options(role, snapshot)
        if options is None:
            left.append(NotExported("SAML role", role["name"], _UNKNOWN))
        else:
            found.append((role, {f"{PREFIX}{name}": value for name, value in options.items()}))
            left += _others(role, options, snapshot)
    variables: Item = {}
    if len(found) == 1:
        variables = found[0][1]
    else:
        left += [NotExported("SAML role", role["name"], _command(each)) for role, each in found]
    return variables, [*left, *_providers(snapshot, [each[f"{PREFIX}provider_arn"] for _role, each in found])]


def _command(variables: Item) -> str:
    text = json.dumps(variables, ensure_ascii=False)
    # Ansible templates values of -e, and JSON can't mark text as unsafe.
    return _UNSAFE if any(mark in text for mark in ("{{", "{%", "{#")) else _SEVERAL.format(shlex.quote(text))


def _providers(snapshot: Snapshot, used: Iterable[str]) -> Iterator[NotExported]:
    for arn in snapshot.saml_providers or ():
        yield NotExported("SAML provider", arn, _BOUND if arn in used else _UNUSED)


def _others(role: Mapping[str, t.Any], options: Item, snapshot: Snapshot) -> Iterator[NotExported]:
    """Other policies of the role, which runs leave as they are."""
    own = _administrator(snapshot) if options["access"] == ADMINISTRATOR else None
    name = options.get("policy_name", options["role_name"])
    for arn in role["managed_policies"]:
        if arn != own and arn.rpartition("/")[2] != name:
            yield NotExported("policy of a role", arn, _STAYS, f"role {role['name']}")
    for inline in role["inline_policies"]:
        yield NotExported("inline policy", inline, "No run changes inline policies", f"role {role['name']}")


def _options(role: Mapping[str, t.Any], snapshot: Snapshot) -> Item | None:
    """The options with which a run changes nothing about the role; None if there are none."""
    trust = _trust_options(role["trust_policy"], snapshot.account.caller.partition)
    if trust is None:
        return None
    for access in _accesses(role, snapshot):
        options = {"role_name": role["name"], **trust, **access, **_role_options(role, access, snapshot)}
        if _changes_nothing(options, role, snapshot):
            return options
    return None


def _changes_nothing(options: Item, role: Mapping[str, t.Any], snapshot: Snapshot) -> bool:
    complete = with_defaults({**{name: spec.get("default") for name, spec in SPEC.items()}, "metadata": "", **options})
    caller = snapshot.account.caller
    provider = options["provider_arn"]
    exists = snapshot.saml_providers is None or provider in snapshot.saml_providers
    found = {
        "account": {"account_id": caller.account_id, "partition": caller.partition, "caller_arn": caller.arn},
        "roles": [role],
        "policies": list(snapshot.described.values()),
        "saml_providers": [{"arn": provider, "name": provider.rpartition("/")[2]}] if exists else [],
    }
    if input_problems(complete):
        return False
    plan = make_plan(complete, found)
    return not plan.problems and not plan.steps


def _trust_options(trust: Mapping[str, t.Any], partition: str) -> Item | None:
    """The options for who may assume the role; None if no options give such a trust policy."""
    statements = as_list(trust.get("Statement", []))
    statement = statements[0] if len(statements) == 1 and isinstance(statements[0], Mapping) else {}
    principal, condition = statement.get("Principal"), statement.get("Condition")
    provider = principal.get("Federated") if isinstance(principal, Mapping) else None
    if not isinstance(provider, str) or not isinstance(condition, Mapping):
        return None
    equals, keys = condition.get("StringEquals"), condition.get("ForAllValues:StringEquals", {})
    if not isinstance(equals, Mapping) or not isinstance(keys, Mapping):
        return None
    required = {key[len(_TAG) :]: value for key, value in equals.items() if key.startswith(_TAG)}
    allowed = [key for key in as_list(keys.get("aws:TagKeys", [])) if key not in required]
    audiences = as_list(equals.get("SAML:aud", []))
    options: Item = {"provider_arn": provider}
    for key, value in required.items():
        options |= {"require_mfa": True, "mfa_tag_key": key, "mfa_tag_value": value}
    if allowed:
        options["session_tags"] = allowed
    if audiences != [AUDIENCES.get(partition)]:
        options["audiences"] = audiences
    return options


def _accesses(role: Mapping[str, t.Any], snapshot: Snapshot) -> Iterator[Item]:
    """The access levels that the role may have been created with; the policy with its name comes first."""
    arns = sorted(role["managed_policies"], key=lambda arn: (arn.rpartition("/")[2] != role["name"], arn))
    caller = snapshot.account.caller
    for arn in arns:
        known = snapshot.described.get(arn)
        recognised = recognise(known["document"], caller.partition, caller.account_id) if known else None
        if known and recognised and "access" in recognised.options:
            yield _policy_options(role, known, recognised.options)
    if _administrator(snapshot) in arns:
        yield {"access": ADMINISTRATOR}


def _policy_options(role: Mapping[str, t.Any], policy: Mapping[str, t.Any], options: Mapping[str, t.Any]) -> Item:
    found: Item = {"access": options["access"]}
    others = {_POLICY_OPTIONS[name]: value for name, value in options.items() if name in _POLICY_OPTIONS}
    if others:
        found["policy_options"] = others
    if policy["name"] != role["name"]:
        found["policy_name"] = policy["name"]
    if policy["path"] != role["path"] or not is_ours(policy["tags"], _OURS):
        found["adopt_policy"] = True
    return found


def _role_options(role: Mapping[str, t.Any], access: Item, snapshot: Snapshot) -> Item:
    """The role's other options that differ from the defaults. A role shares its tags with its policy."""
    policies = [policy for policy in snapshot.described.values() if policy["arn"] in role["managed_policies"]]
    name = access.get("policy_name", role["name"])
    policy = next((each for each in policies if each["name"] == name), None)
    shared = policy["tags"] if policy and access["access"] != ADMINISTRATOR else role["tags"]
    tags = {key: value for key, value in listed_tags(role["tags"]).items() if shared.get(key) == value}
    options: Item = {}
    if role["path"] != "/":
        options["path"] = role["path"]
    if role["boundary"]:
        options["boundary"] = role["boundary"]
    if role["max_session_duration"] != SPEC["max_session_duration"]["default"]:
        options["max_session_duration"] = role["max_session_duration"]
    if tags:
        options["tags"] = tags
    if not is_ours(role["tags"], _OURS):
        options["adopt_role"] = True
    return options


def _administrator(snapshot: Snapshot) -> str:
    return f"arn:{snapshot.account.caller.partition}:iam::aws:policy/AdministratorAccess"
