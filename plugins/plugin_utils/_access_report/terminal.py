# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The users of a report as a text table, one line for each user. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import ACTIONS, LEVELS
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import paths, temporary

User = Mapping[str, t.Any]
HEADS = ("user", "groups", "CloudHSM", "by", "console", "MFA", "keys", "last active")
# Maximum widths in characters. The other columns are short.
WIDEST = {"user": 28, "groups": 26, "by": 32}
# Maximum number of characters of a line about a temporary right, whose reason can be long.
LONGEST = 160
UNKNOWN = "?"
NO = "no"


def lines(report: Mapping[str, t.Any], most: int, everyone: bool) -> list[str]:
    """Return the table of at most so many users, with totals. Without everyone, only users with access are listed."""
    account = report["account"]
    center = [_from_center(user) for user in report["identity_center"]["users"]]
    users = [user for user in [*report["users"], *center] if everyone or has_access(user)]
    rows = [cells(user) for user in users[:most]]
    widths = [max(len(row[place]) for row in (HEADS, *rows)) for place in range(len(HEADS))]
    alias = f" ({account['account_alias']})" if account.get("account_alias") else ""
    return [
        f"Account {account['account_id']}{alias} at {report['generated_at']}",
        *([_aligned(HEADS, widths), *(_aligned(row, widths) for row in rows)] if rows else []),
        *_totals(report, users, most),
    ]


def _from_center(user: User) -> User:
    """Return an Identity Center user in the form of an IAM user. The account does not know how it signs in."""
    unknown = {"password": None, "mfa": None, "access_keys": None, "password_last_used": None}
    return {**user, "groups": [f"{one['name']} (set)" for one in user["permission_sets"]], "credentials": unknown}


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _totals(report: Mapping[str, t.Any], users: Sequence[User], most: int) -> Iterator[str]:
    if len(users) > most:
        yield f"… and {len(users) - most} more"
    everybody = report["users"]
    administrators = sum(user["administrator"] != NO for user in everybody)
    with_access = sum(map(has_access, everybody))
    number = f"{len(everybody)} user{'' if len(everybody) == 1 else 's'}"
    yield f"{number}: {with_access} with access to CloudHSM, {administrators} of them administrators"
    yield from (_cut(line, LONGEST) for line in temporary.lines(report, most))
    found = report["identity_center"]
    if found["state"] == "read":
        yield f"IAM Identity Center: {len(found['users'])} people, {sum(map(has_access, found['users']))} with access"
    elif found["state"] == "unknown":
        yield str(found["note"])
    yield str(report["service_control_policies"]["note"])
    yield from (f"Not read: {gap}" for gap in report["not_read"])


def has_access(user: User) -> bool:
    """Whether the user is an administrator or can call any CloudHSM action, under whatever conditions."""
    return user["administrator"] != NO or any(answer != NO for answer in user["cloudhsm"].values())


def cells(user: User) -> tuple[str, ...]:
    """Return the cells of a user's line."""
    have = user["credentials"]
    keys = have["access_keys"]
    active = [key for key in keys or () if key["active"]]
    used = [have["password_last_used"], *(key["last_used"] for key in active)]
    return (
        _cut(user["name"], WIDEST["user"]),
        _names(user["groups"], WIDEST["groups"]),
        level(user),
        _by(user),
        _known(have["password"]),
        _known(have["mfa"]),
        UNKNOWN if keys is None else str(len(active)),
        _days(min((days for days in used if days is not None), default=None)),
    )


def _by(user: User) -> str:
    """Return the path that opens the most actions, and how many others exist."""
    words, more = paths.best(user["access_paths"])
    return _cut(words, WIDEST["by"] - len(_more(more))) + _more(more) if words else "-"


def level(user: User) -> str:
    """Return what the user can do with CloudHSM: the highest covered level of this collection or of the guide."""
    if user["administrator"] != NO:
        return f"administrator{_how([user['administrator']])}"
    allowed = {f"cloudhsm:{name}": answer for name, answer in user["cloudhsm"].items() if answer != NO}
    if not allowed:
        return "none"
    for place in range(len(LEVELS) - 1, -1, -1):
        for needed in _actions(LEVELS[: place + 1]):
            if needed <= allowed.keys():
                return f"{LEVELS[place]}{_how(allowed[name] for name in needed)}"
    return f"{len(allowed)} of {len(ACTIONS)} actions{_how(allowed.values())}"


def _actions(levels: Sequence[str]) -> list[set[str]]:
    """Return the actions of these levels: in hardened policies, without those that need an option, and in the guide."""
    return [
        {action.name for action in ACTIONS if action.hardened in levels and not action.option},
        {action.name for action in ACTIONS if action.guide in levels},
    ]


def _how(answers: Iterable[str]) -> str:
    """Return what limits the answers, if anything does."""
    found = list(answers)
    told = ["partly"] if any(answer.startswith(("some", "conditional")) for answer in found) else []
    told += ["with MFA"] if all(answer.endswith("mfa") for answer in found) else []
    return f" ({', '.join(told)})" if told else ""


def _known(value: bool | None) -> str:
    return UNKNOWN if value is None else "yes" if value else NO


def _days(days: int | None) -> str:
    """Return how long ago that was; a dash if the report has no ages or the user was never active."""
    if days is None:
        return "-"
    return "today" if days == 0 else f"{days} day{'s' if days > 1 else ''} ago"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _names(names: Sequence[str], width: int) -> str:
    """Return as many names as fit, and how many more exist."""
    if not names:
        return "-"
    shown = list(names)
    while len(text := ", ".join(shown) + _more(len(names) - len(shown))) > width and len(shown) > 1:
        shown.pop()
    return text if len(text) <= width else _cut(shown[0], width - len(_more(len(names) - 1))) + _more(len(names) - 1)


def _more(number: int) -> str:
    return f" +{number}" if number else ""
