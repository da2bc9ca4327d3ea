# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the table of docs/cloudhsm_policies.md, whose cells are tested, into the given file."""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish
from policy_cells import ALWAYS_DENIED, OTHERS, OWN, REGION, VARIANTS, Request, emulator_decides, expected, requests
from rendering import render, replace_part

TITLES = {
    OWN: "In the region, with the named cluster and the tag",
    OTHERS: "With others' clusters, backups and roles, or without the tag",
    REGION: "In another region",
    ALWAYS_DENIED: "Never",
}


def cell(wish: Wish, row: Request) -> str:
    """Whether the policy allows it; bold if enforcement in moto also proves it."""
    answer = "yes" if expected(wish, row) else "no"
    return f"**{answer}**" if emulator_decides(wish, row) else answer


def part() -> str:
    """The table, with a part for each section."""
    rows = requests()
    sections = {
        title: [(row.label, *(cell(wish, row) for wish in VARIANTS.values())) for row in rows if row.section == section]
        for section, title in TITLES.items()
    }
    return render(
        Path(__file__).with_name("policy_table.md.j2"),
        date=catalogue.DATE,
        rows=len(rows),
        variants=list(VARIANTS),
        enforced=sum(emulator_decides(wish, row) for wish in VARIANTS.values() for row in rows),
        sections=sections,
    )


if __name__ == "__main__":
    replace_part(Path(sys.argv[1]), "POLICY_TABLE", part())
