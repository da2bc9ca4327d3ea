# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which call meets which fault."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from helpers.moto.answers import (
    SERVICE_FAILURE,
    SERVICE_UNAVAILABLE,
    THROTTLING,
    Answer,
    error,
    is_write,
    no_such_entity,
)

Moment = Literal["before", "after"]


@dataclass(frozen=True)
class Faults:
    """What goes wrong. Shares are of all calls, from 0 to 1."""

    # Seconds that each call takes longer; calls side by side wait side by side.
    latency: float = 0.0
    # A token bucket: calls a second, and how many may come at once.
    throttle: tuple[float, int] | None = None
    # Answered 500 or 503: before the server saw the call, or after it did what was asked.
    errors: float = 0.0
    errors_after: float = 0.0
    # The actions that are answered so; none means all.
    only: frozenset[str] = frozenset()
    # Dropped connections, before and after.
    resets: float = 0.0
    resets_after: float = 0.0
    # Seconds for which a user, group or login profile just made is not found, and the share of them that is slow.
    settling: float = 0.0
    settling_share: float = 1.0
    # Share of answers to GetAccountAuthorizationDetails that are cut short, and what is lost: the marker of the
    # next page, the second half of the body, or the lists.
    cut_pages: float = 0.0
    cut: Literal["marker", "body", "lists"] = "marker"
    # Objects on a page of GetAccountAuthorizationDetails. moto itself gives everything at once.
    page_size: int | None = None
    # At which write call (the first is 1) on_kill is called, before it reaches the server or after the server
    # did it. The client gets no answer.
    kill: tuple[int, Moment] | None = None
    on_kill: Callable[[], None] | None = field(default=None, compare=False)


NO_FAULTS = Faults()


def faults_from_json(text: str) -> Faults:
    """The faults of a command line."""
    given: dict[str, Any] = json.loads(text)
    for name in ("throttle", "kill"):
        if given.get(name):
            given[name] = tuple(given[name])
    return Faults(**given)


class Draw(NamedTuple):
    """What chance has in store for one call."""

    error: Answer | None
    error_after: bool
    reset: bool
    reset_after: bool
    cut: bool
    settles_slowly: bool


class Refusal(NamedTuple):
    """A call that goes wrong: by which fault, and the answer if there is one."""

    fault: str
    answer: Answer | None


class Rules:
    """Faults applied to calls. Not thread-safe: for one event loop."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self.faults = faults
        self._seed = seed
        self._seen: Counter[tuple[str, str]] = Counter()
        self._settled_at: dict[tuple[str, str], float] = {}
        self._writes = 0
        self._tokens = float(faults.throttle[1]) if faults.throttle else 0.0
        self._filled_at: float | None = None

    def draw(self, action: str, params: Mapping[str, str]) -> Draw:
        """What happens to this call.

        Drawn for each action and name by itself, because threads make calls in another order each time, and the
        same seed has to give the same faults all the same.
        """
        key = (action, params.get("UserName") or params.get("GroupName") or "")
        self._seen[key] += 1
        chance = random.Random(f"{self._seed}:{key}:{self._seen[key]}")
        faults = self.faults
        fails = chance.random() < faults.errors and (not faults.only or action in faults.only)
        unavailable = chance.random() < 0.5
        return Draw(
            error=(SERVICE_UNAVAILABLE if unavailable else SERVICE_FAILURE) if fails else None,
            error_after=chance.random() < faults.errors_after and (not faults.only or action in faults.only),
            reset=chance.random() < faults.resets,
            reset_after=chance.random() < faults.resets_after,
            cut=chance.random() < faults.cut_pages,
            settles_slowly=chance.random() < faults.settling_share,
        )

    def before(self, action: str, params: Mapping[str, str], draw: Draw, now: float) -> Refusal | None:
        """What keeps the call from reaching the server, if anything does."""
        if self._throttled(now):
            return Refusal("throttle", THROTTLING)
        if draw.reset:
            return Refusal("reset", None)
        if draw.error:
            return Refusal("error", draw.error)
        settling = self._settling(action, params, now)
        return Refusal("settling", settling) if settling else None

    def after(self, draw: Draw) -> Refusal | None:
        """What keeps the server's answer from reaching the client, if anything does."""
        if draw.reset_after:
            return Refusal("reset_after", None)
        return Refusal("error_after", SERVICE_FAILURE) if draw.error_after else None

    def kill(self, action: str) -> Moment | None:
        """Whether this is the call at which the client dies. Call it once for each call that gets this far."""
        if self.faults.kill is None or not is_write(action):
            return None
        self._writes += 1
        number, moment = self.faults.kill
        return moment if self._writes == number else None

    def note_made(self, action: str, params: Mapping[str, str], draw: Draw, now: float) -> None:
        """Take note of a call that succeeded: what it made may settle slowly."""
        if not self.faults.settling or not draw.settles_slowly:
            return
        kind = {"CreateUser": "UserName", "CreateGroup": "GroupName", "CreateLoginProfile": "LoginProfile"}.get(action)
        if kind:
            name = params["UserName" if kind == "LoginProfile" else kind]
            self._settled_at[kind, name] = now + self.faults.settling

    def hidden(self, kind: Literal["UserName", "GroupName"], now: float) -> frozenset[str]:
        """Names that are there but not shown yet."""
        return frozenset(name for (of, name), until in self._settled_at.items() if of == kind and until > now)

    def _is_hidden(self, kind: str, name: str, now: float) -> bool:
        return self._settled_at.get((kind, name), 0.0) > now

    def _settling(self, action: str, params: Mapping[str, str], now: float) -> Answer | None:
        user = params.get("UserName", "")
        # Names are given away at once: making the same again is refused by the server.
        if action != "CreateUser" and self._is_hidden("UserName", user, now):
            return no_such_entity(f"The user with name {user} cannot be found.")
        group = params.get("GroupName", "")
        if action != "CreateGroup" and self._is_hidden("GroupName", group, now):
            return no_such_entity(f"The group with name {group} cannot be found.")
        if action == "CreateLoginProfile" or not self._is_hidden("LoginProfile", user, now):
            return None
        if action == "GetLoginProfile":
            return no_such_entity(f"Login Profile for User {user} cannot be found.")
        if not is_write(action):
            return None
        return error(
            409,
            "EntityTemporarilyUnmodifiable",
            f"Login Profile for User {user} cannot be modified while login profile is being created.",
        )

    def _throttled(self, now: float) -> bool:
        if self.faults.throttle is None:
            return False
        rate, burst = self.faults.throttle
        since = 0.0 if self._filled_at is None else now - self._filled_at
        self._filled_at = now
        self._tokens = min(float(burst), self._tokens + since * rate)
        if self._tokens < 1:
            return True
        self._tokens -= 1
        return False
