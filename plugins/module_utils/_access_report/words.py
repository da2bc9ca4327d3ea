# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Turns extents in each kind of session into one word. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import Extent, Rights

NO, CONDITIONAL, SOME, YES = "no", "conditional", "some", "yes"
# The same three, but only with MFA.
CONDITIONAL_MFA, SOME_MFA, MFA = "conditional_mfa", "some_mfa", "mfa"
ANSWERS = (NO, CONDITIONAL, SOME, YES, CONDITIONAL_MFA, SOME_MFA, MFA)
WITHOUT_MFA = frozenset({CONDITIONAL, SOME, YES})

# From the least to the most. What is allowed without MFA ranks above what needs MFA.
RANKS = {word: rank for rank, word in enumerate((NO, CONDITIONAL_MFA, SOME_MFA, MFA, CONDITIONAL, SOME, YES))}


def answer(rights: Rights, questions: Iterable[int], every: bool = False) -> str:
    """Return one word for questions that belong together, such as those about an action on clusters and on backups.

    With every, all of them have to be allowed.
    """
    return word(extents_of(rights, questions, every))


def extents_of(rights: Rights, questions: Iterable[int], every: bool = False) -> tuple[Extent, ...]:
    """Return how far questions that belong together are allowed, in each kind of session."""
    by_question = [rights.extents(question) for question in questions]
    return tuple(_joined(extents, every) for extents in zip(*by_question, strict=True))


def word(extents: Sequence[Extent]) -> str:
    """Return one word for extents in each kind of session.

    One word can't say that more is possible with MFA than without. It then says the most that is possible, and not that
    this needs MFA: better to report too much than too little.
    """
    without = max(extent for session, extent in zip(Session, extents, strict=True) if session is not Session.MFA)
    most = max(extents)
    plain = (NO, CONDITIONAL, SOME, YES)
    with_mfa = (NO, CONDITIONAL_MFA, SOME_MFA, MFA)
    return (plain if without is not Extent.NONE else with_mfa)[most]


def _joined(extents: Sequence[Extent], every: bool) -> Extent:
    if every or len(set(extents)) == 1:
        return min(extents)
    return min(max(extents), Extent.SOME)
