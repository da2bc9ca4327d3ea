# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Trust policies: whom a role trusts in the account and outside. Pure.

A principal of the account that the policy names, or that an asterisk stands for, needs nothing else. If the policy
trusts the whole account, the principal also needs a policy that allows sts:AssumeRole (AWS STS API Reference,
AssumeRole; IAM User Guide, "AWS JSON policy elements: Principal").
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import holds
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    SESSIONS,
    Extent,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.globs import VARIABLE_START, matches
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import (
    NOTHING,
    Extents,
    Iam,
    either,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.services import short_name
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.times import at_time, changes
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import as_list

USER, ROLE = "user", "role"
ASSUME = "sts:assumerole"
# The call with which a principal outside the account assumes a role, by the principal's kind.
_CALLS = {
    "service": (ASSUME,),
    "account": (ASSUME,),
    "anyone": (ASSUME,),
    "saml": ("sts:assumerolewithsaml",),
    "oidc": ("sts:assumerolewithwebidentity",),
    "web_identity": ("sts:assumerolewithwebidentity",),
    "unknown": (ASSUME,),
}
_SESSION = ":assumed-role/"
_ACCOUNT_ID = re.compile(r"\d{12}")
# The audience (saml:aud) of AWS's own sign-in page, in each partition and region.
_SIGN_IN = re.compile(
    r"https://([a-z0-9-]+\.)*signin\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/\S*saml\S*"
)
_ARN_FIELDS = 6


class Principal(t.NamedTuple):
    """A user or role of the account."""

    kind: str
    name: str
    arn: str


class Outsider(t.NamedTuple):
    """A principal outside the account that may assume the role: its kind, and how the policy names it."""

    kind: str
    name: str


class Granted(t.NamedTuple):
    """What a trust policy gives a principal by itself, what only with the principal's policies, and what it denies."""

    direct: Extents = NOTHING
    delegated: Extents = NOTHING
    denied: Extents = NOTHING

    @property
    def nothing(self) -> bool:
        """Whether the principal can't assume the role, whatever its own policies say."""
        return self.direct == NOTHING and self.delegated == NOTHING


@dataclass(frozen=True)
class _Statement:
    allows: bool
    actions: tuple[str, ...]
    but_actions: bool
    # Each with its kind, such as AWS, and its name.
    principals: tuple[tuple[str, str], ...]
    but_principals: bool
    condition: Mapping[str, t.Any]

    def about(self, action: str) -> bool:
        """Whether the statement is about the action."""
        return any(matches(pattern, action) for pattern in self.actions) != self.but_actions

    @cached_property
    def personal(self) -> bool:
        """Whether the condition depends on who calls, so that its result can differ between principals."""
        return any(key.lower() in _PERSONAL for keys in self.condition.values() for key in keys)


@dataclass(frozen=True)
class Trust:
    """The trust policy of one role."""

    iam: Iam
    statements: Sequence[_Statement]
    # Whether the policy could be read.
    read: bool = True
    # Times at which statements come into force or expire.
    changes: frozenset[str] = frozenset()
    _known: dict[t.Any, Granted] = field(default_factory=dict, compare=False, repr=False)

    def granted(self, principal: Principal) -> Granted:
        """Return what the policy gives a principal of the account."""
        if not self.read:
            return Granted(direct=(Extent.CONDITIONAL,) * len(SESSIONS))
        key = principal if self._is_personal(principal) else principal.kind
        if key not in self._known:
            self._known[key] = self._granted(principal)
        return self._known[key]

    @cached_property
    def outsiders(self) -> list[tuple[Outsider, Extents]]:
        """Principals outside the account that may assume the role, and how far."""
        if not self.read:
            return [(Outsider("unknown", "the trust policy could not be read"), (Extent.CONDITIONAL,) * len(SESSIONS))]
        found: dict[Outsider, Extents] = {}
        for one in self.statements:
            for outsider in _outsiders(one, self.iam) if one.allows else ():
                if any(map(one.about, _CALLS[outsider.kind])):
                    found[outsider] = either(found.get(outsider, NOTHING), _limits(one, {}))
        barred = {who: self._denied_outside(who) for who in found}
        left = {who: left_of(extents, barred[who]) for who, extents in found.items()}
        return sorted((who, extents) for who, extents in left.items() if extents != NOTHING)

    @cached_property
    def named_principals(self) -> frozenset[str]:
        """Names of AWS principals in Allow statements: ARNs, also of sessions, account IDs, or an asterisk."""
        found = {name for one in self.statements for kind, name in one.principals if kind == "AWS" and one.allows}
        return frozenset(found)

    def at_most(self) -> Granted:
        """Return the most that the policy may give a principal that it does not name, whatever its conditions are."""
        if not self.read:
            return self.granted(Principal(USER, "", ""))
        nobody = Principal(ROLE, "", "")
        delegated = direct = NOTHING
        for one in self.statements:
            if one.allows and one.about(ASSUME):
                named, by_account = self._match(one, nobody)
                limits = (Extent.ALL,) * len(SESSIONS)
                sessions = any(_SESSION in name for _kind, name in one.principals)
                direct = either(direct, _least(limits, Extent.CONDITIONAL if sessions else named))
                delegated = either(delegated, _least(limits, by_account))
        return Granted(direct, delegated)

    @cached_property
    def services(self) -> frozenset[str]:
        """Short names of the services that may act with the role."""
        return frozenset(short_name(who.name) for who, _extents in self.outsiders if who.kind == "service")

    def _denied_outside(self, outsider: Outsider) -> Extents:
        """Return what is denied for certain: by a Deny with the same name or, for accounts, with an asterisk."""
        names = {outsider.name, "*"} if outsider.kind in ("account", "anyone") else {outsider.name}
        about = [
            one
            for one in self.statements
            if not one.allows and not one.but_principals and all(map(one.about, _CALLS[outsider.kind]))
        ]
        # An account's ID and its ARN mean the same (IAM User Guide, "AWS JSON policy elements: Principal").
        barring = [
            one for one in about if names & {_account_of(name, self.iam) or name for _kind, name in one.principals}
        ]
        return either(*(_limits(one, {}) for one in barring))

    @cached_property
    def all_principals(self) -> frozenset[str]:
        """Names of principals in all statements. A user or role whose only mention is in a Deny differs from others."""
        return frozenset(name for one in self.statements for _kind, name in one.principals)

    @cached_property
    def asks_who(self) -> bool:
        """Whether a condition depends on who calls, or a session is named, so that results can differ."""
        return self._names_sessions or any(one.personal for one in self.statements)

    def _is_personal(self, principal: Principal) -> bool:
        return self.asks_who or principal.arn in self.all_principals

    @cached_property
    def _names_sessions(self) -> bool:
        return any(_SESSION in name for name in self.all_principals)

    def _granted(self, principal: Principal) -> Granted:
        direct, delegated, denied = NOTHING, NOTHING, NOTHING
        facts = _facts(principal, self.iam)
        for one in self.statements:
            if not one.about(ASSUME):
                continue
            named, by_account = self._match(one, principal)
            limits = _limits(one, facts)
            if not one.allows:
                denied = either(denied, _least(limits, max(named, by_account)))
                continue
            direct = either(direct, _least(limits, named))
            delegated = either(delegated, _least(limits, by_account))
        return Granted(direct, delegated, denied)

    def _match(self, one: _Statement, principal: Principal) -> tuple[Extent, Extent]:
        """Return how far the statement is about the principal: by its name or an asterisk, and by its account."""
        if one.but_principals:
            # Trust policies can't have this (IAM User Guide, "NotPrincipal"), so AWS does not say what it means there.
            return Extent.CONDITIONAL, Extent.NONE
        named = by_account = Extent.NONE
        for kind, name in one.principals:
            if kind not in ("AWS", "*"):
                continue
            if name in ("*", principal.arn):
                named = Extent.ALL
            elif _account_of(name, self.iam) == self.iam.account_id:
                by_account = Extent.ALL
            elif principal.kind == ROLE and _is_session_of(name, principal.name, self.iam):
                # The caller who assumes a role chooses the name of the session.
                named = max(named, Extent.CONDITIONAL)
        return named, by_account


# Keys that are known for principals of the account in any call (IAM User Guide, "global condition context keys").
_PERSONAL = frozenset({"aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:username"})


def _facts(principal: Principal, iam: Iam) -> dict[str, str]:
    facts = {
        "aws:principalarn": principal.arn,
        "aws:principalaccount": iam.account_id,
        "aws:principaltype": "User" if principal.kind == USER else "AssumedRole",
    }
    return {**facts, "aws:username": principal.name} if principal.kind == USER else facts


def left_of(allowed: Extents, denied: Extents) -> Extents:
    """Return what denials leave of a right to one object."""
    found = []
    for one, denial in zip(allowed, denied, strict=True):
        if denial is Extent.ALL:
            found.append(Extent.NONE)
        else:
            found.append(min(one, Extent.CONDITIONAL) if denial else one)
    return tuple(found)


def _least(extents: Extents, most: Extent) -> Extents:
    return tuple(min(extent, most) for extent in extents)


def _limits(one: _Statement, facts: Mapping[str, str]) -> Extents:
    """Return the most that the statement gives under its condition, for each kind of session."""
    condition = _without_known(one.condition, facts)
    if condition is None:
        return NOTHING
    known = {True: Extent.ALL, False: Extent.NONE, None: Extent.CONDITIONAL}
    return tuple(known[holds(condition, session, one.allows)] for session in SESSIONS)


def _without_known(condition: Mapping[str, t.Any], facts: Mapping[str, str]) -> dict[str, dict[str, t.Any]] | None:
    """Return the condition without its tests that are certainly met; None if one is certainly not met."""
    kept: dict[str, dict[str, t.Any]] = {}
    for operator, keys in condition.items():
        for key, values in keys.items():
            met = _is_met(operator.lower(), key.lower(), [str(one) for one in as_list(values)], facts)
            if met is False:
                return None
            if met is None:
                kept.setdefault(operator, {})[key] = values
    return kept


_PLAIN = {
    "stringequals": lambda wanted, actual: wanted == actual,
    "stringequalsignorecase": lambda wanted, actual: wanted.lower() == actual.lower(),
    "stringlike": matches,
}


def _is_met(operator: str, key: str, values: Sequence[str], facts: Mapping[str, str]) -> bool | None:
    if key == "saml:aud" and operator == "stringequals" and any(map(_SIGN_IN.fullmatch, values)):
        return True
    if key not in facts or any(VARIABLE_START in value for value in values):
        return None
    name = operator.removesuffix("ifexists")
    plain = name.replace("not", "", 1)
    actual = facts[key]
    if plain in _PLAIN:
        same = any(_PLAIN[plain](value, actual) for value in values)
    elif plain in ("arnequals", "arnlike") and actual.startswith("arn:"):
        if any(value.count(":") < _ARN_FIELDS - 1 for value in values):
            return None
        same = any(_arn_matches(value, actual) for value in values)
    else:
        return None
    return same != (name != plain)


def _arn_matches(pattern: str, arn: str) -> bool:
    """Whether an ARN matches, field by field (IAM User Guide, "Amazon Resource Name (ARN) condition operators")."""
    fields = zip(pattern.split(":", _ARN_FIELDS - 1), arn.split(":", _ARN_FIELDS - 1), strict=True)
    return all(matches(wanted, actual) for wanted, actual in fields)


def _account_of(name: str, iam: Iam) -> str | None:
    """Return the ID of the account that the name trusts as a whole; None for other names."""
    if _ACCOUNT_ID.fullmatch(name):
        return name
    fields = name.split(":")
    return fields[4] if name.startswith(f"arn:{iam.partition}:iam::") and fields[5:] == ["root"] else None


def _is_session_of(name: str, role: str, iam: Iam) -> bool:
    return bool(role) and name.startswith(f"arn:{iam.partition}:sts::{iam.account_id}{_SESSION}{role}/")


def _outsiders(one: _Statement, iam: Iam) -> Iterator[Outsider]:
    if one.but_principals:
        yield Outsider("unknown", f"all but {', '.join(name for _kind, name in one.principals)}")
        return
    for kind, name in one.principals:
        if kind == "Service":
            yield Outsider("service", name)
        elif kind == "Federated":
            yield Outsider(_provider_kind(name), name)
        elif name == "*":
            yield Outsider("anyone", "*")
        elif kind == "AWS":
            account = _account_of(name, iam) or (name.split(":")[4] if name.count(":") >= _ARN_FIELDS - 1 else "")
            if account and account != iam.account_id:
                yield Outsider("account", account if _account_of(name, iam) else name)


def _provider_kind(name: str) -> str:
    if ":saml-provider/" in name:
        return "saml"
    return "oidc" if ":oidc-provider/" in name else "web_identity"


def read_trust(document: object, iam: Iam, now: str = "") -> Trust:
    """Return the trust policy as in force at this time. The document is text, or what botocore decodes from it."""
    try:
        policy = json.loads(document) if isinstance(document, str) else t.cast("dict[str, t.Any]", document)
        statements = [_read(one) for one in as_list(policy["Statement"])]
        later = frozenset(time for one in statements for time in changes(one.condition) if time > now)
        return Trust(iam, list(_in_force(statements, now)), changes=later)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Trust(iam, (), read=False)


def _in_force(statements: Iterable[_Statement], now: str) -> Iterator[_Statement]:
    for one in statements:
        rest = at_time(one.condition, now)
        if rest is not None:
            yield replace(one, condition=rest)


def _read(statement: Mapping[str, t.Any]) -> _Statement:
    but_actions, but_principals = "NotAction" in statement, "NotPrincipal" in statement
    principals = statement["NotPrincipal" if but_principals else "Principal"]
    pairs: Iterable[tuple[str, t.Any]] = [("*", principals)] if isinstance(principals, str) else principals.items()
    return _Statement(
        allows=statement["Effect"] == "Allow",
        actions=tuple(str(one).lower() for one in as_list(statement["NotAction" if but_actions else "Action"])),
        but_actions=but_actions,
        principals=tuple((kind, str(name)) for kind, names in pairs for name in as_list(names)),
        but_principals=but_principals,
        condition={operator: dict(keys) for operator, keys in statement.get("Condition", {}).items()},
    )
