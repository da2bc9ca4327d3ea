# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies of groups that an earlier task changes count as changed in check mode."""

from __future__ import annotations

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Details, Group, Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.options import option_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.pending import PendingPolicies, read_pending

OWN = "arn:aws:iam::123456789012:policy/"
READ = Details(
    groups={"Readers": Group("Readers", f"{OWN}Readers", "/", frozenset({f"{OWN}Old"}), {"inline": {}})},
    policies={f"{OWN}Old": Policy(f"{OWN}Old", {"Id": "old"}, attachments=3)},
)


def test_groups_and_documents_are_those_that_the_earlier_task_leaves() -> None:
    pending = PendingPolicies(
        groups={"readers": [f"{OWN}New"], "Coming": [f"{OWN}Old"]},
        documents={f"{OWN}New": {"Id": "new"}, f"{OWN}Old": {"Id": "changed"}},
    )
    after = pending.laid_over(READ)
    assert after.groups == {
        "Readers": Group("Readers", f"{OWN}Readers", "/", frozenset({f"{OWN}New"}), {"inline": {}}),
        "Coming": Group("Coming", "", "/", frozenset({f"{OWN}Old"})),
    }
    assert after.policies == {
        f"{OWN}Old": Policy(f"{OWN}Old", {"Id": "changed"}, attachments=3),
        f"{OWN}New": Policy(f"{OWN}New", {"Id": "new"}),
    }


@pytest.mark.parametrize("option", [None, {}, {"groups": None, "documents": None}])
def test_without_the_option_nothing_changes(option: dict[str, None] | None) -> None:
    assert read_pending(option).laid_over(READ) == READ


@pytest.mark.parametrize("arns", ["an-arn", None, [7], {"an": "arn"}])
def test_policies_of_a_group_that_are_no_list_of_arns_are_refused(arns: object) -> None:
    (problem,) = option_problems({"pending_policies": {"groups": {"Readers": arns}}})
    assert problem.startswith("pending_policies.groups.Readers: must be a list of ARNs")
