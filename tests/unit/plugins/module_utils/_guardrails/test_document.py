# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guard rails take from whom, cell by cell, as iam-simulate decides it with service control policies."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.document import policy_of, text_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import Rails
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import build_policy
from guardrail_cells import BREAK_GLASS, PEOPLE, POLICY, RAILS, Person, allowed_after, allowed_before, requests
from iam_simulator import Policy, Request, decide
from policy_cells import ACCOUNT, HERE, VARIANTS

FULL: Policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ROWS = requests()
ALL = frozenset(catalogue.SWITCHES)


def decisions(person: Person, document: Policy | None) -> list[bool]:
    own = FULL if person.everything else build_policy(VARIANTS["admin, copy and share"])[0]
    controls = [[FULL], [FULL, document]] if document else [[FULL]]
    asked = [
        Request(
            row.action,
            row.resource,
            {
                **row.context,
                **person.context,
                catalogue.REGION: row.region,
                catalogue.PRINCIPAL: person.arn,
            },
        )
        for row in ROWS
    ]
    return decide([own], asked, controls=controls, real=True)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_every_cell_is_as_the_catalogue_says(person: Person) -> None:
    for document, expected in ((None, allowed_before), (POLICY, allowed_after)):
        wrong = {
            row.label: answer
            for row, answer in zip(ROWS, decisions(person, document), strict=True)
            if answer != expected(person, row)
        }
        assert wrong == {}


def test_each_guard_rail_denies_its_own_rows_and_no_others() -> None:
    administrator = PEOPLE[0]
    for option in [*catalogue.SWITCHES, "regions"]:
        alone = Rails(frozenset({option}) & ALL, (HERE,) if option == "regions" else ())
        answers = decisions(administrator, policy_of(alone, "aws"))
        denied = [row for row, may in zip(ROWS, answers, strict=True) if not may]
        own = [row for row in ROWS if row.option == option]
        # What is denied is denied in every region.
        elsewhere = [row for row in ROWS if row.option == "regions" and row.action in {one.action for one in own}]
        assert {row.label for row in denied} == {row.label for row in [*own, *elsewhere]}


def test_without_a_break_glass_role_nobody_is_exempt() -> None:
    (with_mfa,) = [person for person in PEOPLE if person.exempt]
    answers = decisions(with_mfa, policy_of(Rails(ALL, (HERE,)), "aws"))
    unguarded = ("", "protect_break_glass_roles")
    assert answers == [row.option in unguarded for row in ROWS]


def test_mfa_counts_only_where_it_is_asked_for() -> None:
    without = next(person for person in PEOPLE if person.name.endswith("without MFA"))
    open_to_all = policy_of(Rails(ALL, (HERE,), (BREAK_GLASS,)), "aws")
    assert all(decisions(without, open_to_all))


def test_a_session_that_tells_nothing_of_mfa_is_not_exempt() -> None:
    asked = [
        Request("cloudhsm:DeleteBackup", f"arn:aws:cloudhsm:{HERE}:{ACCOUNT}:backup/backup-abcdefghijk", context)
        for context in (
            {catalogue.PRINCIPAL: f"arn:aws:iam::{ACCOUNT}:role/BreakGlass", catalogue.REGION: HERE},
            {
                catalogue.PRINCIPAL: f"arn:aws:iam::{ACCOUNT}:role/BreakGlass",
                catalogue.REGION: HERE,
                catalogue.MFA: "true",
            },
        )
    ]
    assert decide([FULL], asked, controls=[[FULL, POLICY]], real=True) == [False, True]


def test_a_resource_can_not_get_into_a_share_together_with_a_principal() -> None:
    """RAM checks each of them by itself, so that the one request for the backup is enough."""
    contexts = [{"ram:RequestedResourceType": "cloudhsm:Backup"}, {"ram:Principal": "111122223333"}]
    own = {catalogue.PRINCIPAL: PEOPLE[0].arn, catalogue.REGION: HERE}
    asked = [Request("ram:CreateResourceShare", "*", {**own, **context}) for context in contexts]
    assert decide([FULL], asked, controls=[[FULL, POLICY]], real=True) == [False, True]


def test_the_same_rails_are_the_same_text() -> None:
    texts = {text_of(policy_of(Rails(frozenset(order), (HERE,)), "aws")) for order in (ALL, sorted(ALL, reverse=True))}
    assert len(texts) == 1
    assert " " not in texts.pop()


def test_what_is_denied_in_the_same_way_is_one_statement() -> None:
    statements = policy_of(Rails(ALL), "aws")["Statement"]
    keys = [json.dumps([one["Resource"], one.get("Condition")]) for one in statements]
    assert len(keys) == len(set(keys)) == 4
    assert all(one < other for statement in statements for one, other in pairwise(statement["Action"]))


def test_the_policies_fit_also_as_they_had_to_until_may_2026() -> None:
    assert len(text_of(POLICY)) < 5_120
    assert len(text_of(policy_of(Rails(ALL), "aws-us-gov"))) < 5_120
    assert RAILS.break_glass_mfa


def test_another_partition_has_its_own_arns() -> None:
    text = text_of(policy_of(Rails(ALL), "aws-us-gov"))
    assert "arn:aws-us-gov:iam::*:role/aws-service-role/cloudhsm.amazonaws.com/*" in text
    assert "arn:aws:" not in text


def test_sids_are_unique_and_plain() -> None:
    sids = [statement["Sid"] for statement in POLICY["Statement"]]
    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() and sid.isascii() for sid in sids)
