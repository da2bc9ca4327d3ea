# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What is sent: a subject, a text, and the fields of a webhook's body. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.input import (
    CHANGED,
    DRIFT,
    FAILED,
    PLANNED,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.model import UNCHANGED, Right, Told

FORMAT = 1
# Subjects are shorter than 100 characters (SNS API reference, Publish). Of the rest the service takes 256 KB, which
# nobody reads.
SUBJECT_LENGTH = 99
_LINES = 30
_LINE_LENGTH = 200
_NAMES = 30
# The characters that Slack reads as the start of mentions and links, as its documentation says to write them
# ("Formatting text for app surfaces", "Escaping text"). Mattermost and Teams show them as the characters, too.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Mattermost reads @channel, @all, @here and @NAME as mentions, except after a letter or digit, as in e-mail addresses.
_MENTION = re.compile(r"(?<![^\W_])@")
# It can't be seen, and no line breaks there.
_WORD_JOINER = "\u2060"
_OUTCOMES = {
    FAILED: "failed",
    DRIFT: "found drift",
    CHANGED: "changed the account",
    PLANNED: "would change the account",
    UNCHANGED: "changed nothing",
}


def subject(told: Told) -> str:
    """The subject of an e-mail: printable ASCII in one line."""
    text = f"cloudhsm.iam: {told.kind} {_OUTCOMES[told.outcome]}, {told.account_id or 'account unknown'}"
    ending = len(told.rights)
    if ending:
        text += f", {ending} temporary {'right ends' if ending == 1 else 'rights end'}"
    return "".join(each if " " <= each <= "~" else "?" for each in text)[:SUBJECT_LENGTH]


def text(told: Told) -> str:
    """The message that people read."""
    return "\n".join(_lines(told))


def body(told: Told) -> dict[str, t.Any]:
    """The body for a webhook, as docs/notification.schema.json says. Chat programs show its field text."""
    return {
        "text": _without_mentions(text(told)),
        "format": FORMAT,
        "kind": told.kind,
        "outcome": told.outcome,
        "events": told.events,
        "account_id": told.account_id or None,
        "account_name": told.account_name or None,
        "check_mode": told.check_mode,
        "at": told.at,
        "lines": list(_shortened(told.lines)),
        "reason": _cut(told.reason) or None,
        "pending": list(told.pending[:_NAMES]),
        "expiring": [dict(right._asdict()) for right in told.rights[:_NAMES]],
        "approval": told.approval,
    }


def _without_mentions(message: str) -> str:
    """Return a message that mentions nobody: names and reasons may be chosen by others, and name a whole channel."""
    return _MENTION.sub(f"@{_WORD_JOINER}", message.translate(_ENTITIES))


def _lines(told: Told) -> Iterator[str]:
    name = f" ({told.account_name})" if told.account_name else ""
    account = f"account {told.account_id}{name}" if told.account_id else "account not known"
    mode = ", in check mode" if told.check_mode else ""
    yield f"cloudhsm.iam: {told.kind} {_OUTCOMES[told.outcome]}{mode} ({account}, {told.at})"
    if told.reason:
        yield f"Reason: {_cut(told.reason)}"
    yield from _shortened(told.lines)
    if told.pending:
        yield f"Pending: {', '.join(told.pending[:_NAMES])}{_more(told.pending)}"
    yield from map(_ends, told.rights[:_NAMES])
    if _more(told.rights):
        yield f"Temporary rights{_more(told.rights)}"
    if told.approval:
        yield _approved(told.approval)


def _ends(right: Right) -> str:
    reason = f" ({_cut(right.reason)})" if right.reason else ""
    return f"{'Ended' if right.ended else 'Ends'} {right.until}: {right.what} of {right.who}{reason}"


def _approved(approval: Mapping[str, t.Any]) -> str:
    if approval["how"] != "plan_file":
        return "Approved: by the plan's digest"
    signers = approval.get("signers") or ()
    signed = f", signed by {', '.join(map(str, signers))}" if signers else ""
    return f"Approved: the plan made at {approval['made_at']} by {approval['made_by']}{signed}"


def _shortened(lines: Sequence[str]) -> Iterator[str]:
    yield from map(_cut, lines[:_LINES])
    if len(lines) > _LINES:
        yield f"… and {len(lines) - _LINES} lines more, in the output of the run"


def _more(items: Sequence[object]) -> str:
    return f", and {len(items) - _NAMES} more" if len(items) > _NAMES else ""


def _cut(line: str) -> str:
    line = " ".join(line.split("\n"))
    return line if len(line) <= _LINE_LENGTH else f"{line[: _LINE_LENGTH - 1]}…"
