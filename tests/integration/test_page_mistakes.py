# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with any part of bootstrap is told before the first write of all of them, by the variables' names."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from helpers.documents.case_files import case_file
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

# What is wrong, and how the sentence about it begins.
MISTAKES: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "users": (
        {
            "bootstrap_cloudhsm_administrators": ["alice", "al ice"],
            "bootstrap_users": [
                {"name": "bob", "groups": ["Auditors"]},
                {"name": "carol smith"},
                {"name": "dora", "path": "nowhere"},
                {"name": "emil", "tags": {"aws:own": "x"}},
                {"name": "fay", "managed_policies": ["ReadOnlyAccess"]},
                {"name": "gus", "boundary": "Boundary"},
                {"name": "hal", "password": "no-console-1A"},
                {"nam": "ivy"},
            ],
        },
        [
            "bootstrap_cloudhsm_administrators[1] (al ice): name: ",
            "bootstrap_users[0] (bob): groups: ",
            "bootstrap_users[1] (carol smith): name: ",
            "bootstrap_users[2] (dora): path: ",
            "bootstrap_users[3] (emil): tags.aws:own: ",
            "bootstrap_users[4] (fay): managed_policies: ",
            "bootstrap_users[5] (gus): boundary: ",
            "bootstrap_users[6] (hal): password: ",
            "bootstrap_users[7]: nam: ",
        ],
    ),
    "groups": (
        {
            "admin_group_path": "staff",
            "admin_group_members": ["nobody"],
            "cloudhsm_group_path": "staff",
            "cloudhsm_group_policy_name": "no spaces here",
        },
        ["admin_group_path: ", "cloudhsm_group_path: ", "cloudhsm_group_policy_name: "],
    ),
    "policy": (
        {
            "cloudhsm_group_policy_profile": "hardened",
            "cloudhsm_group_cluster_arns": ["cluster-1"],
            "cloudhsm_group_regions": ["nowhere"],
            "cloudhsm_group_resource_tags": {"a*": "b"},
        },
        [
            "cloudhsm_group_cluster_arns[0]: ",
            "cloudhsm_group_regions[0]: ",
            "cloudhsm_group_resource_tags: ",
        ],
    ),
    "store": (
        {"bootstrap_credentials_store": "vault_file", "bootstrap_credentials_path": "./first/passwords.yml"},
        ["bootstrap_credentials_store: vault_file needs a vault secret"],
    ),
    "region": (
        {
            "bootstrap_credentials_store": "secretsmanager",
            "user_provisioning_credentials_prefix": "no-slash",
            "user_provisioning_password_length": 4,
            "user_provisioning_workers": 99,
        },
        [
            "user_provisioning_credentials_prefix: ",
            "user_provisioning_password_length: ",
            "user_provisioning_workers: ",
        ],
    ),
    "service-linked role": (
        {
            "bootstrap_service_name": "cloudhsm",
            "service_linked_role_custom_suffix": "bad suffix",
            "service_linked_role_description": "\u2013",
            "service_linked_role_wait_timeout": 0,
        },
        [
            "bootstrap_service_name: ",
            "service_linked_role_custom_suffix: ",
            "service_linked_role_description: ",
            "service_linked_role_wait_timeout: ",
        ],
    ),
}
# Those that can be made in one run: each part gives all of its own, and all parts are asked.
RUNS = (("users", "groups", "service-linked role"), ("policy", "region"), ("store",))


def test_all_parts_are_refused_at_once_before_the_first_write(node: ControlNode, aws: FaultProxy) -> None:
    for kinds in RUNS:
        variables = {name: value for kind in kinds for name, value in MISTAKES[kind][0].items()}
        run = node.playbook("cloudhsm.iam.bootstrap", "-e", json.dumps(variables))
        assert run.status != 0, kinds
        assert run.failure.startswith("Nothing was changed. "), run.failure
        for kind in kinds:
            for said in MISTAKES[kind][1]:
                assert said in run.failure, (said, run.failure)
        assert " users[" not in run.failure
        assert aws.writes == []
    assert not (node.folder / "first").exists()


def test_a_page_with_three_mistakes_names_all_three(node: ControlNode, aws: FaultProxy, tmp_path: Path) -> None:
    file = case_file("mistakes-after-writes", "vars.yml", tmp_path)
    run = node.playbook("cloudhsm.iam.bootstrap", "-e", f"@{file}", "-e", "cloudhsm_group_allow_backup_copy=true")
    for said in (
        "bootstrap_users[0] (bob): groups: the account has no group 'Auditors'",
        "bootstrap_users[1] (carol smith): name: ",
        "service_linked_role_custom_suffix: 'bad suffix'",
    ):
        assert said in run.failure, run.failure
    assert "neither true nor false" not in run.failure
    assert aws.writes == []
