# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the table of docs/cloudhsm_policies.md, which are the cells that are tested, into the file that is given."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from policy_cells import ALWAYS_DENIED, OTHERS, OWN, REGION, VARIANTS, emulator_decides, expected, requests

BEGIN, END = "<!-- BEGIN_POLICY_TABLE -->", "<!-- END_POLICY_TABLE -->"
TITLES = {
    OWN: "In the region, with the named cluster and the tag",
    OTHERS: "With others' clusters, backups and roles, or without the tag",
    REGION: "In another region",
    ALWAYS_DENIED: "Never",
}


def lines() -> Iterator[str]:
    """The table, a part for each section."""
    rows = requests()
    enforced = sum(emulator_decides(wish, row) for wish in VARIANTS.values() for row in rows)
    yield (
        f"Catalogue of {catalogue.DATE}. {len(rows)} rows by {len(VARIANTS)} policies; {enforced} of the "
        f"{len(rows) * len(VARIANTS)} cells, those in bold, are also proven by enforcement."
    )
    for section, title in TITLES.items():
        yield from ("", f"### {title}", "")
        yield f"| | {' | '.join(VARIANTS)} |"
        yield f"| --- |{' --- |' * len(VARIANTS)}"
        for row in [row for row in rows if row.section == section]:
            cells = []
            for wish in VARIANTS.values():
                answer = "yes" if expected(wish, row) else "no"
                cells.append(f"**{answer}**" if emulator_decides(wish, row) else answer)
            yield f"| {row.label} | {' | '.join(cells)} |"


def main() -> None:
    page = Path(sys.argv[1])
    before, _old, after = page.read_text().replace(END, BEGIN).split(BEGIN)
    page.write_text("\n".join([before + BEGIN, *lines(), END + after]))


if __name__ == "__main__":
    main()
