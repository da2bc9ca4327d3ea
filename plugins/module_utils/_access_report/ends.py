# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds when the rights that users have now end because of conditions on the time. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Access, Evaluator
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import NO

# The account is evaluated again at this many times at most. The report does not say when later rights end.
MOST = 10
ADMINISTRATOR, CAN_BECOME = "administrator", "can_become_administrator"


class Ends:
    """Evaluates the account at the times at which rights in it may end: none if no condition is on the time."""

    def __init__(self, snapshot: Snapshot, evaluator: Evaluator) -> None:
        self._snapshot = snapshot
        self._changes = {name: evaluator.changes(person) for name, person in snapshot.users.items()}
        self._times = sorted({time for times in self._changes.values() for time in times})[:MOST]
        self._then: dict[str, Evaluator] = {}

    def of(self, person: Person, access: Access) -> dict[str, str]:
        """Return the times at which the user's rights end, by right."""
        ends: dict[str, str] = {}
        held = {right for right, word in _rights(access).items() if word != NO}
        for time in self._changes[person.user.name]:
            if held <= ends.keys() or time not in self._times:
                break
            then = _rights(self._at(time).user(person))
            ends.update((right, time) for right in sorted(held - ends.keys()) if then[right] == NO)
        return ends

    def _at(self, time: str) -> Evaluator:
        if time not in self._then:
            caller = replace(self._snapshot.caller, now=time)
            self._then[time] = Evaluator(replace(self._snapshot, caller=caller))
        return self._then[time]


def _rights(access: Access) -> Mapping[str, str]:
    return {ADMINISTRATOR: access.administrator, CAN_BECOME: access.can_become_administrator, **access.cloudhsm}
