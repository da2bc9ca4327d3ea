# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""How long a client waits for an endpoint that has never answered."""

from __future__ import annotations

import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable

# Until an endpoint has answered once: tries, seconds for each to connect and to answer, and seconds after which there
# is no further try. An address with a typing error should not cost ten patient minutes.
FIRST_CONTACTS = 3
CONNECT_TIMEOUT = 10
FIRST_READ_TIMEOUT = 12
FIRST_CONTACT_LIMIT = 30
# Seconds for each answer later on; botocore's own default.
READ_TIMEOUT = 60
# Classes of botocore's for what another try can't mend: a certificate stays what it is.
HOPELESS = frozenset({"SSLError"})
# And for what means that there was no answer, all kinds of it.
NO_CONTACT = frozenset({"ConnectionError", "HTTPClientError"})


class FirstContact:
    """Ends the retries of a client whose endpoint has never answered. One that has answered gets all of them."""

    def __init__(self, client: t.Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.answered = False
        # Whoever set another timeout has a reason.
        self._read_timeout = FIRST_READ_TIMEOUT if client.meta.config.read_timeout == READ_TIMEOUT else None
        self._clock = clock
        self._started = clock()
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-call.{service}", self._before_call)
        client.meta.events.register(f"needs-retry.{service}", self._needs_retry)

    def _before_call(self, context: dict[str, t.Any], **_event: t.Any) -> None:
        """Have botocore wait less for an answer. Versions that can't do so have fewer tries in the time."""
        if self.answered:
            return
        self._started = self._clock()
        if self._read_timeout:
            context["read_timeout"] = self._read_timeout

    def _needs_retry(self, attempts: int, caught_exception: Exception | None, **_event: t.Any) -> None:
        """Raise the exception where there is to be no other try."""
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
