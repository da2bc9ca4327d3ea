# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Makes the report: one structure of plain values, with everything that any of its formats shows. Pure."""

from __future__ import annotations

import datetime
import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import benchmark
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import Risk, accept
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Access, Evaluator
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center import describe_center
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls import describe_controls
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.drift import (
    Difference,
    groups_drift,
    users_drift,
    wanted_groups,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.ends import Ends
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import (
    SEVERITIES,
    Facts,
    Finding,
    is_administrator,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.findings import find
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.first_sign_in import stuck
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import (
    AccessKey,
    Credentials,
    Person,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.roles import (
    describe_roles,
    outside,
    service_linked,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.temporary import (
    count_temporary,
    temporary_rights,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.versions import is_of_aws
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import NO
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Group, Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import sign_in_url
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, Options

# Reports are compared only with reports of the same format.
FORMAT_VERSION = 1
NOT_EVALUATED = (
    "Service control policies, unless the section about them says that they were read, and for administrators",
    "Resource control policies of AWS Organizations",
    "Resource policies, such as those that share CloudHSM backups",
    "Session policies, and what people of other accounts and of identity providers are allowed there",
    "Conditions, except on MFA, the time and calls by AWS services: the report shows that there is a condition",
    "Ways to become an administrator through existing resources, such as the code of a function with a role",
    "Whether a resource exists: a permission counts even if there are no clusters",
)


@dataclass(frozen=True)
class Wanted:
    """What the account is compared with, the limits of the findings, and the accepted risks."""

    users: Sequence[DesiredUser] = ()
    # Users of the bootstrap playbook, which takes nothing away from them.
    bootstrap_users: Sequence[DesiredUser] = ()
    groups: Sequence[Mapping[str, t.Any]] = ()
    options: Options = field(default_factory=Options)
    max_key_age: int = 90
    max_unused: int = 90
    accepted: Sequence[Risk] = ()
    max_temporary: int = 90


def make_report(snapshot: Snapshot, wanted: Wanted, now: datetime.datetime) -> dict[str, t.Any]:
    """Return the whole report."""
    evaluator = Evaluator(snapshot)
    access = {name: evaluator.user(person) for name, person in snapshot.users.items()}
    roles = describe_roles(snapshot, evaluator, _describe_access)
    groups = _describe_groups(snapshot, evaluator)
    policies, alone = _describe_policies(snapshot, evaluator)
    drift_by_playbook = _drift(wanted, snapshot)
    drift = [entry for entries in drift_by_playbook.values() for entry in entries]
    passed = evaluator.passed_by_keys()
    until = Ends(snapshot, evaluator)
    temporary = temporary_rights(snapshot, evaluator, alone)
    facts = Facts(
        snapshot,
        access,
        alone,
        passed,
        drift_by_playbook,
        now,
        wanted.max_key_age,
        wanted.max_unused,
        wanted_groups((*wanted.users, *wanted.bootstrap_users), wanted.groups, wanted.options),
        stuck(snapshot, evaluator),
        temporary,
        wanted.max_temporary,
        {name: ends for name, person in snapshot.users.items() if (ends := until.of(person, access[name]))},
    )
    caller = snapshot.caller
    findings, accepted = accept(find(facts), wanted.accepted, caller.account_id, now.date())
    return {
        "format_version": FORMAT_VERSION,
        "account": {
            "account_id": caller.account_id,
            "account_alias": snapshot.alias,
            "partition": caller.partition,
            "caller_arn": caller.arn,
            "sign_in_url": sign_in_url(caller.partition, snapshot.alias or caller.account_id),
        },
        "generated_at": stamp(now),
        "credential_report_time": stamp(snapshot.credential_report_time),
        "summary": _summary(snapshot, access, findings, drift)
        | {"accepted": _count_accepted(accepted)}
        | {"temporary": count_temporary(temporary, caller.now)},
        "findings": [finding.describe() for finding in findings],
        "accepted_risks": accepted,
        "benchmark": benchmark.described(),
        "drift": drift,
        "temporary": [one.describe(caller.now) for one in temporary],
        "actions": [
            {"name": action.name.partition(":")[2], "access_level": action.access} for action in catalogue.ACTIONS
        ],
        "users": [_describe_user(facts, wanted.options, person, can) for person, can in facts.people()],
        "groups": groups,
        "policies": policies,
        "roles": roles,
        "outside_principals": outside(roles),
        "other_service_linked_roles": service_linked(snapshot),
        "service_control_policies": describe_controls(snapshot.controls, evaluator.controlled()),
        "identity_center": describe_center(snapshot.center, evaluator, _describe_access, describe_paths),
        "service_linked_roles": [role.describe() for role in snapshot.service_linked_roles or ()],
        "root": _describe_root(snapshot),
        "password_policy": dict(snapshot.password_policy) if snapshot.password_policy is not None else None,
        "not_read": [*snapshot.gaps, *(f"{what}: {why}" for what, why in sorted(evaluator.problems.items()))],
        "not_evaluated": list(NOT_EVALUATED),
        "compared": bool(wanted.users or wanted.bootstrap_users or wanted.groups or wanted.options.purge_users),
        "limits": {
            "max_key_age": wanted.max_key_age,
            "max_unused": wanted.max_unused,
            "max_temporary": wanted.max_temporary,
        },
    }


def _drift(wanted: Wanted, snapshot: Snapshot) -> dict[str, list[Difference]]:
    """Return the differences by the playbook whose variables the account differs from."""
    options = wanted.options
    additive = replace(options, purge_users=False, purge_groups=False, purge_tags=False, purge_policies=False)
    return {
        "bootstrap": [
            *groups_drift(wanted.groups, snapshot, options.require_mfa_policy_name),
            *users_drift(wanted.bootstrap_users, snapshot, additive),
        ],
        "provision_users": users_drift(wanted.users, snapshot, options),
    }


def stamp(when: datetime.datetime | None) -> str | None:
    """Return a time as people read it, in UTC; None for None."""
    return when.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if when else None


def _day(when: datetime.datetime | None) -> str | None:
    return when.astimezone(datetime.UTC).strftime("%Y-%m-%d") if when else None


def _summary(
    snapshot: Snapshot, access: Mapping[str, Access], findings: Sequence[Finding], drift: Sequence[t.Any]
) -> dict[str, t.Any]:
    people = snapshot.users.values()
    counts = Counter[str]()
    for finding in findings:
        counts[finding.severity] += len(finding.subjects)
    return {
        "users": len(snapshot.users),
        "groups": len(snapshot.groups),
        "administrators": sorted(name for name, can in access.items() if is_administrator(can)),
        "console_users": sum(person.credentials.password is True for person in people),
        "console_users_without_mfa": sum(
            person.credentials.password is True and person.credentials.mfa is False for person in people
        ),
        "access_keys": sum(key.active for person in people for key in person.credentials.keys or ()),
        "outside_every_group": sum(not person.user.groups for person in people),
        "roles": len(snapshot.roles or {}),
        "cloudhsm_users": sum(any(word != NO for word in can.cloudhsm.values()) for can in access.values()),
        "cloudhsm_changers": sum(can.changes_cloudhsm for can in access.values()),
        "drift": len(drift),
        "findings": {severity: counts[severity] for severity in SEVERITIES},
    }


def _count_accepted(accepted: Sequence[Mapping[str, t.Any]]) -> dict[str, int]:
    counts = Counter[str]()
    for risk in accepted:
        counts[risk["severity"]] += len(risk["subjects"]) if risk["state"] == "active" else 0
    return {severity: counts[severity] for severity in SEVERITIES}


def _describe_access(access: Access) -> dict[str, t.Any]:
    return {
        "administrator": access.administrator,
        "can_become_administrator": access.can_become_administrator,
        "administrator_ways": [
            {"actions": list(actions), "on": on, "answer": answer} for actions, on, answer in access.ways
        ],
        "cloudhsm": dict(access.cloudhsm),
    }


def describe_paths(access: Access) -> list[dict[str, t.Any]]:
    """Return the best path to each action, and what limits it."""
    return [
        {
            "actions": list(actions),
            "kind": path.kind,
            "through": list(path.through),
            "answer": path.answer,
            "limited_by": list(path.limited_by),
            "more": path.more,
        }
        for path, actions in access.paths
    ]


def _describe_user(facts: Facts, options: Options, person: Person, access: Access) -> dict[str, t.Any]:
    user, have = person.user, person.credentials
    return {
        "name": user.name,
        "arn": user.arn,
        "path": user.path,
        "created": _day(person.created),
        "groups": sorted(user.groups),
        "managed_policies": sorted(user.managed_policies),
        "inline_policies": sorted(person.inline),
        "boundary": user.boundary,
        "managed": options.owns(user.tags),
        "protected": user.protected,
        **_describe_access(access),
        "access_paths": describe_paths(access),
        "until": dict(facts.ends.get(user.name, {})),
        "credentials": {
            "source": have.source,
            "password": have.password,
            "password_reset_required": have.password_reset_required if have.password else None,
            "password_age": facts.days(have.password_changed) if have.password else None,
            "password_last_used": facts.days(have.password_used) if have.password else None,
            "mfa": have.mfa,
            "access_keys": None if have.keys is None else [_describe_key(facts, have, key) for key in have.keys],
        },
    }


def _describe_key(facts: Facts, have: Credentials, key: AccessKey) -> dict[str, t.Any]:
    return {
        "access_key_id": key.key_id,
        "active": key.active,
        "age": facts.days(key.created),
        "last_used": facts.days(key.last_used),
        "use_known": key.use_known and (key.last_used is not None or have.reported),
    }


def _describe_groups(snapshot: Snapshot, evaluator: Evaluator) -> list[dict[str, t.Any]]:
    members: dict[str, list[str]] = {name: [] for name in snapshot.groups}
    for name in sorted(snapshot.users):
        for group in snapshot.users[name].user.groups:
            members.setdefault(group, []).append(name)
    return [
        {
            "name": name,
            "arn": group.arn,
            "path": group.path,
            "members": members[name],
            "managed_policies": sorted(group.managed_policies),
            "inline_policies": sorted(group.inline),
            **_describe_access(evaluator.group(name)),
        }
        for name, group in sorted(snapshot.groups.items())
    ]


def _describe_policies(snapshot: Snapshot, evaluator: Evaluator) -> tuple[list[dict[str, t.Any]], dict[str, Access]]:
    """Return the policies of users and groups, and what each gives by itself, by ARN or, if inline, by label."""
    holders: dict[str, dict[str, t.Any]] = {}
    alone: dict[str, Access] = {}

    def note(label: str, name: str, kind: str, holder: str, owner: str) -> None:
        entry = holders.setdefault(label, {"name": name, "arn": label if kind != "inline" else None, "kind": kind})
        entry.setdefault("groups", [])
        entry.setdefault("users", [])
        entry[holder].append(owner)

    holds: list[tuple[str, Mapping[str, Group | Person]]] = [("groups", snapshot.groups), ("users", snapshot.users)]
    for holder, owners in holds:
        for owner, thing in sorted(owners.items()):
            for arn in sorted(thing.managed_policies):
                note(arn, Policy(arn).name, "aws" if is_of_aws(arn) else "customer", holder, owner)
                alone.setdefault(arn, evaluator.managed_policy(arn))
            for name, document in sorted(thing.inline.items()):
                label = f"{holder[:-1]} {owner}: {name}"
                note(label, name, "inline", holder, owner)
                alone[label] = evaluator.inline_policy(f"{holder[:-1]} {owner}", name, document)
    described = [{**entry, **_describe_access(alone[label])} for label, entry in sorted(holders.items())]
    return described, alone


def _describe_root(snapshot: Snapshot) -> dict[str, t.Any] | None:
    return None if snapshot.root is None else {**asdict(snapshot.root), "last_used": _day(snapshot.root_last_used)}
