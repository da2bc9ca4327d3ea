# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluates IAM policies with iam-simulate, a third-party program.

moto can't: it treats every resource as *, treats a condition that is not met as a denial, and knows few operators.
tools/simulator.sh installs iam-simulate. It shares no code with our policies or the access report.
"""

from __future__ import annotations

import atexit
import functools
import json
import subprocess
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / ".simulator" / "decide.mjs"

# AWS's condition keys of a request. Keys without a value are left out.
Context = Mapping[str, t.Any]
Policy = Mapping[str, t.Any]


class Request(t.NamedTuple):
    """A call: its action, its resource's ARN or *, and its condition keys."""

    action: str
    resource: str
    context: Context


def decide(
    policies: Iterable[Policy],
    requests: Iterable[Request],
    *,
    limits: Iterable[Policy] | None = None,
    controls: Iterable[Iterable[Policy]] = (),
    trust: Policy | None = None,
    real: bool = False,
) -> list[bool]:
    """Whether these policies of somebody in account 123456789012 together allow each of the requests.

    limits are the permissions boundary. controls are service control policies: those of the root, of each
    organizational unit below it, and of the account. trust is the trust policy of the role that the requests are about;
    without one it leaves that to the account's policies. With real, actions, resources, keys and policies are checked
    against AWS's reference: what can't be raises ValueError, and keys that an action does not know are left out.
    """
    asked = {
        "policies": list(policies),
        "limits": None if limits is None else list(limits),
        "controls": [list(level) for level in controls],
        "trust": trust,
        "requests": [(action, resource, _plain(context)) for action, resource, context in requests],
        "real": real,
    }
    process = _process()
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline() or '{"error": "iam-simulate ended; run tools/simulator.sh"}')
    if "error" in answer:
        raise ValueError(answer["error"])
    found: list[bool] = answer["answers"]
    return found


def allows(policies: Iterable[Policy], action: str, resource: str, context: Context, *, real: bool = False) -> bool:
    """Whether these policies together allow one request; see decide."""
    (answer,) = decide(policies, [Request(action, resource, context)], real=real)
    return answer


def _plain(context: Context) -> dict[str, str | list[str]]:
    """The context with strings as values, as iam-simulate needs it."""
    return {key: [*map(_text, value)] if _is_many(value) else _text(value) for key, value in context.items()}


def _is_many(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@functools.cache
def _process() -> subprocess.Popen[str]:
    """The iam-simulate process, which lives as long as this one."""
    process = subprocess.Popen(["node", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    return process
