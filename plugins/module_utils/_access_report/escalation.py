# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds ways in which IAM lets a user or role that is no administrator become one. Pure.

The ways are the publicly known ones (Rhino Security Labs, "AWS IAM Privilege Escalation Methods", and later findings).
An extent says how far each goes: on everything or on a sufficient target, on some objects whose rights are unknown, or
under a condition. A way that may be possible is never taken for impossible.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    ANY,
    EVERYTHING,
    Extent,
    Statement,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import (
    ALWAYS,
    NOTHING,
    Extents,
    Holder,
    Iam,
    at_most,
    both,
    candidates,
    either,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.services import SERVICES, services_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.trust import Trust

USER_GRANTS = ("iam:AttachUserPolicy", "iam:PutUserPolicy")
TAKEOVERS = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
GROUP_GRANTS = ("iam:AttachGroupPolicy", "iam:PutGroupPolicy")
JOIN = "iam:AddUserToGroup"
NEW_VERSION, OTHER_VERSION = "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"
ROLE_GRANTS = ("iam:AttachRolePolicy", "iam:PutRolePolicy")
TRUST, NEW_ROLE, ASSUME, PASS = "iam:UpdateAssumeRolePolicy", "iam:CreateRole", "sts:AssumeRole", "iam:PassRole"
USER_UNBIND = ("iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary")
ROLE_UNBIND = ("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary")
USER_REMOVALS = ("iam:DeleteUserPolicy", "iam:DetachUserPolicy")
ROLE_REMOVALS = ("iam:DeleteRolePolicy", "iam:DetachRolePolicy")
GROUP_REMOVALS = ("iam:DeleteGroupPolicy", "iam:DetachGroupPolicy", "iam:RemoveUserFromGroup")
# Each way, except to assume a powerful role, has at least one of these actions, on objects of this kind.
FIRST_STEPS: Mapping[str, str] = {
    **dict.fromkeys((*USER_GRANTS, *TAKEOVERS, *USER_UNBIND, *USER_REMOVALS), "user"),
    **dict.fromkeys((*GROUP_GRANTS, JOIN, *GROUP_REMOVALS), "group"),
    **dict.fromkeys((NEW_VERSION, OTHER_VERSION), "policy"),
    **dict.fromkeys((*ROLE_GRANTS, TRUST, PASS, *ROLE_UNBIND, *ROLE_REMOVALS), "role"),
}
# Of objects that no statement names, at most MOST are checked one by one. At most MOST_SHOWN targets are named.
MOST, MOST_SHOWN = 50, 5
STEPS = frozenset((*FIRST_STEPS, NEW_ROLE, ASSUME, *(action for service in SERVICES for action in service)))


class Way(t.NamedTuple):
    """One way: the actions that it takes, their target, and how far it goes in each kind of session."""

    actions: tuple[str, ...]
    on: str
    extents: Extents
    # Whether it gives rights to the holder itself. A permissions boundary then limits them.
    own: bool = False


@dataclass(frozen=True)
class Surroundings:
    """The users, groups, policies and roles of the account."""

    iam: Iam
    users: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    # How far users, or the members of groups, are administrators or can become one. By name.
    powerful_users: Mapping[str, Extent] = field(default_factory=dict)
    powerful_groups: Mapping[str, Extent] = field(default_factory=dict)
    # By ARN of a customer managed policy: a user or group that has it, and its versions that are not the default.
    policy_holders: Mapping[str, str] = field(default_factory=dict)
    policy_versions: Mapping[str, tuple[Sequence[Statement], ...]] = field(default_factory=dict)
    # ARNs of the roles that can be changed, by name; None if roles were not read.
    roles: Mapping[str, str] | None = None
    # Roles that are administrators or can become one, and the trust policies of all roles. By name.
    powerful_roles: Mapping[str, Extent] = field(default_factory=dict)
    trusts: Mapping[str, Trust] = field(default_factory=dict)


# Returns how far a holder is an administrator.
Administers = Callable[[Holder], Extents]


def ways(holder: Holder, around: Surroundings, administers: Administers) -> list[Way]:
    """Return all ways that the holder has, the widest first."""
    found = [way for way in _ways(holder, around, administers) if way.extents != NOTHING]
    if holder.limits is not None:
        most = _within_boundary(holder, around, administers)
        found = [way._replace(extents=both(way.extents, most)) if way.own else way for way in found]
        found += _boundary_off(holder, around, administers)
    found += _denials_off(holder, around, administers)
    wide = _without_detours([way for way in found if way.extents != NOTHING])
    return sorted(wide, key=lambda way: (-max(way.extents), way.actions, way.on))


def leads_on(statement: Statement, iam: Iam) -> bool:
    """Whether the statement allows any first step."""
    return statement.allows and any(
        statement.applies_to(action) and statement.reaches(iam.arn(kind)) is not Extent.NONE
        for action, kind in FIRST_STEPS.items()
    )


def _widest(found: list[Way]) -> Way:
    """Return one way for many of the same kind: the first of the widest, with the extents of all together."""
    first = max(found, key=lambda way: sorted(way.extents, reverse=True))
    return first._replace(extents=together_of(found))


def _without_detours(found: list[Way]) -> list[Way]:
    """Return the ways without those for which a shorter or more general way goes as far."""
    return [
        way
        for way in found
        if not any(
            other is not way
            and set(other.actions) <= set(way.actions)
            and both(other.extents, way.extents) == way.extents
            and (len(other.actions) < len(way.actions) or (other.on.startswith("every ") and way.on != other.on))
            for other in found
        )
    ]


def together_of(found: Iterable[Way]) -> Extents:
    """Return how far all ways together go."""
    return either(*(way.extents for way in found))


def _ways(holder: Holder, around: Surroundings, administers: Administers) -> Iterable[Way]:
    itself = {} if holder.is_role else {holder.name: holder.arn}
    for action in USER_GRANTS:
        yield from _grants(holder, action, "user", itself, "the user itself")
    for action in TAKEOVERS:
        yield from _reached(holder, action, "user", around.users, around.powerful_users)
    for way in _reached(holder, JOIN, "group", around.groups, around.powerful_groups):
        yield way._replace(own=True)
    own_groups = {name: around.groups[name] for name in sorted(holder.groups) if name in around.groups}
    for action in GROUP_GRANTS:
        yield from _grants(holder, action, "group", own_groups, "a group of the user")
        yield from _join_and_grant(holder, action, around)
    yield from _versions(holder, around, administers)
    yield from _roles(holder) if around.roles is None else _known_roles(holder, around, around.roles)
    yield from _services(holder)
    yield from _powerful_services(holder, around)


def _grants(holder: Holder, action: str, kind: str, own: Mapping[str, str], words: str) -> Iterable[Way]:
    """Yield grants to the holder itself; and to others, who may be the same person or pass the rights on."""
    generic = holder.may(action, holder.iam.arn(kind))
    if generic == NOTHING:
        return
    yield Way((action,), words, either(*(holder.may_to(action, arn) for arn in own.values())), own=True)
    known = candidates(holder, action, kind)
    others = [*(f"{kind}/{name}" for name in sorted(known.names - own.keys())), *known.others]
    if others:
        yield Way((action,), _words(f"every {kind}", kind, generic, others), generic)


def _reached(
    holder: Holder, action: str, kind: str, known: Mapping[str, str], powerful: Mapping[str, Extent]
) -> Iterable[Way]:
    """Yield ways to become one of the powerful, or to get their rights."""
    generic = holder.may(action, holder.iam.arn(kind))
    if generic == NOTHING:
        return
    found = candidates(holder, action, kind)
    itself = {holder.name} if kind == "user" and not holder.is_role else set()
    # The most powerful are enough: if the action reaches more than named objects, that is a way in any case (below).
    most = sorted(powerful, key=lambda name: (-powerful[name], name))[:MOST] if found.others else []
    for name in sorted((set(most) | found.names & powerful.keys()) - itself):
        yield Way((action,), f"{kind} {name}", at_most(powerful[name], holder.may_to(action, known[name])))
    # An object that does not exist yet may be created later, with any rights.
    missing = (f"{kind}/{name}" for name in sorted(found.names - itself) if name not in known)
    others = [*missing, *found.others]
    if others:
        yield Way((action,), _words(f"every {kind}", kind, generic, others), generic)


def _words(everything: str, kind: str, generic: Extents, others: Sequence[str]) -> str:
    if Extent.ALL in generic or (EVERYTHING in others and Extent.SOME not in generic):
        return everything
    shown = f"{', '.join(others[:MOST_SHOWN])}{', ...' if len(others) > MOST_SHOWN else ''}"
    return f"{'policies' if kind == 'policy' else f'{kind}s'}: {shown}"


def _named(holder: Holder, action: str, kind: str, generic: Extents) -> str:
    """Return in words what the holder may do the action to."""
    found = candidates(holder, action, kind)
    return _words(f"every {kind}", kind, generic, [*(f"{kind}/{name}" for name in sorted(found.names)), *found.others])


def _join_and_grant(holder: Holder, action: str, around: Surroundings) -> Iterable[Way]:
    if NOTHING in (holder.may(JOIN, holder.iam.arn("group")), holder.may(action, holder.iam.arn("group"))):
        return
    found = candidates(holder, action, "group")
    names = found.names & around.groups.keys() | set(sorted(around.groups)[:MOST] if found.others else ())
    for name, arn in ((name, around.groups[name]) for name in sorted(names)):
        yield Way((JOIN, action), f"group {name}", both(holder.may_to(JOIN, arn), holder.may_to(action, arn)), own=True)


def _versions(holder: Holder, around: Surroundings, administers: Administers) -> Iterable[Way]:
    own = {arn.rpartition("/")[2]: arn for arn in sorted(holder.policies) if arn.split(":")[4] != "aws"}
    for way in _grants(holder, NEW_VERSION, "policy", own, "a policy of the user"):
        yield way._replace(on=_with_holders(way, holder, around))
    generic = at_most(Extent.SOME, holder.may(OTHER_VERSION, holder.iam.arn("policy")))
    if generic == NOTHING:
        return
    for arn in own.values():
        for version in around.policy_versions.get(arn, ()):
            given = holder.changed(statements=[*holder.statements, *version], limits=None)
            gives = either(administers(given), together_of(_ways(given, _flat(around), administers)))
            yield Way((OTHER_VERSION,), f"policy {arn}", both(gives, holder.may_to(OTHER_VERSION, arn)), own=True)
    yield Way((OTHER_VERSION,), f"{_named(holder, OTHER_VERSION, 'policy', generic)} with older versions", generic)


def _flat(around: Surroundings) -> Surroundings:
    """Return the surroundings without versions of policies, so that one version does not lead to another."""
    return replace(around, policy_holders={}, policy_versions={})


def _with_holders(way: Way, holder: Holder, around: Surroundings) -> str:
    if way.own or Extent.ALL in way.extents:
        return way.on
    used = [
        f"{arn.rpartition('/')[2]} of {who}"
        for arn, who in sorted(around.policy_holders.items())
        if holder.may(NEW_VERSION, arn) != NOTHING
    ]
    return (
        f"{way.on} (in use: {', '.join(used[:MOST_SHOWN])}{', ...' if len(used) > MOST_SHOWN else ''})"
        if used
        else way.on
    )


def _roles(holder: Holder) -> Iterable[Way]:
    """Yield ways through roles if these were not read: change whom a role trusts, or its rights."""
    everywhere = holder.iam.arn("role")
    free = holder.not_denied(ASSUME, everywhere)
    trust = both(holder.may(TRUST, everywhere), free)
    yield Way((TRUST,), _named(holder, TRUST, "role", trust), trust)
    new = both(holder.may(NEW_ROLE, everywhere), free)
    # It is unknown which roles trust the account, and so everyone whose policies allow sts:AssumeRole.
    assumed = at_most(Extent.SOME, holder.may(ASSUME, everywhere))
    for action in ROLE_GRANTS:
        grant = holder.may(action, everywhere)
        yield Way((action, NEW_ROLE), "a new role", both(grant, new))
        yield Way((action, ASSUME), "roles that the user can assume", both(grant, assumed))
        yield Way((action,), "roles that trust the user by name", both(at_most(Extent.CONDITIONAL, grant), free))


def _known_roles(holder: Holder, around: Surroundings, roles: Mapping[str, str]) -> Iterable[Way]:
    """Yield ways through roles if these, and so whom they trust, were read."""
    everywhere = holder.iam.arn("role")
    free = holder.not_denied(ASSUME, everywhere)
    yield from _assumed(holder, around)
    changeable = {name: extent for name, extent in around.powerful_roles.items() if name in roles}
    for way in _reached(holder, TRUST, "role", roles, changeable):
        yield way._replace(extents=both(way.extents, free))
    new = both(holder.may(NEW_ROLE, everywhere), free)
    # A role that trusts the account may be created later.
    tomorrow = at_most(Extent.SOME, holder.may(ASSUME, everywhere))
    for action in ROLE_GRANTS:
        grant = holder.may(action, everywhere)
        if grant == NOTHING:
            continue
        yield Way((action, NEW_ROLE), "a new role", both(grant, new))
        yield Way((action, ASSUME), "roles that the user can assume", both(grant, tomorrow))
        if holder.is_role:
            yield Way((action,), "the role itself", holder.may_to(action, holder.arn))
        within = {name: one for name, one in holder.assumes.items() if name in roles}
        steps = {name: both(one.extents, holder.may_to(action, roles[name])) for name, one in within.items()}
        yield from _alike((action, ASSUME), {within[name].words: extents for name, extents in steps.items()})
        named = candidates(holder, action, "role").names & candidates(holder, TRUST, "role").names
        for name in sorted(named & roles.keys()):
            open_ = both(holder.may_to(action, roles[name]), holder.may_to(TRUST, roles[name]), free)
            yield Way((action, TRUST), f"role {name}", open_)


def _assumed(holder: Holder, around: Surroundings) -> Iterable[Way]:
    """Yield ways to assume a role that is an administrator or can become one."""
    powerful = {name: one for name, one in holder.assumes.items() if name in around.powerful_roles}
    yield from _alike(
        (ASSUME,), {one.words: at_most(around.powerful_roles[name], one.extents) for name, one in powerful.items()}
    )


def _alike(actions: tuple[str, ...], found: Mapping[str, Extents]) -> Iterable[Way]:
    """Yield one way for all roles that go equally far. found has their extents by words."""
    by_extents: dict[Extents, list[str]] = {}
    for words, extents in sorted(found.items(), key=lambda one: (len(one[0]), one[0])):
        by_extents.setdefault(extents, []).append(words)
    for extents, names in by_extents.items():
        more = f", and {len(names) - MOST_SHOWN} more roles" if len(names) > MOST_SHOWN else ""
        yield Way(actions, f"{'; '.join(names[:MOST_SHOWN])}{more}", extents)


def _powerful_services(holder: Holder, around: Surroundings) -> Iterable[Way]:
    """Yield ways through a service that acts with a powerful role which trusts that service."""
    if not around.powerful_roles or around.roles is None or holder.may(PASS, holder.iam.arn("role")) == NOTHING:
        return
    for name in sorted(around.powerful_roles.keys() & around.roles.keys()):
        passes = both(holder.may_to(PASS, around.roles[name]), at_most(around.powerful_roles[name], ALWAYS))
        if passes == NOTHING:
            continue
        found = [
            Way((PASS, *actions), f"role {name}", both(passes, *(holder.may(one, ANY) for one in actions)))
            for actions in SERVICES
            if not around.trusts[name].services.isdisjoint(services_of(actions[0]))
        ]
        if found:
            yield _widest(found)


def _services(holder: Holder) -> Iterable[Way]:
    """Yield a way through a service that acts with a role of more rights. Which roles exist is not considered here."""
    passes = at_most(Extent.SOME, holder.may(PASS, holder.iam.arn("role")))
    if passes == NOTHING:
        return
    found = [
        Way((PASS, *actions), "roles for the service", both(passes, *(holder.may(one, ANY) for one in actions)))
        for actions in SERVICES
    ]
    yield _widest(found)


def _within_boundary(holder: Holder, around: Surroundings, administers: Administers) -> Extents:
    """Return how far a right to everything makes the holder an administrator under its boundary."""
    everything = Statement(True, ("*",), False, ("*",), False, {})
    most = holder.changed(statements=[everything, *(one for one in holder.statements if not one.allows)])
    rest = (way for way in _ways(most, _flat(around), administers) if not way.own)
    return either(administers(most), together_of(rest), together_of(_boundary_off(most, around, administers)))


def _boundary_off(holder: Holder, around: Surroundings, administers: Administers) -> list[Way]:
    """Return ways to remove or replace the boundary, if that makes the holder an administrator."""
    steps = _on_itself(holder, ROLE_UNBIND if holder.is_role else USER_UNBIND)
    if holder.boundary and holder.boundary.split(":")[4] != "aws":
        steps.append(Way((NEW_VERSION,), "the permissions boundary", holder.may_to(NEW_VERSION, holder.boundary)))
        other = at_most(Extent.CONDITIONAL, holder.may_to(OTHER_VERSION, holder.boundary))
        steps.append(Way((OTHER_VERSION,), "the permissions boundary", other))
    if all(step.extents == NOTHING for step in steps):
        return []
    free = holder.changed(limits=None)
    gives = either(administers(free), together_of(_ways(free, _flat(around), administers)))
    return [step._replace(extents=both(step.extents, gives)) for step in steps]


def _on_itself(holder: Holder, actions: Iterable[str]) -> list[Way]:
    words = "the role itself" if holder.is_role else "the user itself"
    return [Way((action,), words, holder.may_to(action, holder.arn)) for action in actions]


def _denials_off(holder: Holder, around: Surroundings, administers: Administers) -> list[Way]:
    """Return a way to remove statements that deny: SOME at most, as it is not checked which policy has them."""
    allowing = [statement for statement in holder.statements if statement.allows]
    if len(allowing) == len(holder.statements):
        return []
    steps = _on_itself(holder, ROLE_REMOVALS if holder.is_role else USER_REMOVALS)
    steps += [
        Way((action,), f"group {name}", holder.may_to(action, around.groups[name]))
        for action in GROUP_REMOVALS
        for name in sorted(holder.groups)
        if name in around.groups
    ]
    steps = [step for step in steps if step.extents != NOTHING]
    if not steps:
        return []
    free = holder.changed(statements=allowing)
    gives = either(administers(free), together_of(_ways(free, _flat(around), administers)))
    return [_widest([step._replace(extents=at_most(Extent.SOME, both(step.extents, gives))) for step in steps])]
