# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Shares clients and AWS's responses between the parts of one plan."""

from __future__ import annotations

import copy
import json
import typing as t
from collections.abc import Callable

_KEY = "cloudhsm_iam_memory_key"
# Prefixes of read-only calls in all AWS services used here.
_READS = ("Get", "List", "Describe")


class Memory:
    """Caches responses to reads. Call forget before the first write."""

    def __init__(self) -> None:
        self._clients: dict[t.Hashable, t.Any] = {}
        self._answers: dict[str, tuple[t.Any, t.Any]] = {}
        self._remembers = True

    def client(self, key: t.Hashable, make: Callable[[], t.Any]) -> t.Any:
        """The client with this key, created on first use."""
        if key not in self._clients:
            client = self._clients[key] = make()
            service = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-call.{service}", self._answer)
            # First, because botocore decodes the policies in a response, and does so again with a response from the
            # cache.
            client.meta.events.register_first(f"after-call.{service}", self._remember)
        return self._clients[key]

    def forget(self) -> None:
        """Empty the cache and stop caching."""
        self._remembers = False
        self._answers.clear()

    def _answer(self, model: t.Any, params: dict[str, t.Any], context: dict[str, t.Any], **_event: t.Any) -> t.Any:
        if not self._remembers or not model.name.startswith(_READS):
            return None
        asked = [model.service_model.service_name, model.name, params["url_path"], params["query_string"]]
        key = context[_KEY] = json.dumps([*asked, params["body"]], sort_keys=True, default=str)
        # A copy, because callers may change it.
        return copy.deepcopy(self._answers[key]) if key in self._answers else None

    def _remember(self, http_response: t.Any, parsed: t.Any, context: dict[str, t.Any], **_event: t.Any) -> None:
        if self._remembers and _KEY in context and http_response.status_code < 300:
            self._answers.setdefault(context[_KEY], (_Status(http_response.status_code), copy.deepcopy(parsed)))


class _Status(t.NamedTuple):
    """The only part of an HTTP response that botocore reads when a before-call handler answers."""

    status_code: int
