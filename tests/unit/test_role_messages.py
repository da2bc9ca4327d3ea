# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a role says of its variables names those variables, and not an option of a module or of another role."""

from __future__ import annotations

import functools
import itertools
import re
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.plan import make_plan as federated_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups import input as groups
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups import plan as _group_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.groups import admin_group, cloudhsm_group
from ansible_collections.cloudhsm.iam.plugins.module_utils._password_policy import input as passwords
from ansible_collections.cloudhsm.iam.plugins.module_utils._password_policy.plan import make_plan as password_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import ownership
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import input_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.run import desired_role
from ansible_collections.cloudhsm.iam.plugins.modules.iam_service_linked_role import ARGUMENT_SPEC
from helpers.documents.saml import METADATA
from helpers.modules.saml_access import complete, option_problems, role_options

ROOT = Path(__file__).parents[2]
HERE = "arn:aws:iam::123456789012"
PROVIDER = f"{HERE}:saml-provider/Example"
Values = dict[str, t.Any]
ROLES = "cloudhsm_group|admin_group|federated_access|account_password_policy|service_linked_role"


@functools.cache
def specification(role: str) -> dict[str, Values]:
    path = ROOT / "roles" / role / "meta" / "argument_specs.yml"
    options: dict[str, Values] = yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]
    return options


def wrong_values(option: Values) -> list[t.Any]:
    """Values that the argument specification lets pass and that may be wrong all the same."""
    if "choices" in option:
        return list(option["choices"])
    by_type: dict[str, list[t.Any]] = {
        "str": ["", "?! &", "x" * 3000, "/x", "arn:aws:iam::aws:policy/x"],
        "path": ["/none/such", ""],
        "int": [-1, 0, 10**9],
        "bool": [True, False],
        "list": [[], ["?! &"], ["x" * 3000], [""]],
        "dict": [{}, {"?! &": "?"}, {"aws:x": "y"}],
        "raw": ["", "{}", {"Version": 1}, 7],
    }
    return by_type[option.get("type", "str")]


def check(role: str, problems: list[str]) -> None:
    """Each problem begins with a variable of the role's, and calls none of them by less than its name."""
    names = set(specification(role))
    short = "|".join(name.removeprefix(f"{role}_") for name in names if "_" in name.removeprefix(f"{role}_"))
    for problem in problems:
        begins = re.match(r"\w+", problem)
        assert begins, problem
        assert begins[0] in names, problem
        for named in re.findall(rf"\b(?:{ROLES})_\w+", problem):
            assert named in names or named.startswith(f"{role}_require_"), problem
        # Quoted is what the user gave.
        assert not re.search(rf"(?<![\w.'/:])({short})(?![\w'])", re.sub(r"'[^']*'", "", problem)), problem


def given_federated(**changes: t.Any) -> Values:
    base = {"role_name": "HSM", "provider_name": "Example", "saml_metadata": METADATA}
    return role_options(**{**base, **changes})


def changes_of(role: str) -> Iterator[Values]:
    """One or two variables of a role at a time, with values that may be wrong."""
    options = {name.removeprefix(f"{role}_"): option for name, option in specification(role).items()}
    single = [(name, value) for name, option in options.items() for value in wrong_values(option)]
    yield from ({name: value} for name, value in single)
    for (one, value), (other, second) in itertools.combinations(single, 2):
        if one != other:
            yield {one: value, other: second}


def test_federated_access_names_its_variables() -> None:
    seen: set[str] = set()
    policy_options = specification("federated_access")["federated_access_policy_options"]["options"]
    wishes = [
        {"policy_options": {"profile": profile, name: value}, "access": access}
        for name, option in policy_options.items()
        for value in wrong_values(option)
        for profile in ("guide", "hardened")
        for access in ("administrator", "read_only", "admin")
    ]
    for changes in [*changes_of("federated_access"), *wishes]:
        problems = option_problems(given_federated(**changes))
        check("federated_access", problems)
        seen |= {problem.split(":")[0] for problem in problems}
    assert len(seen) > 20


def things(kind: str) -> list[list[Values]]:
    """None of its kind in the account, or one that is not as it should be."""
    more = {
        "trusts": ["ec2.amazonaws.com"],
        "managed_policies": [],
        "inline_policies": ["own"],
        "attachments": 3,
        "boundary_of": 1,
        "entity_id": None,
        "trusted_by": ["HSM", "Other"],
    }
    return [[]] + [
        [{"name": "HSM", "arn": f"{HERE}:{kind}{path}HSM", "path": path, "tags": tags, **more}]
        for path in ("/", "/dev/")
        for tags in ({}, {"cloudhsm.iam/managed": "true"})
    ]


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("partition", ["aws", "aws-iso"])
def test_federated_access_names_its_variables_for_what_the_account_holds(state: str, partition: str) -> None:
    account = {"account_id": "123456789012", "partition": partition, "caller_arn": f"{HERE}:assumed-role/HSM/x"}
    told = 0
    for role, policy, provider in itertools.product(things("role"), things("policy"), things("saml-provider")):
        found = {"account": account, "roles": role, "policies": policy, "saml_providers": provider}
        given = given_federated(state=state, provider_state=state, provider_arn=PROVIDER)
        problems = list(federated_plan(complete(given), found).problems)
        check("federated_access", problems)
        told += len(problems)
    assert told > 100


