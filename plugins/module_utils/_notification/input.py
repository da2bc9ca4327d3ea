# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The variables of notifications, of every playbook: read, and everything wrong with them. Pure.

No problem quotes the URL of a webhook, which is a secret: whoever knows it can post there.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest, read_list, text_problem

TOPIC, WEBHOOK, ON, DAYS = "notify_sns_topic", "notify_webhook_url", "notify_on", "notify_expiring_days"
VARIABLES = (TOPIC, WEBHOOK, ON, DAYS)

CHANGED, FAILED, DRIFT = "changed", "failed", "drift"
PENDING, EXPIRING, PLANNED = "pending", "expiring", "planned"
EVENTS = (CHANGED, FAILED, DRIFT, PENDING, EXPIRING, PLANNED)
DEFAULT = (CHANGED, FAILED, DRIFT, EXPIRING)
DEFAULT_DAYS = 7
_MOST_DAYS = 365
# Names of topics: SNS API reference, CreateTopic.
_TOPIC = re.compile(r"arn:(aws[a-z-]*):sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?", re.ASCII)
_HERE = ("127.0.0.1", "localhost")
_URL_CHARACTERS = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True)
class Settings:
    """Where notifications go, and what about. Empty stands for what is not asked for."""

    topic: str = ""
    webhook: str = field(default="", repr=False)
    events: tuple[str, ...] = DEFAULT
    days: int = DEFAULT_DAYS

    def __bool__(self) -> bool:
        return bool(self.topic or self.webhook)

    @property
    def region(self) -> str:
        """The region of the topic."""
        return self.topic.split(":")[3]

    @property
    def host(self) -> str:
        """The host of the webhook: of its URL, this is no secret."""
        return str(urlsplit(self.webhook).hostname)


def read_settings(values: Mapping[str, t.Any], partition: str = "") -> tuple[Settings, list[str]]:
    """The settings, and a sentence for each variable that is wrong. A variable that is null or empty is left out.

    partition is the account's, if it is known.
    """
    given = {name: values[name] for name in VARIABLES if values.get(name) is not None and values[name] != ""}
    events, problems = _events(given.get(ON, DEFAULT))
    checks = {TOPIC: lambda value: _topic_problem(value, partition), WEBHOOK: webhook_problem, DAYS: _days_problem}
    problems += [f"{name}: {problem}" for name in checks if name in given and (problem := checks[name](given[name]))]
    if problems:
        return Settings(), problems
    days = int(given.get(DAYS, DEFAULT_DAYS))
    return Settings(given.get(TOPIC, ""), given.get(WEBHOOK, ""), events, days), []


def webhook_problem(value: object) -> str | None:
    """Why this can't be the URL of a webhook."""
    if not isinstance(value, str):
        return text_problem(value)
    found = _parts(value)
    if found is None or not found.hostname:
        return "is not a URL; it must look like https://hooks.example.com/…"
    if found.username is not None or found.password is not None:
        return "must not contain a user name or a password"
    if found.scheme == "https" or (found.scheme == "http" and found.hostname in _HERE):
        return None
    return "must begin with https://, because the URL and what is sent there are not for others to read"


def _parts(value: str) -> SplitResult | None:
    if not _URL_CHARACTERS.fullmatch(value):
        return None
    try:
        found = urlsplit(value)
        return found if found.port != 0 else None
    except ValueError:
        return None


def _topic_problem(value: object, partition: str) -> str | None:
    if not isinstance(value, str):
        return text_problem(value)
    found = _TOPIC.fullmatch(value)
    if not found:
        return (
            f"{value[:80]!r} is not the ARN of a topic of Amazon SNS, as in "
            "arn:aws:sns:eu-central-1:111122223333:cloudhsm-iam"
        )
    if partition and found[1] != partition:
        return f"the topic is in the partition {found[1]}, and the account in {partition}"
    return None


def _days_problem(value: object) -> str | None:
    right = not isinstance(value, bool) and re.fullmatch(r"[0-9]{1,3}", str(value), re.ASCII)
    return None if right and int(str(value)) <= _MOST_DAYS else f"must be a number of days, from 0 to {_MOST_DAYS}"


def _events(value: object) -> tuple[tuple[str, ...], list[str]]:
    words, problems = read_list(list(value) if isinstance(value, tuple) else value)
    problems += _unknown(words)
    return tuple(name for name in EVENTS if name in words), [f"{ON}: {problem}" for problem in problems]


def _unknown(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word not in EVENTS:
            near = nearest(word, EVENTS)
            meant = f"; did you mean {near[0]}?" if near else ""
            yield f"{word[:80]!r} is none of {', '.join(EVENTS)}{meant}"
