# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role account_guard: the root user, what is wrong with an account, and what the caller may not know.

moto knows no root user, and always says the same of its keys, its MFA and its password: the answers to
GetCallerIdentity and GetAccountSummary are the proxy's here.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping

import pytest
from helpers.moto.answers import account_summary, caller_identity, error
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

ROOT = caller_identity("arn:aws:iam::123456789012:root")
KEYS_AND_NO_MFA = account_summary(AccountAccessKeysPresent=1, AccountMFAEnabled=0, AccountPasswordPresent=1)


def guarded(**variables: t.Any) -> dict[str, t.Any]:
    """A task that includes the role."""
    role = {"name": "cloudhsm.iam.account_guard"}
    return {"name": "The guard", "ansible.builtin.include_role": role, "vars": variables}


def refused(*words: str, **variables: t.Any) -> dict[str, t.Any]:
    """A block that fails unless the role refuses with all of these words in one message."""
    missing = "{{ words | reject('in', ansible_failed_result.msg) }}"
    check = {"name": "The message", "ansible.builtin.assert": {"that": "missing == []"}}
    return {
        "name": "Refused",
        "block": [guarded(**variables), {"name": "Not so", "ansible.builtin.meta": "end_play"}],
        "rescue": [{**check, "vars": {"words": list(words), "missing": missing}}],
    }


REACHED = {"name": "The end", "ansible.builtin.debug": {"msg": "{{ account_guard_result | to_json }}, reached"}}


def test_the_root_user_is_refused_with_all_that_is_wrong_and_let_in_only_when_told(
    node: ControlNode, aws: FaultProxy
) -> None:
    aws.says = {"GetCallerIdentity": ROOT, "GetAccountSummary": KEYS_AND_NO_MFA}
    everything = refused(
        "account_guard_account_ids: 12345: an account ID has 12 digits",
        "This is account 123456789012, called as arn:aws:iam::123456789012:root, and not one of",
        "The caller is the root user of account 123456789012",
        "set account_guard_allow_root: true",
        "The root user has access keys",
        "The root user has no MFA device",
        "The account has no password policy",
        account_guard_account_ids=["12345"],
        account_guard_root_findings="fail",
    )
    allowed = guarded(account_guard_allow_root=True, account_guard_account_ids=["123456789012"])
    run = node.playbook(node.write_playbook([everything, allowed, REACHED]))
    assert run.status == 0, run.output
    assert "reached" in run.failure
    for said in (
        "WARNING, account 123456789012: The root user has access keys",
        "WARNING, account 123456789012: The root user has no MFA device",
        "Sign in at https://123456789012.signin.aws.amazon.com/console as the administrator",
        "without account_guard_allow_root",
        "Lock the root user away",
    ):
        assert run.output.count(said) == 1, said
    assert aws.writes == []


def test_what_the_caller_may_not_know_is_said_or_stops_the_play_or_is_not_asked_for(
    node: ControlNode, aws: FaultProxy
) -> None:
    denied = error(403, "AccessDenied", "User: arn:aws:iam::123456789012:user/ops is not authorized")
    aws.says = {"GetAccountSummary": denied, "GetAccountPasswordPolicy": denied}
    unknown = (
        "The caller may not call iam:GetAccountSummary, so whether the root user has access keys and MFA is not known",
        "The caller may not call iam:GetAccountPasswordPolicy, so whether the account has a password policy is not",
    )
    tasks: list[Mapping[str, t.Any]] = [
        refused(*unknown, account_guard_root_findings="fail"),
        guarded(),
        guarded(account_guard_root_findings="ignore"),
        REACHED,
    ]
    run = node.playbook(node.write_playbook(tasks), "--check")
    assert run.status == 0, run.output
    assert "reached" in run.failure
    for said in unknown:
        assert run.output.count(f"WARNING, account 123456789012: {said}") == 1
    assert aws.counts() == Counter(
        GetCallerIdentity=3, ListAccountAliases=3, GetAccountSummary=2, GetAccountPasswordPolicy=2
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (False, "Could not look up the account: no AWS credentials were found; give some as AWS_ACCESS_KEY_ID"),
        (True, "Could not look up the account: the credentials have expired; get new ones (ExpiredToken"),
    ],
)
def test_a_playbook_without_good_credentials_stops_at_its_first_task(
    node: ControlNode, aws: FaultProxy, given: bool, words: str
) -> None:
    aws.says = {"GetCallerIdentity": error(403, "ExpiredToken", "The security token is expired")}
    if not given:
        del node.environment["AWS_ACCESS_KEY_ID"], node.environment["AWS_SECRET_ACCESS_KEY"]
    run = node.playbook("cloudhsm.iam.bootstrap")
    assert run.status != 0
    assert run.failure.startswith(words)
    assert run.output.count("fatal: [localhost]") == 1
    assert [call.action for call in aws.calls] == ["GetCallerIdentity"] * given
