# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kills a run in this process at one of its writes."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from helpers.moto.answers import is_write
from helpers.moto.in_process import Account


class KilledError(BaseException):
    """The run ends here, and nothing runs after it."""


@contextmanager
def killed_at(number: int, *, after: bool) -> Iterator[None]:
    """No call gets through from this write on; it itself only where the run is killed after it."""
    answer, count = Account.answer, 0

    def kill(self: Account, action: str, request: t.Any) -> t.Any:
        nonlocal count
        count += is_write(action)
        if count > number or (count == number and not after and is_write(action)):
            raise KilledError
        made = answer(self, action, request)
        if count == number and is_write(action):
            count += 1
        return made

    with mock.patch.object(Account, "answer", kill):
        yield
