# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Seals the password of one user, in an order that loses nothing wherever the run is stopped.

First, a tag records that a sealing has begun, so the next run seals again. Then each store gets its half and keeps the
previous one. Only then is the password set. Finally, the halves are marked as set, and the tag records when.
"""

from __future__ import annotations

import secrets
import time
import typing as t
from collections.abc import Callable, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, error_code, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BREAK_GLASS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.sealing import SEALED, SEALING
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import time_of_answer
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.input import said
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import SealPlan, StoreOptions
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.apply import StoppedError, had_no_effect
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import PasswordKeeper
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.apply import SETTLING, SETTLING_WAITS
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Change

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# Seconds between reads of a tag that was just written: IAM may return its previous value for a while.
WAITS = (0.0, 0.5, 1.0, 2.0, 4.0)


class Sealer:
    """Seals one user's password. keepers make and keep the halves, one keeper for each store."""

    def __init__(
        self,
        iam: IAMClient,
        planned: SealPlan,
        keepers: Sequence[PasswordKeeper],
        stores: Sequence[StoreOptions],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._iam = iam
        self._user = planned.plan.name
        # IAM does not find a user that was just created for some seconds.
        self._waits = SETTLING_WAITS if planned.plan.before is None else ()
        self._begin, self._setting, self._end = planned.plan.changes[-3:]
        self._halves = tuple(zip(keepers, stores, strict=True))
        self._sleep = sleep
        self._note = f"{SEALING} {secrets.token_hex(8)}"
        self._done: list[Change] = []

    def seal(self) -> list[Change]:
        """Make the calls and return them. Raises StoppedError."""
        try:
            self._seal()
        except StoreError as exc:
            raise StoppedError(str(exc), self._done) from exc
        except AWS_ERRORS as exc:
            raise StoppedError(sentence(exc, f"seal the password of {self._user}"), self._done) from exc
        return self._done

    def _seal(self) -> None:
        self._tag(self._note)
        self._done.append(self._begin)
        password = self._stored()
        if not self._is_alone():
            self._put_back()
            raise StoreError(self._disturbed())
        when = self._set(password)
        self._done.append(self._setting)
        self._for_each(lambda keeper: keeper.was_set())
        if not self._is_alone():
            # The other run may have recorded its password as sealed, although this run has replaced it.
            self._tag(self._note)
            raise StoreError(self._disturbed())
        self._tag(f"{SEALED} {when}")
        self._done.append(self._end)

    def _stored(self) -> str:
        """Return a new password whose halves are already in their stores."""
        parts: list[str] = []
        try:
            self._for_each(lambda keeper: parts.append(keeper.password()))
        except StoreError:
            self._put_back(len(parts))
            raise
        return "".join(parts)

    def _set(self, password: str) -> str:
        """Set the password and return AWS's time of the call. If AWS refuses, put back the stores' previous halves."""
        params: dict[str, t.Any] = {**self._setting.params, "Password": password}
        try:
            try:
                answer = self._call(self._setting.operation, params)
            except self._iam.exceptions.EntityAlreadyExistsException:
                # Created in the meantime, or by an attempt whose answer was lost.
                answer = self._call("update_login_profile", params)
        except AWS_ERRORS as exc:
            if had_no_effect(exc):
                self._put_back()
            raise
        return time_of_answer(answer)

    def _put_back(self, number: int | None = None) -> None:
        for keeper, _store in self._halves[:number]:
            keeper.was_not_set()

    def _for_each(self, work: Callable[[PasswordKeeper], None]) -> None:
        for keeper, store in self._halves:
            try:
                work(keeper)
            except StoreError as exc:
                raise StoreError(said(str(exc), store.label)) from exc

    def _is_alone(self) -> bool:
        """Whether no other run has begun to seal the same user in the meantime."""
        for wait in WAITS:
            self._sleep(wait)
            pages = self._iam.get_paginator("list_user_tags").paginate(UserName=self._user)
            if any(tag == {"Key": BREAK_GLASS, "Value": self._note} for page in pages for tag in page["Tags"]):
                return True
        return False

    def _disturbed(self) -> str:
        return f"another run is sealing {self._user} at the same time; run again when it has ended"

    def _tag(self, value: str) -> None:
        self._call("tag_user", {"UserName": self._user, "Tags": tag_list({BREAK_GLASS: value})})

    def _call(self, operation: str, params: dict[str, t.Any]) -> dict[str, t.Any]:
        waits = iter(self._waits)
        while True:
            try:
                return t.cast("dict[str, t.Any]", getattr(self._iam, operation)(**params))
            except self._iam.exceptions.ClientError as exc:
                wait = next(waits, None) if error_code(exc) in SETTLING else None
                if wait is None:
                    raise
                self._sleep(wait)
