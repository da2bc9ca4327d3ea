# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The overview of several accounts' access reports as a filter."""

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Callable, Mapping, Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import html, markdown, tables

DOCUMENTATION = r"""
name: access_report_overview
short_description: One page about the access reports of several accounts
version_added: 1.0.0
author:
  - cloudhsm.iam contributors
description:
  - Puts what the role C(access_report) leaves in C(access_report_result) on several hosts together, as a text to be
    written to a file beside the accounts' own pages.
  - It has the day of the reports and not the time, so that it stays the same for as long as the accounts do.
options:
  _input:
    description:
      - A dictionary a host, with C(host) and, unless the account could not be read, the C(access_report_result).
    type: list
    elements: dict
    required: true
  format:
    description: What the text is to be.
    type: str
    choices: [html, md, csv, json]
    default: html
"""

EXAMPLES = r"""
- name: Write an overview
  ansible.builtin.copy:
    content: "{{ [{'host': 'one'} | combine(access_report_result)] | cloudhsm.iam.access_report_overview }}"
    dest: reports/access-report-overview.html
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The text.
  type: str
"""

RENDERERS: Mapping[str, Callable[[Mapping[str, t.Any]], str]] = {
    "html": html.accounts_page,
    "md": markdown.accounts_page,
    "csv": tables.accounts,
    "json": lambda overview: json.dumps(overview) + "\n",
}
SEVERITIES = ("critical", "high")


def access_report_overview(accounts: t.Any, format: str = "html") -> str:
    """The overview as a text. Raises AnsibleFilterError for what it can't be made of."""
    if format not in RENDERERS:
        raise AnsibleFilterError(f"format: {format!r} is none of {', '.join(RENDERERS)}")
    if not isinstance(accounts, Sequence) or not all(isinstance(one, Mapping) and "host" in one for one in accounts):
        raise AnsibleFilterError("The overview is made from a list of dictionaries with a host in each")
    return RENDERERS[format](_overview(accounts))


def _overview(accounts: Sequence[Mapping[str, t.Any]]) -> dict[str, t.Any]:
    kept = [_account(account) for account in accounts]
    findings = [
        {
            "account_id": account["account_id"],
            "severity": finding["severity"],
            "title": finding["title"],
            "count": finding["count"],
        }
        for account in accounts
        for finding in account.get("findings", [])
        if finding["severity"] in SEVERITIES
    ]
    days = [account["generated_at"][:10] for account in accounts if "generated_at" in account]
    findings.sort(key=lambda finding: (SEVERITIES.index(finding["severity"]), finding["account_id"]))
    return {"accounts": kept, "findings": findings, "generated_at": max(days, default="never")}


def _account(account: Mapping[str, t.Any]) -> dict[str, t.Any]:
    pages = [os.path.basename(path) for path in account.get("files", []) if path.endswith(".html")]
    kept = ("account_id", "account_alias", "summary")
    return {"host": account["host"], "file": pages[0] if pages else None, **{key: account.get(key) for key in kept}}


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"access_report_overview": access_report_overview}
