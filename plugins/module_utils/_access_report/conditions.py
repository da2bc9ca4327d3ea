# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Evaluates conditions of policies: those on MFA are decided, all others stay open.

Conditions on the time of a call were decided before, in times.py.

Only calls that the person makes count. Calls that AWS services make on the person's behalf follow from those, so
conditions about them are decided too.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.globs import matches

PRESENT = "aws:multifactorauthpresent"
AGE = "aws:multifactorauthage"
# Keys about calls by AWS services. If the person makes the call, DIRECT keys are false, the others missing.
DIRECT = frozenset({"aws:viaawsservice", "aws:principalisawsservice"})
NOT_CALLED_VIA = frozenset({"aws:calledvia", "aws:calledviafirst", "aws:calledvialast"})
OPERATOR = re.compile(r"(?:(?P<set>forallvalues|foranyvalue):)?(?P<name>[a-z]+?)(?P<lenient>ifexists)?")
# How operators compare texts, by their names without "not".
_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "bool": lambda wanted, actual: wanted.lower() == actual,
    "stringequals": lambda wanted, actual: wanted == actual,
    "stringequalsignorecase": lambda wanted, actual: wanted.lower() == actual,
    "stringlike": matches,
}
_NUMERIC = ("numericlessthan", "numericlessthanequals", "numericgreaterthan", "numericgreaterthanequals")


class Session(Enum):
    """How a person calls AWS. The value is that of PRESENT (IAM User Guide, global condition context keys)."""

    # Signed in with MFA, or with temporary credentials obtained with MFA.
    MFA = "true"
    # Signed in with a password only, or with temporary credentials obtained without MFA.
    PASSWORD = "false"
    # With an access key only: the request then has none of the MFA keys.
    KEY = None


def holds(condition: Mapping[str, t.Any], session: Session, allows: bool) -> bool | None:
    """Whether a statement's condition holds in such a session; None if it depends on anything but MFA.

    A person can choose how long ago the MFA was. So a condition on its age holds in a statement that allows, and does
    not hold in one that denies.
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
    """Whether the condition is about MFA."""
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
        # A right that only services can use on the person's behalf still counts, as a conditional one.
        return result if result or not allows else None
    if key == PRESENT:
        return _by_name(found, values, session.value)
    if key != AGE:
        return None
    if session is not Session.MFA or found["name"] == "null":
        return _by_name(found, values, "1" if session is Session.MFA else None)
    return allows if found["name"] in _NUMERIC else None


def _by_name(found: re.Match[str], values: list[str], actual: str | None) -> bool | None:
    """Return the result for a request in which the key has only this value, or is missing (None)."""
    if found["name"] == "null":
        return ("true" if actual is None else "false") in map(str.lower, values)
    return _without_key(found) if actual is None else _compare(found["name"], values, actual)


def _without_key(found: re.Match[str]) -> bool | None:
    if found["lenient"] and found["set"] == "foranyvalue":
        # AWS does not document which of the two prevails.
        return None
    return bool(found["lenient"]) or found["set"] == "forallvalues" or ("not" in found["name"] and not found["set"])


def _compare(name: str, values: Iterable[str], actual: str) -> bool | None:
    same = _COMPARISONS.get(name.replace("not", "", 1))
    return None if same is None else any(same(value, actual) for value in values) != ("not" in name)
