# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Policy documents: reading, comparison and size."""

from __future__ import annotations

import datetime
import json
import typing as t
from collections.abc import Iterator, Mapping, Sequence

Statement = dict[str, t.Any]
Document = dict[str, t.Any]

VERSION = "2012-10-17"
# Characters of a managed policy without white space: a fixed quota ("IAM and AWS STS quotas" in the IAM User Guide,
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
LIMIT = 6144
# Far longer than any policy; a longer text must be the wrong file.
LONGEST_TEXT = 200_000


def document(*statements: Statement) -> Document:
    """A policy with these statements."""
    return {"Version": VERSION, "Statement": list(statements)}


def as_list(value: t.Any) -> list[t.Any]:
    """IAM accepts a single value in place of a list."""
    return value if isinstance(value, list) else [value]


def one_or_all(values: Sequence[str]) -> str | list[str]:
    """A single value without a list, as IAM returns it, so that comparisons find no difference."""
    return values[0] if len(values) == 1 else list(values)


def size(policy: Mapping[str, t.Any]) -> int:
    """The number of characters that count towards IAM's limit."""
    return len(json.dumps(policy, separators=(",", ":")))


def size_problem(policy: Mapping[str, t.Any]) -> str | None:
    """Why the policy is too long; None if it isn't."""
    taken = size(policy)
    return f"the policy has {taken:,} characters, and IAM takes {LIMIT:,}" if taken > LIMIT else None


def read_policy(given: t.Any) -> tuple[Document, list[str]]:
    """A policy document from a dictionary or JSON text, and the problems in it.

    YAML turns an unquoted Version into a date, and other values into numbers and booleans; IAM needs strings.
    """
    if isinstance(given, (str, bytes)):
        given, problems = _read_text(given)
        if problems:
            return {}, problems
    if not isinstance(given, Mapping):
        return {}, ["is not a policy document: a dictionary, or a text of JSON, with Version and Statement"]
    return t.cast("Document", _plain(given)), []


def same_policy(one: t.Any, other: t.Any) -> bool:
    """Whether two documents mean the same: IAM ignores order, and a single value equals a list of it."""
    return bool(_canonical(one) == _canonical(other))


def _read_text(text: str | bytes) -> tuple[t.Any, list[str]]:
    """The value of a JSON text, and the problems in it. Duplicate keys are one: parsers differ in which they use."""
    twice: list[str] = []

    def pairs(items: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
        names = [name for name, _value in items]
        twice.extend(name for number, name in enumerate(names) if name in names[:number] and name not in twice)
        return dict(items)

    if len(text) > LONGEST_TEXT:
        return None, [f"is not a policy document: it has {len(text):,} characters"]
    if not text.strip():
        return None, ["is not a policy document: the text is empty"]
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        value = json.loads(decoded, object_pairs_hook=pairs, parse_constant=_no_constant)
    except UnicodeDecodeError:
        return None, ["is not a policy document: the text is not UTF-8"]
    except json.JSONDecodeError as exc:
        return None, [f"is not a policy document: the text is not JSON, line {exc.lineno}: {exc.msg}"]
    except (ValueError, RecursionError):
        return None, ["is not a policy document: the text is not JSON"]
    return value, [f"has {name} twice in one place" for name in twice]


def _no_constant(name: str) -> t.NoReturn:
    raise ValueError(name)


def _plain(value: t.Any) -> t.Any:
    """The value with plain dictionaries and lists, and with dates, numbers and booleans as strings."""
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        # YAML times without a zone are in UTC.
        return value.isoformat() if value.tzinfo else f"{value.isoformat()}Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, (int, float)) else value


def _canonical(policy: t.Any) -> t.Any:
    if not isinstance(policy, Mapping):
        return policy
    rest = {str(key): value for key, value in _plain(policy).items() if key != "Statement"}
    statements = [_canonical_statement(one) for one in as_list(_plain(policy).get("Statement"))]
    return {**rest, "Statement": sorted(statements, key=_text)}


def _canonical_statement(statement: t.Any) -> t.Any:
    if not isinstance(statement, Mapping):
        return statement
    return dict(_canonical_elements(statement))


def _canonical_elements(statement: Mapping[str, t.Any]) -> Iterator[tuple[str, t.Any]]:
    for name, value in statement.items():
        if name in ("Action", "NotAction"):
            # Action names are case-insensitive in IAM.
            yield name, sorted({str(one).lower() for one in as_list(value)})
        elif name in ("Resource", "NotResource"):
            yield name, sorted({str(one) for one in as_list(value)})
        elif name in ("Principal", "NotPrincipal") and isinstance(value, Mapping):
            yield name, {kind: sorted({str(one) for one in as_list(who)}) for kind, who in value.items()}
        elif name == "Condition" and isinstance(value, Mapping):
            if value:
                yield name, {operator.lower(): _canonical_keys(keys) for operator, keys in value.items()}
        else:
            yield name, value


def _canonical_keys(keys: t.Any) -> t.Any:
    if not isinstance(keys, Mapping):
        return keys
    return {key.lower(): sorted({_text(one) for one in as_list(values)}) for key, values in keys.items()}


def _text(value: t.Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
