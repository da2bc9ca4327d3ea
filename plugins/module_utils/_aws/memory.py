# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What the parts of one plan share: their clients, and what AWS has answered while they look."""

from __future__ import annotations

import copy
import json
import typing as t
from collections.abc import Callable

_KEY = "cloudhsm_iam_memory_key"
# Calls that change nothing begin like this, in each of AWS's services that is used here.
_READS = ("Get", "List", "Describe")


class Memory:
    """Answers a read that was made before from memory, until it is told to forget, which whoever writes has to do."""

    def __init__(self) -> None:
        self._clients: dict[t.Hashable, t.Any] = {}
        self._answers: dict[str, tuple[t.Any, t.Any]] = {}
        self._remembers = True

    def client(self, key: t.Hashable, make: Callable[[], t.Any]) -> t.Any:
        """The client with this key, made where there is none yet."""
        if key not in self._clients:
            client = self._clients[key] = make()
            service = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-call.{service}", self._answer)
            # First, because botocore decodes policies in answers, and will do so again where it gets them from here.
            client.meta.events.register_first(f"after-call.{service}", self._remember)
        return self._clients[key]

    def forget(self) -> None:
        """Ask AWS again from now on."""
        self._remembers = False
        self._answers.clear()

    def _answer(self, model: t.Any, params: dict[str, t.Any], context: dict[str, t.Any], **_event: t.Any) -> t.Any:
        if not self._remembers or not model.name.startswith(_READS):
            return None
        asked = [model.service_model.service_name, model.name, params["url_path"], params["query_string"]]
        key = context[_KEY] = json.dumps([*asked, params["body"]], sort_keys=True, default=str)
        # What is given out may be changed by whoever gets it.
        return copy.deepcopy(self._answers[key]) if key in self._answers else None

    def _remember(self, http_response: t.Any, parsed: t.Any, context: dict[str, t.Any], **_event: t.Any) -> None:
        if self._remembers and _KEY in context and http_response.status_code < 300:
            self._answers.setdefault(context[_KEY], (_Status(http_response.status_code), copy.deepcopy(parsed)))


class _Status(t.NamedTuple):
    """All that botocore wants to know of an answer that it has not made itself."""

    status_code: int
