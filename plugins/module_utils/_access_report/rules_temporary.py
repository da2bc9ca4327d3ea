# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Findings about temporary rights, which end by themselves. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from datetime import timedelta

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import Facts, Finding, Subject
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.remedies import Command, Run
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.temporary import (
    CENTER_GROUP,
    CENTER_USER,
    ENDED,
    ENDLESS,
    LONGER,
    RUNNING,
    UNKNOWN,
    Assignment,
    Policies,
    Temporary,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.times import read_time

_HOLDERS = {CENTER_USER: "user", CENTER_GROUP: "group", UNKNOWN: "people who could not be read"}
_DELETE = (
    "aws sso-admin delete-account-assignment --instance-arn {instance} --permission-set-arn {set} "
    "--principal-type {type} --principal-id {principal} --target-type AWS_ACCOUNT --target-id {account}"
)


def without_end(facts: Facts) -> Finding:
    states = (ENDLESS, LONGER)
    found = [
        _subject(one, f"{_seems(one)}, but {_counts(one)}", _take_away(facts, one))
        for one in facts.temporary
        if one.state(facts.clock) in states
    ]
    return Finding(
        "temporary_without_end",
        "high",
        "Rights that look temporary but do not end when they should",
        "The condition on the time was removed or changed, so AWS allows more than the name and the tags say.",
        tuple(found),
        "Take each right away with its command, and run your playbook again to give it with its end",
    )


def administrators(facts: Facts) -> Finding:
    found = [
        _subject(one, f"administrator until {one.until}{_why(one)}", _take_away(facts, one))
        for one in facts.temporary
        if one.administrator and one.state(facts.clock) == RUNNING
    ]
    return Finding(
        "temporary_administrator",
        "medium",
        "Temporary administrators",
        "They can do everything until then, including making the right permanent. Check that each is still needed.",
        tuple(found),
    )


def for_long(facts: Facts) -> Finding:
    last = (read_time(facts.clock) or facts.now) + timedelta(days=facts.max_temporary)
    found = []
    for one in facts.temporary:
        end = read_time(one.until)
        if end and end > last and one.state(facts.clock) == RUNNING:
            found.append(_subject(one, f"ends on {one.until}{_why(one)}", _earlier(one)))
    return Finding(
        "temporary_for_long",
        "medium",
        f"Temporary rights that end more than {facts.max_temporary} days ahead",
        "A right that lasts so long is as good as permanent, and nobody checks it.",
        tuple(found),
        "In your variables, set an earlier until for each of them, and run the playbook that gives it",
    )


def ended(facts: Facts) -> Finding:
    found = [
        _subject(one, f"ended on {one.until}{_why(one)}", _take_away(facts, one))
        for one in facts.temporary
        if one.state(facts.clock) == ENDED
    ]
    return Finding(
        "temporary_ended",
        "low",
        "Temporary rights that have ended and are still listed",
        "They allow nothing any more. The next run of the playbook that gave them removes them.",
        tuple(found),
    )


RULES: Sequence[Callable[[Facts], Finding]] = (without_end, administrators, for_long, ended)


def _subject(one: Temporary, detail: str, run: Run) -> Subject:
    if isinstance(one.by, Policies):
        left = "" if one.by.attached else "; its policies are not attached"
        return Subject(one.holder, f"member of {one.gives}: {detail}{left}", run, "user", f"temporary/{one.gives}")
    holder = f"{_HOLDERS[one.holder_kind]} {one.holder}".strip()
    return Subject(one.by.permission_set, f"assigned to {holder}: {detail}", run, "permission_set", holder)


def _seems(one: Temporary) -> str:
    return f"said to end on {one.told}" if one.told else "looks temporary"


def _counts(one: Temporary) -> str:
    if one.until:
        return f"its policies end it on {one.until}"
    return "nothing ends it"


def _why(one: Temporary) -> str:
    return f" ({'; '.join(one.reasons)})" if one.reasons else ""


def _take_away(facts: Facts, one: Temporary) -> Run:
    """Return what takes the right away: commands, or the playbook if the assignment could not be read."""
    if isinstance(one.by, Policies):
        commands = [
            f"aws iam detach-user-policy --user-name {shlex.quote(one.holder)} --policy-arn {shlex.quote(arn)}; "
            f"aws iam delete-policy --policy-arn {shlex.quote(arn)}"
            for arn in one.by.arns
        ]
        return "; ".join(commands)
    if not one.by.instance or not one.by.principal:
        return "In the management account, with your variables: ansible-playbook cloudhsm.iam.identity_center_access"
    words = {
        "instance": one.by.instance,
        "set": one.by.arn,
        "type": one.by.principal_type,
        "principal": one.by.principal,
        "account": facts.snapshot.caller.account_id,
    }
    return Command(_DELETE, words)


def _earlier(one: Temporary) -> str:
    if isinstance(one.by, Assignment):
        return "Set an earlier until in the assignment, and run: ansible-playbook cloudhsm.iam.identity_center_access"
    name = shlex.quote(one.holder)
    return f"Set an earlier until in temporary_groups of {name}, and run: ansible-playbook cloudhsm.iam.provision_users"
