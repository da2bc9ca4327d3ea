# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Limits how long a client waits for an endpoint that has never answered."""

from __future__ import annotations

import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable

# Until an endpoint first answers: number of tries, seconds to connect, seconds to wait for a response, and seconds
# after which no further try starts. Otherwise a typo in an address costs ten minutes.
FIRST_CONTACTS = 3
CONNECT_TIMEOUT = 10
FIRST_READ_TIMEOUT = 12
FIRST_CONTACT_LIMIT = 30
# Seconds to wait for later responses; also botocore's default.
READ_TIMEOUT = 60
# botocore exceptions that a retry can't fix, such as a bad certificate.
HOPELESS = frozenset({"SSLError"})
# Base classes of botocore's exceptions for an endpoint that did not answer.
NO_CONTACT = frozenset({"ConnectionError", "HTTPClientError"})


class FirstContact:
    """Ends retries early while the endpoint has never answered; after its first answer, all retries apply."""

    def __init__(self, client: t.Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.answered = False
        # Keep a timeout that the user set.
        self._read_timeout = FIRST_READ_TIMEOUT if client.meta.config.read_timeout == READ_TIMEOUT else None
        self._clock = clock
        self._started = clock()
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-call.{service}", self._before_call)
        client.meta.events.register(f"needs-retry.{service}", self._needs_retry)

    def _before_call(self, context: dict[str, t.Any], **_event: t.Any) -> None:
        """Shorten botocore's read timeout for this call. Versions that ignore it get fewer tries in the same time."""
        if self.answered:
            return
        self._started = self._clock()
        if self._read_timeout:
            context["read_timeout"] = self._read_timeout

    def _needs_retry(self, attempts: int, caught_exception: Exception | None, **_event: t.Any) -> None:
        """Raise the exception if there should be no further try."""
        if caught_exception is None:
            self.answered = True
        elif self.answered or not _is_a(caught_exception, NO_CONTACT):
            return
        elif (
            _is_a(caught_exception, HOPELESS)
            or attempts >= FIRST_CONTACTS
            or self._clock() - self._started >= FIRST_CONTACT_LIMIT
        ):
            raise caught_exception


def _is_a(exc: Exception, names: frozenset[str]) -> bool:
    return any(kind.__name__ in names for kind in type(exc).__mro__)
