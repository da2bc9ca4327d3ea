# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about break-glass users: used, changed, and not as they should be."""

from __future__ import annotations

import dataclasses
import datetime
import json
import shlex
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import AccessKey, Credentials
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BREAK_GLASS, PROTECTED
from helpers.accounts import samples

SEALED = samples.NOW - datetime.timedelta(days=30)
TAG = SEALED.strftime("sealed %Y-%m-%dT%H:%M:%SZ")
RULES = ("break_glass_used", "break_glass_not_ready")
GOOD = Credentials(password=True, password_changed=SEALED, mfa=True, keys=(), source="credential_report", reported=True)


def details(tag: str = TAG, **have: t.Any) -> dict[str, list[str]]:
    """By rule, what is said of a break-glass user who is in order but for this."""
    person = samples.person("break-glass")
    user = dataclasses.replace(person.user, tags={PROTECTED: "true", BREAK_GLASS: tag})
    person = dataclasses.replace(person, user=user, credentials=dataclasses.replace(GOOD, **have))
    made = make_report(samples.snapshot([person]), Wanted(), samples.NOW)
    return {
        finding["rule"]: [subject["detail"] for subject in finding["subjects"]]
        for finding in made["findings"]
        if finding["rule"] in RULES and finding["subjects"]
    }


def after(**time: float) -> datetime.datetime:
    return SEALED + datetime.timedelta(**time)


def test_one_in_order_has_no_finding() -> None:
    assert details() == {}
    # Used before it was sealed, and noted in the same minute as the tag.
    assert details(password_used=after(days=-1), password_changed=after(seconds=30)) == {}
    # Nothing is known of it.
    assert details(password=None, password_changed=None, mfa=None, keys=None) == {}


def test_one_that_was_used_after_it_was_sealed_is_the_worst_that_there_is() -> None:
    told = details(password_used=after(days=2))["break_glass_used"]
    assert len(told) == 1
    assert told[0].startswith("signed in with the password ")
    assert "after it was sealed" in told[0]
    assert details(password_changed=after(minutes=5))["break_glass_used"][0].startswith("password changed ")
    # Nobody knows whether a password that is not sealed was used.
    assert list(details("sealing abc", password_used=after(days=2))) == ["break_glass_not_ready"]


@pytest.mark.parametrize(
    ("tag", "have", "told"),
    [
        ("sealing 0123", {}, ["the password is not sealed"]),
        ("sealed yesterday", {}, ["the password is not sealed"]),
        (TAG, {"password": False}, ["the password is not sealed"]),
        (TAG, {"mfa": False}, ["has no MFA device"]),
        (TAG, {"keys": (AccessKey(True, "AKIAIOSFODNN7EXAMPLE"),)}, ["has an active access key"]),
        (TAG, {"keys": (AccessKey(True, "A"), AccessKey(True, "B"))}, ["has 2 active access keys"]),
        (TAG, {"keys": (AccessKey(False, "A"),)}, None),
        ("sealed 2020-01-01T00:00:00Z", {"password_changed": None}, ["was sealed", "days ago"]),
    ],
)
def test_what_is_not_as_it_should_be(tag: str, have: dict[str, t.Any], told: list[str] | None) -> None:
    said = details(tag, **have)
    if told is None:
        assert said == {}
        return
    (detail,) = said["break_glass_not_ready"]
    assert all(words in detail for words in told)
    assert list(said) == ["break_glass_not_ready"]


@pytest.mark.parametrize(("max_age", "told"), [(0, None), (90, None), (29, "was sealed 30 days ago, and passwords")])
def test_one_whose_password_has_expired_is_told(max_age: int, told: str | None) -> None:
    person = samples.person("break-glass", tags={BREAK_GLASS: TAG}, password_changed=SEALED, password_used=None)
    policy = {"MinimumPasswordLength": 14, **({"MaxPasswordAge": max_age} if max_age else {})}
    made = make_report(samples.snapshot([person], password_policy=policy), Wanted(), samples.NOW)
    found = [each for each in made["findings"] if each["rule"] == "break_glass_not_ready" and each["subjects"]]
    assert bool(found) == bool(told)
    assert not told or found[0]["subjects"][0]["detail"].startswith(told)


def test_the_finding_has_the_command_that_seals_anew() -> None:
    person = samples.person("it's me,you")
    user = dataclasses.replace(person.user, tags={BREAK_GLASS: TAG})
    used = dataclasses.replace(GOOD, password_used=after(days=1))
    made = make_report(
        samples.snapshot([dataclasses.replace(person, user=user, credentials=used)]), Wanted(), samples.NOW
    )
    finding = next(each for each in made["findings"] if each["rule"] == "break_glass_used")
    assert finding["severity"] == "critical"
    words = shlex.split(finding["run"])
    assert words[:4] == ["ansible-playbook", "cloudhsm.iam.reseal_break_glass", "-e", "@break_glass.yml"]
    assert json.loads(words[-1]) == {"break_glass_users": ["it's me,you"]}


def test_others_are_no_break_glass_users() -> None:
    made = make_report(samples.team(), Wanted(), samples.NOW)
    assert not [each for each in made["findings"] if each["rule"] in RULES and each["subjects"]]
