# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Parses the filters of the history: times, caller, object, accounts. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import read_account_ids
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.location import location_problem

SPEC: dict[str, dict[str, t.Any]] = {
    "history": {"type": "str"},
    "since": {"type": "str"},
    "until": {"type": "str"},
    "caller": {"type": "str"},
    "object_name": {"type": "str"},
    "account_ids": {"type": "list", "elements": "str", "default": []},
    "most": {"type": "int", "default": 100},
    "variables_prefix": {"type": "str", "default": ""},
}
# More entries are too many for an Ansible result.
MOST = 10_000
_AGE = re.compile(r"(\d{1,6}) *([mhdw])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """Which entries to return. Times are in seconds since 1970. None and empty values set no limit."""

    since: float | None = None
    until: float | None = None
    caller: str = ""
    object_name: str = ""
    account_ids: frozenset[str] = frozenset()
    most: int = 100


def read_filters(params: Mapping[str, t.Any], now: float) -> tuple[Filters, list[str]]:
    """Return the filters, and a sentence for each invalid option."""
    prefix = str(params.get("variables_prefix") or "")
    problems = [f"{option_called('history', prefix)}: {problem}" for problem in _location_problems(params)]
    times: dict[str, float | None] = {}
    for name in ("since", "until"):
        given = params.get(name)
        times[name] = _moment(str(given), now, end=name == "until") if given else None
        if given and times[name] is None:
            problems.append(
                f"{called(name, prefix)}: {given!r} is not a time; give a day, such as 2026-03-31, a time in UTC, such "
                "as 2026-03-31T12:00:00Z, or an age, such as 7d"
            )
    since, until = times["since"], times["until"]
    if since is not None and until is not None and since > until:
        problems.append(f"{called('until', prefix)}: is before {called('since', prefix)}")
    ids, wrong = read_account_ids(params.get("account_ids") or [])
    problems += [f"{called('account_ids', prefix)}: {problem}" for problem in wrong]
    most = params.get("most", 100)
    if not 1 <= most <= MOST:
        problems.append(f"{called('most', prefix)}: must be between 1 and {MOST}, not {most}")
    texts = {name: str(params.get(name) or "") for name in ("caller", "object_name")}
    return Filters(since, until, texts["caller"], texts["object_name"], frozenset(ids), most), problems


def option_called(option: str, prefix: str) -> str:
    """Return an option's name for messages. The playbook takes the location from plan_history, as runs do."""
    return "plan_history" if prefix and option == "history" else called(option, prefix)


def _location_problems(params: Mapping[str, t.Any]) -> Iterator[str]:
    location = params.get("history")
    if not location:
        yield "is missing; name a folder, or s3://BUCKET/PREFIX"
    elif problem := location_problem(str(location)):
        yield problem


def _moment(text: str, now: float, end: bool) -> float | None:
    """Return the time in seconds since 1970; None for other text. A day is its first moment, or its last with end."""
    text = text.strip()
    age = _AGE.fullmatch(text)
    if age:
        return now - timedelta(**{_UNITS[age[2]]: int(age[1])}).total_seconds()
    if "W" in text:
        # Python reads weeks of ISO 8601, such as 2026-W14, as their first day.
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if end and _DAY.fullmatch(text):
            moment += timedelta(days=1, microseconds=-1)
        return moment.timestamp()
    except (ValueError, OverflowError):
        return None
