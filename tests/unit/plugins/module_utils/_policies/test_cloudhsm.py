# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the policies allow, cell by cell, and that none of them raises its own rights."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import LIMIT, size
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from cloudsplaining.scan.policy_document import PolicyDocument
from helpers.documents.policy_variants import documents
from iam_simulator import allows
from policy_cells import HERE, OTHERS, OWN, VARIANTS, expected, requests

DOCUMENTS = documents()
ROWS = requests()


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_cell_is_as_the_catalogue_says(variant: str) -> None:
    wish = VARIANTS[variant]
    policy, problems = build_policy(wish)
    assert not problems
    for row in ROWS:
        context = {**row.context, "aws:RequestedRegion": row.region}
        assert allows([policy], row.action, row.resource, context, real=True) == expected(wish, row), (variant, row)


def cell(variant: str, section: str, action: str, note: str = "") -> bool:
    found = next(row for row in ROWS if (row.section, row.action, row.note) == (section, action, note))
    context = {**found.context, "aws:RequestedRegion": HERE}
    return allows([build_policy(VARIANTS[variant])[0]], found.action, found.resource, context)


# Each hole of the guide's, spelled out: open there, closed in the hardened policy of the same level.
@pytest.mark.parametrize(
    ("level", "section", "action", "note"),
    [
        ("admin", OTHERS, "iam:CreateServiceLinkedRole", "another service's"),
        ("power_user", OTHERS, "iam:CreateServiceLinkedRole", "another service's"),
        ("admin", OTHERS, "ec2:CreateTags", "an instance"),
        ("power_user", OTHERS, "ec2:CreateTags", "an instance"),
        ("admin", OWN, "cloudhsm:CopyBackupToRegion", ""),
        ("power_user", OWN, "cloudhsm:CopyBackupToRegion", ""),
        ("admin", OWN, "cloudhsm:PutResourcePolicy", ""),
        ("admin", OWN, "cloudhsm:DeleteResourcePolicy", ""),
        ("power_user", OWN, "ec2:DeleteSecurityGroup", ""),
    ],
)
def test_a_hole_of_the_guides_is_closed(level: str, section: str, action: str, note: str) -> None:
    assert cell(f"guide {level}", section, action, note)
    assert not cell(f"hardened {level}", section, action, note)


@pytest.mark.parametrize(
    ("level", "action"),
    [
        ("power_user", "cloudhsm:ModifyCluster"),
        ("power_user", "cloudhsm:ModifyBackupAttributes"),
        ("read_only", "cloudhsm:GetResourcePolicy"),
    ],
)
def test_what_the_guide_forgot_is_there(level: str, action: str) -> None:
    assert not cell(f"guide {level}", OWN, action)
    assert cell(f"hardened {level}", OWN, action)


def test_an_action_that_is_not_in_the_catalogue_is_not_given_by_a_wildcard() -> None:
    assert allows([build_policy(VARIANTS["guide admin"])[0]], "cloudhsm:NewAction", "*", {})
    assert not allows([build_policy(VARIANTS["hardened admin"])[0]], "cloudhsm:NewAction", "*", {})


def test_a_copy_of_a_tagged_backup_keeps_its_tags() -> None:
    policy = build_policy(Wish("admin", "hardened", tags={"team": "keys"}, allow_backup_copy=True))[0]
    backup = "arn:aws:cloudhsm:us-east-1:123456789012:backup/backup-abcdefghijk"
    own = {"aws:ResourceTag/team": "keys"}
    assert allows([policy], "cloudhsm:CopyBackupToRegion", backup, own)
    assert not allows([policy], "cloudhsm:CopyBackupToRegion", backup, {})
    # To give it to another team, or to take it out of everybody's limits.
    for given in ("team", "note"):
        context: dict[str, str | list[str]] = {**own, "aws:TagKeys": [given], f"aws:RequestTag/{given}": "others"}
        assert not allows([policy], "cloudhsm:CopyBackupToRegion", backup, context)


@pytest.mark.parametrize("level", ["power_user", "admin"])
def test_who_has_other_rights_in_ram_can_still_not_share_backups(level: str) -> None:
    # RAM writes the resource policy itself: denying PutResourcePolicy alone would leave this way.
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    policies = [everything, build_policy(Wish(level, "hardened"))[0]]
    for action in ("ram:CreateResourceShare", "ram:AssociateResourceShare"):
        assert not allows(policies, action, "*", {"ram:RequestedResourceType": "cloudhsm:Backup"})
        assert allows(policies, action, "*", {"ram:RequestedResourceType": "ec2:Subnet"})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_policy_raises_its_own_rights(name: str) -> None:
    found = PolicyDocument(DOCUMENTS[name])
    assert found.allows_privilege_escalation == []
    assert found.credentials_exposure == []
    assert found.allows_data_exfiltration_actions == []
    assert size(DOCUMENTS[name]) <= LIMIT


@pytest.mark.parametrize("action", ["iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:PutGroupPolicy"])
def test_the_escalation_rules_catch_one_more_action(action: str) -> None:
    statement: dict[str, t.Any] = json.loads(json.dumps(DOCUMENTS["admin-guide"]["Statement"][0]))
    statement["Action"].append(action)
    found = PolicyDocument({"Version": "2012-10-17", "Statement": [statement]})
    assert [rule["type"] for rule in found.allows_privilege_escalation] == [action.removeprefix("iam:")]
