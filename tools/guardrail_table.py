# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the tables of docs/guardrails.md, whose cells are those that are tested, into the file that is given."""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.document import text_of
from guardrail_cells import OTHERS, PEOPLE, POLICY, Person, Request, allowed_after, allowed_before, requests
from rendering import render, replace_part


def title(option: str) -> str:
    """What a guard rail promises, by its variable."""
    rails = [rail for rail in (*catalogue.RAILS, catalogue.REGIONS, catalogue.BREAK_GLASS) if rail.option == option]
    return f"`cloudhsm_guardrails_{option}`: {', '.join(rail.title for rail in rails)}" if option else OTHERS


def cell(person: Person, row: Request) -> str:
    """Whether somebody can do it, and whether the guard rails change that."""
    before, after = (("no", "yes")[way(person, row)] for way in (allowed_before, allowed_after))
    return before if before == after else f"{before} → **{after}**"


def part() -> str:
    """The tables, one for each guard rail."""
    rows = requests()
    options = dict.fromkeys(row.option for row in rows)
    sections = {
        title(option): [(row.label, *(cell(person, row) for person in PEOPLE)) for row in rows if row.option == option]
        for option in options
    }
    return render(
        Path(__file__).with_name("guardrail_table.md.j2"),
        date=catalogue.DATE,
        rows=len(rows),
        people=[person.name for person in PEOPLE],
        size=f"{len(text_of(POLICY)):,}",
        limit=f"{catalogue.DOCUMENT_LIMIT:,}",
        sections=sections,
    )


if __name__ == "__main__":
    replace_part(Path(sys.argv[1]), "GUARDRAIL_TABLE", part())
