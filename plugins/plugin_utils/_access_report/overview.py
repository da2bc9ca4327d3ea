# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The overview of several accounts' reports. It shows their day, not their time, to stay the same while they do."""

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Callable, Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import (
    html,
    markdown,
    root_users,
    tables,
)

Result = Mapping[str, t.Any]
SEVERITIES = ("critical", "high")
_RENDERERS: Mapping[str, Callable[[Mapping[str, t.Any]], str]] = {
    "html": html.accounts_page,
    "md": markdown.accounts_page,
    "csv": tables.accounts,
    "json": lambda overview: json.dumps(overview) + "\n",
}


def render(
    accounts: Mapping[str, Result], formats: Iterable[str], audit: Mapping[str, t.Any] | None = None
) -> dict[str, str]:
    """Return the files' contents by name, from the results by host. An account that was not read has an empty result.

    audit is that of root users, if one was given.
    """
    overview = overview_of(accounts, audit)
    # SARIF has no overview: the findings are in the accounts' own files.
    made = {f"access-report-overview.{kind}": _RENDERERS[kind](overview) for kind in formats if kind in _RENDERERS}
    if audit and "csv" in formats:
        made["access-report-overview-root-users.csv"] = root_users.csv(overview["root_users"])
    return made


def overview_of(accounts: Mapping[str, Result], audit: Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Return what every format shows."""
    findings = [
        {"account_id": account["account_id"], **{key: finding[key] for key in ("severity", "title", "count")}}
        for account in accounts.values()
        for finding in account.get("findings", [])
        if finding["severity"] in SEVERITIES
    ]
    findings.sort(key=lambda finding: (SEVERITIES.index(finding["severity"]), finding["account_id"]))
    days = [account["generated_at"][:10] for account in accounts.values() if "generated_at" in account]
    kept = [_account(host, account) for host, account in accounts.items()]
    return {
        "accounts": kept,
        "findings": findings,
        "accepted_risks": _accepted(accounts.values()),
        "root_users": root_users.described(audit) if audit else None,
        "generated_at": max(days, default="never"),
    }


def _accepted(accounts: Iterable[Result]) -> list[dict[str, t.Any]]:
    """Return the accepted risks of all accounts: the expired ones first, then those that expire next."""
    names = ("rule", "severity", "title", "state", "reason", "expires", "accepted_by", "count")
    found = [
        {"account_id": account["account_id"], **{name: risk[name] for name in names}}
        for account in accounts
        for risk in account.get("accepted_risks", [])
    ]
    return sorted(found, key=lambda risk: (risk["expires"], risk["account_id"], risk["rule"]))


def _account(host: str, account: Result) -> dict[str, t.Any]:
    pages = [os.path.basename(path) for path in account.get("files", []) if path.endswith(".html")]
    kept = ("account_id", "account_alias", "summary")
    return {"host": host, "file": pages[0] if pages else None, **{key: account.get(key) for key in kept}}
