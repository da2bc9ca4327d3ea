# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/permissions.yml says that callers need: enough for each playbook, and not one action too many.

Each case is a run of ansible-playbook by somebody who has just that. What becomes of a run without one of the actions
is seen in two more such runs, and for all others in this process: the calls are made over HTTP just the same. What
several playbooks use of a role is tried without each of its actions in one of them.
"""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Mapping
from pathlib import Path

import permissions
import pytest
from helpers.moto.enforcing_moto import read_log
from helpers.processes.callers import Callers, Failures
from helpers.processes.control_node import ControlNode
from helpers.processes.permission_cases import ASKED_BY_AWS_ONLY, CASES, IN_THE_STORE, Case, notifying
from permissions import Needs

NEEDED = permissions.load()
HARMLESS = "sts:GetCallerIdentity"
PUBLISH = "sns:Publish"
ACCOUNTS = (str(number) for number in itertools.count(200000000000))


class Runs:
    """Runs of one playbook by callers with this and that policy, each in an account of its own."""

    def __init__(self, url: str, folder: Path, playbook: str) -> None:
        self.url = url
        self.node = ControlNode(folder, url)
        self.playbook = playbook
        self.accounts: dict[str, str] = {}

    def together(self, callers: Mapping[str, tuple[Case, t.Iterable[str]]]) -> Failures:
        """Run cases with the actions that their callers may call; gives what failed for each caller."""
        hosts = Callers(self.url, self.node.folder)
        for name, (case, actions) in callers.items():
            self.accounts[name] = next(ACCOUNTS)
            hosts.add(name, self.accounts[name], case, permissions.policy(actions))
        return hosts.run(self.node, self.playbook)

    def here(self, callers: Mapping[str, tuple[Case, t.Iterable[str]]]) -> Failures:
        """The same in this process, one after the other."""
        hosts = Callers(self.url, self.node.folder)
        for name, (case, actions) in callers.items():
            hosts.add(name, next(ACCOUNTS), case, permissions.policy(actions))
        return hosts.run_here(self.playbook)

    def asked(self) -> dict[str, set[str]]:
        """The actions that each caller has asked for since the last reading."""
        log = read_log(self.url)
        return {
            name: {call.action for call in log if call.account == account} - {HARMLESS}
            for name, account in self.accounts.items()
        }


def listed(case: Case) -> Needs:
    """What is said to be enough for a case: what its use needs beside the guard, or else the whole playbook."""
    if not case.use:
        return NEEDED.of_playbook(case.playbook)
    role, use = case.use
    return NEEDED.of_role("account_guard") | NEEDED.roles[role][use]


def _asking(cases: t.Sequence[Case], action: str) -> Case:
    """A case that asks for the action: one that needs it, where another does without."""
    required = [case for case in cases if case.use and action in listed(case).required]
    return [*required, *cases][0]


def _provers() -> dict[tuple[str, str], str]:
    """For each use of a role the playbook, of those that need least, that is tried without each action."""
    found: dict[tuple[str, str], str] = {}
    for playbook in sorted(NEEDED.playbooks, key=lambda name: (len(NEEDED.of_playbook(name).actions), name)):
        for role, uses in NEEDED.playbooks[playbook].items():
            found |= {(role, use): playbook for use in uses if (role, use) not in found}
    return found


PROVERS = _provers()


def _shown_by(playbook: str) -> set[str]:
    """The actions of the uses that this playbook shows."""
    uses = [use for use, prover in PROVERS.items() if prover == playbook]
    return {action for role, use in uses for action in NEEDED.roles[role][use].actions}


@pytest.mark.parametrize("playbook", sorted(NEEDED.playbooks))
def test_what_is_listed_is_enough_and_no_action_is_too_many(playbook: str, enforcing: str, tmp_path: Path) -> None:
    needs = NEEDED.of_playbook(playbook)
    cases = {name: case for name, case in CASES.items() if case.playbook == playbook}
    runs = Runs(enforcing, tmp_path, playbook)
    runs.asked()

    failures = runs.together({name: (case, listed(case).actions) for name, case in cases.items()})
    assert failures == {name: [] for name in cases}
    asked = runs.asked()
    for name in (name for name, case in cases.items() if case.use):
        assert asked[name] == set(listed(cases[name]).actions), name
    enforced = set(needs.actions) - ASKED_BY_AWS_ONLY.get(playbook, set())
    assert set().union(*asked.values()) == enforced

    shown = enforced & _shown_by(playbook)
    by_action = {
        action: _asking([cases[name] for name in cases if action in asked[name]], action) for action in sorted(shown)
    }
    # An action that asks for nothing, because a policy can't be empty.
    without = {action: (case, {*needs.actions, HARMLESS} - {action}) for action, case in by_action.items()}
    real = {*sorted(shown - set(needs.optional))[-1:], *sorted(shown & set(needs.optional))[:1]}
    failures = runs.together({action: without[action] for action in real}) if real else {}
    failures |= runs.here({action: without[action] for action in shown - real})
    for action in sorted(shown):
        if action in needs.optional:
            assert failures[action] == [], f"{action} is said to be optional"
        else:
            assert [action in told for told in failures[action]] == [True], f"without {action}: {failures[action]}"


@pytest.mark.parametrize("use", list(IN_THE_STORE))
def test_what_is_listed_for_the_identity_store_is_enough_and_not_too_much(
    use: str, enforcing: str, tmp_path: Path
) -> None:
    case, listed_uses = IN_THE_STORE[use], NEEDED.roles["user_offboarding"]
    needed = {*NEEDED.of_role("account_guard").actions, "iam:GetAccountAuthorizationDetails"}
    for name in ("store_looking", "store_leaving", use):
        needed |= set(listed_uses[name].actions)
    if use == "store_deleting":
        # Whom a suspension has left nothing has nothing to lose.
        needed -= set(listed_uses["store_leaving"].actions)
    runs = Runs(enforcing, tmp_path, case.playbook)
    runs.asked()
    assert runs.together({"store": (case, needed)}) == {"store": []}
    assert runs.asked()["store"] == needed
    own = sorted(listed_uses[use].actions)
    failures = runs.here({action: (case, needed - {action}) for action in own})
    assert [[action in told for told in failures[action]] for action in own] == [[True] for _action in own]


@pytest.mark.parametrize("given", [set(), {PUBLISH}], ids=["denied", "allowed"])
def test_a_notification_needs_the_right_to_publish_and_nothing_else(
    given: set[str], enforcing: str, tmp_path: Path
) -> None:
    case = notifying(CASES["account_password_policy"])
    needed = set(listed(case).actions)
    runs = Runs(enforcing, tmp_path, case.playbook)
    runs.asked()
    # Without the right there is a warning, and the run does its work.
    assert runs.together({"caller": (case, needed | given)}) == {"caller": []}
    calls = [call for call in read_log(enforcing) if call.account == runs.accounts["caller"]]
    assert {call.action for call in calls} - needed == {HARMLESS, PUBLISH}
    assert {call.allowed for call in calls if call.action == PUBLISH} == {bool(given)}
