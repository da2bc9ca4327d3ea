# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The report as CSV, for spreadsheets and scripts: every cell is quoted, and none can be taken for a formula."""

from __future__ import annotations

import csv
import io
import typing as t
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import paths

# Text that begins with these makes spreadsheets calculate (OWASP, CSV Injection). Some skip spaces before it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell(value: object) -> str:
    """Return a value as text. If it looks like a formula, an apostrophe in front makes spreadsheets take it for text.

    A value that begins with an apostrophe gets another one, so removing the first apostrophe always gives the value.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("'", *_FORMULA)) or text.lstrip().startswith(_FORMULA) else text


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def _joined(names: Iterable[str]) -> str:
    return " ".join(names)


PERSON = (
    "account",
    "user",
    "arn",
    "created",
    "groups",
    "managed_policies",
    "inline_policies",
    "boundary",
    "administrator",
    "can_become_administrator",
    "password",
    "password_age",
    "password_last_used",
    "mfa",
    "active_access_keys",
    "oldest_access_key_age",
    "credentials_from",
)


def people(report: Mapping[str, t.Any]) -> str:
    """Return a line for each user, with a column for each of CloudHSM's actions."""
    actions = [action["name"] for action in report["actions"]]
    account = report["account"]["account_id"]
    return csv_text(
        [*PERSON, *actions, "administrator_ways", "access_paths"],
        (_person(account, user, actions) for user in report["users"]),
    )


def _person(account: str, user: Mapping[str, t.Any], actions: Sequence[str]) -> list[object]:
    have = user["credentials"]
    active = [key for key in have["access_keys"] or [] if key["active"]]
    return [
        account,
        user["name"],
        user["arn"],
        user["created"],
        _joined(user["groups"]),
        _joined(user["managed_policies"]),
        _joined(user["inline_policies"]),
        user["boundary"],
        user["administrator"],
        user["can_become_administrator"],
        have["password"],
        have["password_age"],
        have["password_last_used"],
        have["mfa"],
        None if have["access_keys"] is None else len(active),
        max((key["age"] for key in active if key["age"] is not None), default=None),
        have["source"],
        *(user["cloudhsm"][action] for action in actions),
        "; ".join(_way(way) for way in user["administrator_ways"]),
        "; ".join(map(paths.whole, user["access_paths"])),
    ]


def _way(way: Mapping[str, t.Any]) -> str:
    return f"{' + '.join(way['actions'])} ({way['on']}): {way['answer']}".strip()


def findings(report: Mapping[str, t.Any]) -> str:
    """Return a line for each subject of a finding, and then one for each accepted subject."""
    account = report["account"]["account_id"]
    heads = ("account", "severity", "rule", "title", "kind", "name", "detail", "run", "id", "cis", "accepted")
    risks = ("reason", "expires", "accepted_by")
    active = [risk for risk in report["accepted_risks"] if risk["state"] == "active"]
    return csv_text(
        [*heads, *risks],
        (
            [
                *(account, found["severity"], found["rule"], found["title"]),
                *(s["kind"], s["name"], s["detail"], s["run"], s["id"], _joined(found["cis"]), "reason" in found),
                *(found.get(name) for name in risks),
            ]
            for found in (*report["findings"], *active)
            for s in found["subjects"]
        ),
    )


def accounts(overview: Mapping[str, t.Any]) -> str:
    """Return a line for each account."""
    levels = ("critical", "high", "medium", "low", "info")
    numbers = ("users", "console_users_without_mfa", "cloudhsm_changers", "access_keys", "outside_every_group", "drift")
    ending = ("temporary_rights", "next_end")
    rows = []
    for account in overview["accounts"]:
        summary = account.get("summary") or {}
        counts = summary.get("findings", {})
        rows.append(
            [
                account.get("account_id"),
                account.get("account_alias"),
                account["host"],
                bool(summary),
                *(counts.get(level) for level in levels),
                len(summary["administrators"]) if summary else None,
                *(summary.get(number) for number in numbers),
                *((summary.get("temporary") or {}).get(name) for name in ("count", "next_end")),
            ]
        )
    return csv_text(["account", "alias", "host", "read", *levels, "administrators", *numbers, *ending], rows)
