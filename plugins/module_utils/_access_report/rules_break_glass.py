# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Findings about break-glass users, whose passwords are sealed for emergencies. Pure.

The credential report says when a password was last used and last changed. AWS makes a new one at most every four hours
(IAM User Guide, "Generate credential reports for your AWS account"). A use is a sign-in to an AWS website with the
password (IAM API reference, User: PasswordLastUsed). So the report shows a use up to four hours late, and calls in a
session of an older sign-in do not count.
"""

from __future__ import annotations

import datetime
import json
import shlex
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import Facts, Finding, Subject
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BREAK_GLASS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.sealing import sealed_at

# After so many days, the password has to be sealed again, which also shows that sealing still works.
SEALED_DAYS = 365
# AWS does not take the times in the credential report and in the tag at the same moment.
TOLERANCE_MINUTES = 1
RESEAL = "ansible-playbook cloudhsm.iam.reseal_break_glass -e @break_glass.yml"


def used(facts: Facts) -> Finding:
    """Find break-glass users whose password was used or changed after it was sealed."""
    return Finding(
        "break_glass_used",
        "critical",
        "Break-glass users that were used",
        "Their password was used or changed after it was sealed. If nobody knows of an emergency, somebody has both "
        "halves of the password. Otherwise it is time to seal a new one.",
        tuple(subject for person in _people(facts) for subject in _uses(person)),
        RESEAL,
    )


def _uses(person: Person) -> Iterator[Subject]:
    sealed, have = sealed_at(person.user.tags), person.credentials
    if sealed is None:
        return
    latest = sealed + datetime.timedelta(minutes=TOLERANCE_MINUTES)
    for when, what in (
        (have.password_used, "signed in with the password"),
        (have.password_changed, "password changed"),
    ):
        if when is not None and when > latest:
            detail = f"{what} {_stamp(when)}, after it was sealed {_stamp(sealed)}"
            yield _subject(person, detail, _reseal(person), what.split()[0])


def not_ready(facts: Facts) -> Finding:
    """Find break-glass users without a sealed password or MFA, with an old seal, or with an active access key."""
    return Finding(
        "break_glass_not_ready",
        "high",
        "Break-glass users that are not as they should be",
        "They have a way in beside the sealed password, or nobody can be sure that the seal holds or opens.",
        tuple(subject for person in _people(facts) for subject in _flaws(person, facts)),
        "Do for each of these users what its detail says",
    )


def _flaws(person: Person, facts: Facts) -> Iterator[Subject]:
    sealed, have = sealed_at(person.user.tags), person.credentials
    days = facts.days(sealed)
    max_age = int((facts.snapshot.password_policy or {}).get("MaxPasswordAge", 0))
    if sealed is None or have.password is False:
        yield _subject(person, "the password is not sealed", _reseal(person), "not sealed")
    elif days is not None and days > min(max_age or SEALED_DAYS, SEALED_DAYS):
        expiry = f", and passwords expire after {max_age} days" if 0 < max_age < SEALED_DAYS else ""
        yield _subject(person, f"was sealed {days} days ago{expiry}", _reseal(person), "old")
    keys = [key for key in have.keys or () if key.active]
    if keys:
        number = "an active access key" if len(keys) == 1 else f"{len(keys)} active access keys"
        name = person.user.name
        yield _subject(person, f"has {number}", f"Delete the active access keys of {name}, which need no seal", "keys")
    if have.mfa is False:
        run = f"Register a hardware key for {person.user.name}, and keep it apart from both halves of the password"
        yield _subject(person, "has no MFA device", run, "mfa")


def _people(facts: Facts) -> list[Person]:
    return [person for person, _access in facts.people() if BREAK_GLASS in person.user.tags]


def _subject(person: Person, detail: str, run: str, item: str) -> Subject:
    return Subject(person.user.name, detail, run, item=item)


def _reseal(person: Person) -> str:
    return f"{RESEAL} -e {shlex.quote(json.dumps({'break_glass_users': [person.user.name]}))}"


def _stamp(when: datetime.datetime) -> str:
    return when.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
