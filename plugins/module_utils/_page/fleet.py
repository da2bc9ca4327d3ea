# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Shows many accounts in one table: which change, which do not, and which failed. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._page.item_lines import shown

# Variables in which the playbook keeps each host's result or failure.
DONE, FAILURE = "__bootstrap_done", "__bootstrap_organization_failure"
# The table shows this many characters of a failure. The playbook shows the whole text below the table.
_LONGEST = 100


class Account(t.NamedTuple):
    """One account: its host, its ID if known, its outcome, and its counts or its failure in one line."""

    host: str
    account_id: str
    became: str
    told: str


def accounts_of(hosts: Mapping[str, Mapping[str, t.Any]], check_mode: bool) -> list[Account]:
    """Return the accounts from the variables of their hosts, in the hosts' order."""
    return [_account(host, variables, check_mode) for host, variables in hosts.items()]


def _account(host: str, variables: Mapping[str, t.Any], check_mode: bool) -> Account:
    done = variables.get(DONE)
    result: Mapping[str, t.Any] = done if isinstance(done, Mapping) else {}
    number = str((result.get("account") or {}).get("account_id") or variables.get("account_id") or "")
    failure = variables.get(FAILURE)
    if failure is not None or not result or result.get("failed"):
        text = " ".join(str(failure or "did not run").split())
        return Account(host, number, "failed", text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
    became = ("to change" if check_mode else "changed") if result.get("changed") else "unchanged"
    return Account(host, number, became, _count(result.get("lines") or ()))


def _count(lines: Sequence[t.Any]) -> str:
    """Return the counts at the end of a plan; empty without a plan."""
    return next((line for line in map(str, lines) if line.startswith(("Plan: ", "Done: "))), "").partition(": ")[2]


def table(accounts: Sequence[Account]) -> Iterator[str]:
    """Yield a line for each account, failed accounts last."""
    rows = [(shown(each.host), shown(each.account_id or "-"), each.became, each.told) for each in _sorted(accounts)]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        text = "".join(c if c.isprintable() else "?" for c in row[3])
        yield "  ".join([*cells, text]).rstrip()


def _sorted(accounts: Sequence[Account]) -> list[Account]:
    return sorted(accounts, key=lambda each: each.became == "failed")


def total(accounts: Sequence[Account], check_mode: bool) -> str:
    """Return how many accounts have each outcome, with the hosts that failed."""
    number = {became: sum(each.became == became for each in accounts) for became in _KINDS}
    changed = f"{number['to change']} to change" if check_mode else f"{number['changed']} changed"
    of_all = f"{len(accounts)} account{'' if len(accounts) == 1 else 's'}"
    told = f"{of_all}: {changed}, {number['unchanged']} unchanged, {number['failed']} failed"
    failed = [shown(each.host) for each in accounts if each.became == "failed"]
    return f"{told} ({', '.join(failed)})" if failed else told


_KINDS = ("to change", "changed", "unchanged", "failed")
