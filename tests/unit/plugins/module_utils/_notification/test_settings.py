# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of notifications: what counts, what is refused, and that no message quotes the webhook's URL."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.input import (
    DEFAULT,
    EVENTS,
    Settings,
    read_settings,
    webhook_problem,
)
from hypothesis import given
from hypothesis import strategies as st

TOPIC = "arn:aws:sns:eu-central-1:111122223333:cloudhsm-iam"
URL = "https://hooks.example.com/services/T0/B0/canary"


def problems(**values: t.Any) -> list[str]:
    return read_settings(values)[1]


def test_what_is_left_out_has_a_default_and_nothing_is_sent_without_a_place() -> None:
    settings, wrong = read_settings({"notify_sns_topic": None, "notify_webhook_url": "", "notify_on": ""})
    assert (settings, wrong, bool(settings)) == (Settings(), [], False)
    settings, wrong = read_settings({"notify_webhook_url": URL, "notify_sns_topic": TOPIC})
    assert wrong == []
    assert (settings.events, settings.days, settings.host, settings.region) == (
        DEFAULT,
        7,
        "hooks.example.com",
        "eu-central-1",
    )
    assert URL not in repr(settings)


@pytest.mark.parametrize(
    ("given_events", "events"),
    [
        ("changed, failed", ("changed", "failed")),
        (["planned"], ("planned",)),
        ("expiring\ndrift", ("drift", "expiring")),
        ([], ()),
        ([*EVENTS], EVENTS),
    ],
)
def test_events_are_a_list_or_text(given_events: object, events: tuple[str, ...]) -> None:
    settings, wrong = read_settings({"notify_webhook_url": URL, "notify_on": given_events})
    assert (settings.events, wrong) == (events, [])


@pytest.mark.parametrize("days", [0, "0", 7, "30", 365])
def test_days_are_a_number(days: object) -> None:
    settings, wrong = read_settings({"notify_webhook_url": URL, "notify_expiring_days": days})
    assert (settings.days, wrong) == (int(str(days)), [])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"notify_sns_topic": "cloudhsm"}, "notify_sns_topic: 'cloudhsm' is not the ARN of a topic"),
        ({"notify_sns_topic": f"{TOPIC}:0123"}, "is not the ARN of a topic"),
        ({"notify_sns_topic": TOPIC.replace("sns", "sqs")}, "is not the ARN of a topic"),
        ({"notify_sns_topic": 12}, "notify_sns_topic: must be text, not a number"),
        ({"notify_webhook_url": True}, "notify_webhook_url: must be text, not a boolean"),
        ({"notify_on": ["failed", "exipring"]}, "did you mean expiring?"),
        ({"notify_on": {"changed": True}}, "notify_on: must be a list, not a dictionary"),
        ({"notify_expiring_days": -1}, "notify_expiring_days: must be a number of days, from 0 to 365"),
        ({"notify_expiring_days": 366}, "from 0 to 365"),
        ({"notify_expiring_days": True}, "from 0 to 365"),
        ({"notify_expiring_days": "1.5"}, "from 0 to 365"),
    ],
)
def test_what_is_wrong_is_told_by_the_variable(values: dict[str, t.Any], told: str) -> None:
    (problem,) = problems(**values)
    assert told in problem


def test_everything_wrong_is_told_at_once() -> None:
    wrong = problems(notify_sns_topic="x", notify_webhook_url="x", notify_on="x", notify_expiring_days="x")
    assert sorted(each.split(":")[0] for each in wrong) == [
        "notify_expiring_days",
        "notify_on",
        "notify_sns_topic",
        "notify_webhook_url",
    ]


def test_a_topic_of_another_partition_is_refused() -> None:
    assert read_settings({"notify_sns_topic": TOPIC}, "aws")[1] == []
    assert read_settings({"notify_sns_topic": TOPIC}, "aws-us-gov")[1] == [
        "notify_sns_topic: the topic is in the partition aws, and the account in aws-us-gov"
    ]


@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:8080/x", "http://localhost/x", "https://[2001:db8::1]:8443/x"])
def test_a_webhook_is_taken(url: str) -> None:
    assert webhook_problem(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/canary",
        "http://127.0.0.1.example.com/canary",
        "http://localhost@hooks.example.com/canary",
        "https://user:pw@hooks.example.com/canary",
        "ftp://hooks.example.com/canary",
        "file:///canary",
        "hooks.example.com/canary",
        "https:///canary",
        "https://hooks.example.com:0/canary",
        "https://hooks.example.com:99999/canary",
        "https://hooks.example.com:x/canary",
        "https://hooks.example.com/can ary",
        "https://hooks.example.com/canary\n",
        "https://[canary",
    ],
)
def test_a_webhook_is_refused_without_quoting_it(url: str) -> None:
    (problem,) = problems(notify_webhook_url=url)
    assert "canary" not in problem
    assert "example" not in problem.replace("https://hooks.example.com/…", "")


@given(st.text(max_size=60))
def test_no_text_is_quoted_whatever_it_is(text: str) -> None:
    told = webhook_problem(f"http://canary{text}")
    assert told
    assert "canary" not in told
    webhook_problem(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each, max_size=3)))
def test_any_value_is_read_or_refused(value: t.Any) -> None:
    for name in ("notify_sns_topic", "notify_webhook_url", "notify_on", "notify_expiring_days"):
        settings, wrong = read_settings({name: value})
        assert all(each.startswith(f"{name}: ") for each in wrong)
        assert not (wrong and settings)
