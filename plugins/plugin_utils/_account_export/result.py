# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What the action returns of an export: counts, paths, and the lines that people read. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping


def shortened(
    read: Mapping[str, t.Any],
    folder: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    check_mode: bool,
) -> dict[str, t.Any]:
    """The result of an export whose files were written, or would be."""
    left = dict(sorted(Counter(each["kind"] for each in read["not_exported"]).items()))
    written = {"changed": dict(before) != dict(after), "folder": folder, "files": list(after)}
    kept = {"counts": read["counts"], "not_exported": left, "not_read": read["not_read"]}
    fact = {**written, **kept, "account_id": read["account"]["account_id"]}
    return {
        **written,
        **kept,
        "account": read["account"],
        "lines": _lines(read, left, written, check_mode),
        "facts": {"account_export_result": fact},
    }


def diff(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """What Ansible shows with --diff."""
    return [
        {"before": before[path], "after": after[path], "before_header": path, "after_header": path}
        for path in after
        if before[path] != after[path]
    ]


def _lines(
    read: Mapping[str, t.Any], left: Mapping[str, int], written: Mapping[str, t.Any], check_mode: bool
) -> list[str]:
    counts = read["counts"]
    lines = [
        f"Account {read['account']['account_id']}: {counts['exported_users']} of {counts['users']} users and "
        f"{counts['exported_groups']} of {counts['groups']} groups exported"
    ]
    if read["not_read"]:
        lines.append(f"This export is partial. {'; '.join(read['not_read'])}")
    if left:
        lines.append(f"Not exported: {', '.join(f'{kind} {count}' for kind, count in left.items())}")
    variables, others, *access = written["files"]
    verb = ("would be" if check_mode else "are") if written["changed"] else "are, unchanged,"
    lines += [f"The variables {verb} in {variables}", f"What is not exported is listed in {others}"]
    return [*lines, *(f"The variables for IAM Identity Center {verb} in {path}; review them first" for path in access)]
