# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Conditions of policies: what they ask of MFA is decided, what they ask of anything else stays open.

What they ask of the time of a call is decided before, in times.py.

What counts is a call that the person makes. What AWS's services do in the person's name follows from one, so conditions
that leave those out are decided too.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.globs import matches

PRESENT = "aws:multifactorauthpresent"
AGE = "aws:multifactorauthage"
# What AWS says of a call that no service makes in somebody's name: false, or nothing at all.
DIRECT = frozenset({"aws:viaawsservice", "aws:principalisawsservice"})
NOT_CALLED_VIA = frozenset({"aws:calledvia", "aws:calledviafirst", "aws:calledvialast"})
OPERATOR = re.compile(r"(?:(?P<set>forallvalues|foranyvalue):)?(?P<name>[a-z]+?)(?P<lenient>ifexists)?")
# Operators that compare text, without the "not" in their names: how.
_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "bool": lambda wanted, actual: wanted.lower() == actual,
    "stringequals": lambda wanted, actual: wanted == actual,
    "stringequalsignorecase": lambda wanted, actual: wanted.lower() == actual,
    "stringlike": matches,
}
_NUMERIC = ("numericlessthan", "numericlessthanequals", "numericgreaterthan", "numericgreaterthanequals")


class Session(Enum):
    """How somebody can come: what AWS then says of MFA (IAM User Guide, global condition context keys)."""

    # Signed in with MFA, or with temporary credentials got with it.
    MFA = "true"
    # Signed in with a password alone, or with temporary credentials got without MFA.
    PASSWORD = "false"
    # With an access key alone: the request then has none of MFA's keys at all.
    KEY = None


def holds(condition: Mapping[str, t.Any], session: Session, allows: bool) -> bool | None:
    """Whether a statement's condition holds in such a session; None where it depends on something else than MFA.

    How long ago the MFA was is up to the person: it is as it suits, so a statement that allows applies and one that
    denies does not.
    """
    results = [
        _test(operator.lower(), key.lower(), _texts(values), session, allows)
        for operator, keys in condition.items()
        for key, values in keys.items()
    ]
    if False in results:
        return False
    return None if None in results else True


def asks_for_mfa(condition: Mapping[str, t.Any]) -> bool:
    """Whether the condition has to do with MFA."""
    return any(key.lower() in (PRESENT, AGE) for keys in condition.values() for key in keys)


def _texts(values: object) -> list[str]:
    many = values if isinstance(values, (list, tuple)) else [values]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in many]


def _test(operator: str, key: str, values: list[str], session: Session, allows: bool) -> bool | None:
    found = OPERATOR.fullmatch(operator)
    if not found:
        return None
    if key in DIRECT | NOT_CALLED_VIA:
        result = _by_name(found, values, "false" if key in DIRECT else None)
        # A right that only services have in the person's name is one all the same.
        return result if result or not allows else None
    if key == PRESENT:
        return _by_name(found, values, session.value)
    if key != AGE:
        return None
    if session is not Session.MFA or found["name"] == "null":
        return _by_name(found, values, "1" if session is Session.MFA else None)
    return allows if found["name"] in _NUMERIC else None


def _by_name(found: re.Match[str], values: list[str], actual: str | None) -> bool | None:
    """What comes out where the request has this one value of the key, or has not got the key."""
    if found["name"] == "null":
        return ("true" if actual is None else "false") in map(str.lower, values)
    return _without_key(found) if actual is None else _compare(found["name"], values, actual)


def _without_key(found: re.Match[str]) -> bool | None:
    if found["lenient"] and found["set"] == "foranyvalue":
        # AWS does not say which of the two counts.
        return None
    return bool(found["lenient"]) or found["set"] == "forallvalues" or ("not" in found["name"] and not found["set"])


def _compare(name: str, values: Iterable[str], actual: str) -> bool | None:
    same = _COMPARISONS.get(name.replace("not", "", 1))
    return None if same is None else any(same(value, actual) for value in values) != ("not" in name)
