# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Conditions on the time of a call: whether they are met at a given time, and when that changes. Pure.

Each request has the keys aws:CurrentTime and aws:EpochTime. Values are ISO 8601 or seconds since 1970 (IAM User Guide,
"AWS global condition context keys" and "Date condition operators").
"""

from __future__ import annotations

import operator as compare
import typing as t
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import OPERATOR

CURRENT, EPOCH = "aws:currenttime", "aws:epochtime"
# A condition with "not" is met if none of its values is the time; any other, if one of its values fits.
_COMPARISONS: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "equals": compare.eq,
    "lessthan": compare.lt,
    "lessthanequals": compare.le,
    "greaterthan": compare.gt,
    "greaterthanequals": compare.ge,
}
# Some comparisons change at the time that they name, some a second later. Those for equality change at both.
_AT_ONCE, _FROM_THEN = ("lessthan", "greaterthanequals"), ("lessthanequals", "greaterthan")
_LAST_YEAR = 9999
Condition = Mapping[str, t.Any]


def at_time(condition: Condition, now: str) -> Condition | None:
    """Return the condition without its tests of the time that are met at this time; None if one is not met.

    Tests that can't be read stay in the condition. Without a valid time, all of it stays.
    """
    moment = read_time(now)
    if moment is None or not any(key.lower() in (CURRENT, EPOCH) for keys in condition.values() for key in keys):
        return condition
    kept: dict[str, dict[str, t.Any]] = {}
    for operator, keys in condition.items():
        for key, values in keys.items():
            met = _is_met(operator, key, values, moment)
            if met is False:
                return None
            if met is None:
                kept.setdefault(operator, {})[key] = values
    return kept


def changes(condition: Condition) -> Iterator[str]:
    """Yield the times from which the condition is met or no longer met, in the form of Caller.now."""
    for operator, keys in condition.items():
        for key, values in keys.items():
            found = _test(operator, key)
            for moment in (_times(values) or ()) if found else ():
                if found not in _FROM_THEN:
                    yield _text(moment)
                if found not in _AT_ONCE:
                    yield _text(moment if moment.year == _LAST_YEAR else moment + timedelta(seconds=1))


def _is_met(operator: str, key: str, values: object, moment: datetime) -> bool | None:
    name = OPERATOR.fullmatch(operator.lower())
    if key.lower() in (CURRENT, EPOCH) and name and name["name"] == "null":
        many = values if isinstance(values, (list, tuple)) else [values]
        return "false" in (str(value).lower() for value in many)
    test, times = _test(operator, key), _times(values)
    if not test or times is None:
        return None
    same = _COMPARISONS[test.removeprefix("not")]
    return any(same(moment, one) for one in times) != test.startswith("not")


def _test(operator: str, key: str) -> str:
    """Return the comparison, a key of _COMPARISONS with or without "not"; empty if it is no known test of the time."""
    found = OPERATOR.fullmatch(operator.lower())
    kinds = {CURRENT: ("date",), EPOCH: ("date", "numeric")}.get(key.lower(), ())
    for kind in kinds if found else ():
        name = found["name"] if found else ""
        if name.startswith(kind) and name.removeprefix(kind).removeprefix("not") in _COMPARISONS:
            return name.removeprefix(kind)
    return ""


def _times(values: object) -> list[datetime] | None:
    """Return the times; None if one of them can't be read."""
    times = [read_time(value) for value in (values if isinstance(values, (list, tuple)) else [values])]
    known = [one for one in times if one is not None]
    return known if len(known) == len(times) else None


def read_time(value: object) -> datetime | None:
    """Return a time from its form in policies; None if it is not a time."""
    text = str(value).strip()
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        read = datetime.fromisoformat(text)
    except (OverflowError, OSError, ValueError):
        return None
    try:
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except OverflowError:
        return None


def _text(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
