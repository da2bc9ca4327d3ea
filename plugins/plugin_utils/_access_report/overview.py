# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The overview of several accounts' reports. It has their day and not their time, to stay the same while they do."""

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Callable, Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import html, markdown, tables

Result = Mapping[str, t.Any]
SEVERITIES = ("critical", "high")
_RENDERERS: Mapping[str, Callable[[Mapping[str, t.Any]], str]] = {
    "html": html.accounts_page,
    "md": markdown.accounts_page,
    "csv": tables.accounts,
    "json": lambda overview: json.dumps(overview) + "\n",
}


def render(accounts: Mapping[str, Result], formats: Iterable[str]) -> dict[str, str]:
    """Names of files and what is in them, from the results by host; the result of an unread account is empty."""
    overview = overview_of(accounts)
    # Findings of single accounts are in their own files of the other formats.
    return {f"access-report-overview.{kind}": _RENDERERS[kind](overview) for kind in formats if kind in _RENDERERS}


def overview_of(accounts: Mapping[str, Result]) -> dict[str, t.Any]:
    """What every format shows."""
    findings = [
        {"account_id": account["account_id"], **{key: finding[key] for key in ("severity", "title", "count")}}
        for account in accounts.values()
        for finding in account.get("findings", [])
        if finding["severity"] in SEVERITIES
    ]
    findings.sort(key=lambda finding: (SEVERITIES.index(finding["severity"]), finding["account_id"]))
    days = [account["generated_at"][:10] for account in accounts.values() if "generated_at" in account]
    kept = [_account(host, account) for host, account in accounts.items()]
    return {"accounts": kept, "findings": findings, "generated_at": max(days, default="never")}


def _account(host: str, account: Result) -> dict[str, t.Any]:
    pages = [os.path.basename(path) for path in account.get("files", []) if path.endswith(".html")]
    kept = ("account_id", "account_alias", "summary")
    return {"host": host, "file": pages[0] if pages else None, **{key: account.get(key) for key in kept}}
