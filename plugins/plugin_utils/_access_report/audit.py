# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What a report shows, when it fails, and the lines about accepted risks and earlier reports. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import SEVERITIES

Report = Mapping[str, t.Any]
NEVER = "never"


def shown(report: Report, least: str) -> dict[str, t.Any]:
    """Return the report with only the findings of this severity and above. Its totals still count all findings.

    Accepted risks stay, because a person has decided on each of them.
    """
    kept = SEVERITIES[: SEVERITIES.index(least) + 1]
    counts = report["summary"]["findings"]
    made = {
        **report,
        "findings": [finding for finding in report["findings"] if finding["severity"] in kept],
        "min_severity": least,
        "hidden": {level: counts[level] for level in SEVERITIES if level not in kept and counts[level]},
    }
    if report.get("difference"):
        found = report["difference"]["findings"]
        less = {name: [one for one in each if one["severity"] in kept] for name, each in found.items()}
        made["difference"] = {**report["difference"], "findings": less}
    return made


def failing(report: Report, limit: str) -> str | None:
    """Return why a report fails, or None. Accepted risks don't count."""
    if limit == NEVER:
        return None
    counts = report["summary"]["findings"]
    found = [f"{counts[level]} {level}" for level in SEVERITIES[: SEVERITIES.index(limit) + 1] if counts[level]]
    account = report["account"]["account_id"]
    return f"Account {account} has findings of severity {limit} or above: {', '.join(found)}" if found else None


def counted(counts: Mapping[str, int]) -> str:
    """Return the numbers of findings by severity, in words."""
    return ", ".join(f"{count} {level}" for level, count in counts.items() if count)


def accepted_lines(risks: Sequence[Mapping[str, t.Any]]) -> Iterator[str]:
    """Yield a line for each acceptance that has expired, or that names subjects that were not found."""
    for risk in risks:
        by = f"accepted by {risk['accepted_by']}"
        if risk["state"] == "expired":
            ids = ", ".join(subject["id"] for subject in risk["subjects"])
            now = f"these are findings again: {ids}" if ids else "nothing of it is found any more"
            yield f"{risk['rule']}: the acceptance expired on {risk['expires']} ({by}); {now}"
        elif risk["not_found"]:
            ids = ", ".join(risk["not_found"])
            yield f"{risk['rule']}: accepted but not found in this report ({by}): {ids}"


def difference_line(difference: Mapping[str, t.Any]) -> str:
    """Return the difference from an earlier report in one line."""
    found = difference["findings"]
    return (
        f"Since the report of {difference['generated_at']}: findings {len(found['new'])} new, {len(found['gone'])} "
        f"gone, {len(found['accepted'])} accepted, {len(found['no_longer_accepted'])} no longer accepted; "
        f"users with other rights {len(difference['users'])}"
    )


def rights(changes: Sequence[Mapping[str, str]]) -> list[str]:
    """Return changes of a user's rights, the same changes together: no → yes: CreateHsm, DeleteHsm."""
    together: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        together.setdefault((change["before"], change["after"]), []).append(change["right"])
    return [f"{before} → {after}: {', '.join(names)}" for (before, after), names in together.items()]
