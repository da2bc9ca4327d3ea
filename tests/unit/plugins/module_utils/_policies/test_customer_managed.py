# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""iam_customer_managed_policy: one policy is made or brought up to date, and nobody else's is written."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.customer_managed import (
    SPEC,
    asked,
    make_plan,
    read_options,
)

HERE = "arn:aws:iam::123456789012"
MARK = {"cloudhsm.iam/managed": "true"}
STATEMENT = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [STATEMENT]}
Values = dict[str, t.Any]


def options(**changes: t.Any) -> Values:
    defaults = {name: option.get("default") for name, option in SPEC.items()}
    return {**defaults, "name": "Shared", "document": DOCUMENT, "variables_prefix": "shared_policy_", **changes}


def plan(*policies: Values, check_mode: bool = False, **changes: t.Any) -> Plan:
    account = {"account_id": "123456789012", "partition": "aws"}
    read, problems = read_options(options(**changes))
    assert problems == []
    return make_plan(read, {"account": account, "policies": list(policies)}, check_mode)


def policy(**changes: t.Any) -> Values:
    return {
        "name": "Shared",
        "arn": f"{HERE}:policy/Shared",
        "path": "/",
        "tags": MARK,
        "document": DOCUMENT,
        **changes,
    }


def test_a_new_policy_gets_its_description_and_our_mark() -> None:
    new = plan(description="Ours", creation_tags={"made": "here"})
    (step,) = new.steps
    assert step.module == "amazon.aws.iam_managed_policy"
    assert (step.options["description"], step.options["tags"]) == ("Ours", {**MARK, "made": "here"})
    assert new.told["policy"] == {"name": "Shared", "arn": f"{HERE}:policy/Shared", "created": True, "changed": True}
    assert new.told["lines"] == ["Changed in account 123456789012: policy Shared (new)"]


def test_another_document_changes_nothing_else() -> None:
    changed = plan(policy(name="SHARED", document={"Version": "2012-10-17", "Statement": []}), check_mode=True)
    (step,) = changed.steps
    # IAM tells names apart without regard to case, and the module does not.
    assert (step.options["name"], step.options["tags"], step.options["purge_tags"]) == ("SHARED", {}, False)
    assert "description" not in step.options
    assert changed.told["lines"] == ["Would change in account 123456789012: policy SHARED"]


def test_the_same_document_is_left_alone_however_it_is_spelled() -> None:
    spelled = {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Action": ["iam:getuser"]}]}
    unchanged = plan(policy(document=spelled, tags={**MARK, "team": "a"}))
    assert (unchanged.steps, unchanged.told["policy"]["changed"]) == ([], False)


@pytest.mark.parametrize("foreign", [{"path": "/dev/", "arn": f"{HERE}:policy/dev/Shared"}, {"tags": {}}])
def test_a_policy_that_somebody_else_made_is_refused_unless_it_is_adopted(foreign: Values) -> None:
    (problem,) = plan(policy(**foreign)).problems
    assert problem.startswith("shared_policy_name: the policy ")
    assert problem.endswith("set shared_policy_adopt: true")
    adopted = plan(policy(**foreign), adopt=True)
    assert (list(adopted.problems), adopted.steps) == ([], [])


def test_all_mistakes_are_told_at_once_by_the_names_of_the_variables() -> None:
    _read, problems = read_options(options(name="no good", document="{}", creation_tags={"aws:x": "y"}))
    begins = [problem.partition(":")[0] for problem in problems]
    assert begins == [
        "shared_policy_name",
        "shared_policy_document",
        "shared_policy_document",
        "shared_policy_creation_tags.aws",
    ]


def test_the_account_is_asked_for_the_policy() -> None:
    assert asked(options()) == {"policies": ["Shared"]}