def test_account_password_policy_names_its_variables() -> None:
    told = 0
    for changes in changes_of("account_password_policy"):
        for missing in ([], ["iam:GetAccountPasswordPolicy"]):
            read, problems = passwords.read_options({"variables_prefix": "account_password_policy_", **changes})
            options = {**{name: option.get("default") for name, option in passwords.SPEC.items()}, **read}
            found = {"account": {"account_id": "123456789012"}, "password_policy": None}
            problems += password_plan(options, {**found, "missing_permissions": missing}).problems
            check("account_password_policy", problems)
            told += len(problems)
    assert told > 100


def test_service_linked_role_names_its_variables() -> None:
    told: list[str] = []
    for changes in changes_of("service_linked_role"):
        given = {"variables_prefix": "service_linked_role_", "service_name": "cloudhsm.amazonaws.com", **changes}
        params = {**{name: option.get("default") for name, option in ARGUMENT_SPEC.items()}, **given}
        told += input_problems(desired_role(params), params["wait_timeout"])
    check("service_linked_role", told)
    assert len(told) > 100


@functools.cache
def module_options(role: str) -> Values:
    """What a role for a group gives to iam_group_with_policies where all of its variables are set."""
    variables = {name: option.get("default", name) for name, option in specification(role).items()}
    return {"admin_group": admin_group, "cloudhsm_group": cloudhsm_group}[role](variables).options


GROUPS = ("admin_group", "cloudhsm_group")


@pytest.mark.parametrize("role", GROUPS)
def test_each_option_that_a_group_is_made_of_has_a_variable_of_its_name(role: str) -> None:
    names = set(specification(role))
    options = module_options(role)
    prefix = options["variables_prefix"]
    # Those that are told by no name, or by one that the role gives.
    silent = {"found", "variables_prefix", "keep_callers_group", "require_mfa_creation_tags", "policy"}
    policy: Values = options.get("policy", {})
    nested = {f"policy.{name}" for name in policy if name not in ("cloudhsm", "description")}
    silent |= {"policy.tags", "policy.purge_tags", "policy.creation_tags"}
    cloudhsm: Values = policy.get("cloudhsm", {})
    given = cloudhsm.get("names", {})
    own = {given.get(name, f"{prefix}{name}") for name in cloudhsm if name != "names"}
    assert {called(name, prefix) for name in (set(options) | nested) - silent} | own <= names


def group_problems(role: str, changes: Values, found: Values) -> list[str]:
    """What the action says of a group, by the same functions in the same order."""
    cloudhsm = {"level": "admin", "names": module_options(role).get("policy", {}).get("cloudhsm", {}).get("names", {})}
    given_policy = {"name": "HSM", "description": "", "tags": {}, "creation_tags": {}, "purge_tags": False}
    options: Values = {
        "name": "HSM",
        "path": None,
        "aws_managed_policies": ["AdministratorAccess"],
        "policy": {**given_policy, "cloudhsm": cloudhsm} if role == "cloudhsm_group" else None,
        "purge_policies": False,
        "adopt_policy": False,
        "adopt_require_mfa_policy": False,
        "require_mfa": True,
        "require_mfa_policy_name": "HSM",
        "require_mfa_creation_tags": {},
        "members": None,
        "exclusive": False,
        "variables_prefix": f"{role}_",
    }
    for name, value in changes.items():
        if role == "cloudhsm_group" and name in CLOUDHSM:
            options["policy"]["cloudhsm"] = {**options["policy"]["cloudhsm"], CLOUDHSM[name]: value}
        elif name == "policy_name":
            options["policy"]["name"] = value
        elif name in options:
            options[name] = value
    problems = groups.identifier_problems(options)
    problems += _group_plan.member_problems(options["members"], options["exclusive"], [], f"{role}_")
    policies, wrong = groups.wanted_policies(options, found["account"])
    group = groups.wanted_group(options, found, policies)
    problems += [*wrong, *groups.foreign_problems(options, found, policies, group)]
    there = ownership.named("HSM", found["groups"])
    policy, _kept = groups.removable(options, found)
    return problems + _group_plan.removal_problems("HSM", there, policy, "ann", f"{role}_")


CLOUDHSM = {
    "access": "level",
    "policy_profile": "profile",
    "resource_tags": "tags",
    **{name: name for name in ("policy", "cluster_arns", "regions", "allow_backup_copy", "allow_backup_sharing")},
}


@pytest.mark.parametrize("role", GROUPS)
def test_groups_name_their_variables(role: str) -> None:
    more = {"managed_policies": [], "inline_policies": ["own"], "members": ["ann"], "attachments": 2, "tags": {}}
    there = [{"name": "HSM", "arn": f"{HERE}:x/dev/HSM", "path": "/dev/", **more}]
    ours = [{**there[0], "path": "/", "tags": {"cloudhsm.iam/managed": "true"}}]
    seen: set[str] = set()
    for partition, existing in (("aws", []), ("aws", there), ("aws-iso", ours)):
        account = {"account_id": "123456789012", "partition": partition, "caller_user_name": "ann"}
        found = {"account": account, "groups": existing, "policies": existing, "users": []}
        for changes in changes_of(role):
            if {"state", "found"} & set(changes):
                continue
            problems = group_problems(role, changes, found)
            check(role, problems)
            seen |= {re.split(r"[:.\[]", problem)[0] for problem in problems}
    assert len(seen) > (11 if role == "cloudhsm_group" else 4)
