# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies that this collection makes are recognised, whoever spelled them, and nothing else is."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.policies import Recognised, recognise
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import (
    require_mfa_policy,
    self_service_policy,
)
from helpers.documents.policy_variants import ACCOUNT, wishes


def shows_limits(wish: Wish) -> bool:
    """Whether all limits can be read off the policy."""
    text = json.dumps(build_policy(wish)[0])
    limits = [*(wish.cluster_arns or ()), *(wish.regions or ()), *(wish.tags or ())]
    return all(limit in text for limit in limits)


NAMES = {"access": "level", "policy_profile": "profile", "resource_tags": "tags"}
# Without those whose limits the policy does not show: what only reads can't be limited.
ALL = {name: wish for name, wish in wishes().items() if shows_limits(wish)}


def remade(found: Recognised | None, partition: str = "aws") -> t.Any:
    """The policy that the options of a group make."""
    assert found
    given = {NAMES.get(name, name): value for name, value in found.options.items()}
    policy, problems = build_policy(Wish(**given, partition=partition, account_id=ACCOUNT))
    assert problems == []
    return policy


@pytest.mark.parametrize("name", ALL)
def test_each_policy_is_recognised_by_options_that_make_it(name: str) -> None:
    document, _problems = build_policy(ALL[name])
    assert same_policy(remade(recognise(document, "aws", ACCOUNT)), document)
    if ALL[name].limits_given:
        # In the other order, as somebody may have typed it.
        document["Statement"].reverse()
        assert same_policy(remade(recognise(document, "aws", ACCOUNT)), document)


@pytest.mark.parametrize("name", list(ALL)[::7])
def test_a_policy_that_allows_more_is_not_recognised(name: str) -> None:
    document, _problems = build_policy(ALL[name])
    more = copy.deepcopy(document)
    more["Statement"][0]["Action"] = [*more["Statement"][0]["Action"], "iam:PassRole"]
    assert recognise(more, "aws", ACCOUNT) is None
    assert recognise({**document, "Statement": []}, "aws", ACCOUNT) is None


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_policies_of_other_partitions_are_recognised(partition: str) -> None:
    document, _problems = build_policy(Wish("admin", "hardened", partition=partition))
    assert same_policy(remade(recognise(document, partition, ACCOUNT), partition), document)
    assert recognise(require_mfa_policy(partition), partition, ACCOUNT) == Recognised(requires_mfa=True)
    assert recognise(self_service_policy(partition), partition, ACCOUNT) == Recognised({"self_service": True})


@pytest.mark.parametrize("document", [None, "", "text", [], {}, {"Statement": None}, {"Statement": ["cloudhsm:*"]}])
def test_what_is_no_policy_is_not_recognised(document: t.Any) -> None:
    assert recognise(document, "aws", ACCOUNT) is None
