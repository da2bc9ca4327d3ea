# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The objects of a run, with their states before and after, for plan files and for lines that people read. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.model import (
    ACCESS_KEY,
    AUDITED,
    CERTIFICATE,
    ENABLED,
    MFA_DEVICE,
    PASSWORD,
    Change,
    Credential,
    Organization,
    RootUser,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.plan import DELEGATE, RECOVERY, SWITCHES, TRUST

State = dict[str, t.Any]
# Kinds of objects, as lines name them.
ORGANIZATION, ROOT_USER = "organization", "root user"
# IAM's trusted access in AWS Organizations, listed like a feature.
TRUSTED = "TrustedAccess"
_FEATURES = {TRUST: TRUSTED, **{operation: feature for feature, operation in SWITCHES.items()}}
_SETS = {ACCESS_KEY: "access_keys", CERTIFICATE: "signing_certificates", MFA_DEVICE: "mfa_devices"}


def describe_objects(wanted: Wanted, snapshot: Snapshot, done: Sequence[Change]) -> list[State]:
    """Return the organization and the root users in the order of their changes, including unchanged ones."""
    if wanted.state == AUDITED:
        return []
    if wanted.state == ENABLED:
        return [_organization(snapshot.organization, done)]
    known = [root for root in snapshot.root_users if root.credentials is not None]
    ordered = sorted(known, key=lambda root: root.account.id)
    return [_root_user(root, [one for one in done if one.account == root.account.id]) for root in ordered]


def _organization(found: Organization, done: Sequence[Change]) -> State:
    features = {*found.features, *([TRUSTED] if found.trusted else [])}
    switched = {_FEATURES[change.operation] for change in done if change.operation in _FEATURES}
    delegated = {change.account for change in done if change.operation == DELEGATE}
    before = {"features": sorted(features), "delegated_administrators": sorted(found.delegated_administrators)}
    after = {
        "features": sorted(features | switched),
        "delegated_administrators": sorted(found.delegated_administrators | delegated),
    }
    return _object(ORGANIZATION, found.id, before, after, done)


def _root_user(root: RootUser, done: Sequence[Change]) -> State:
    credentials = root.credentials or ()
    gone = {change.credential for change in done if change.operation != RECOVERY}
    new = [change.credential for change in done if change.operation == RECOVERY and change.credential]
    before, after = (
        {"name": root.account.name, **_state(held)}
        for held in (credentials, [*(one for one in credentials if one not in gone), *new])
    )
    return _object(ROOT_USER, root.account.id, before, after, done)


def _state(held: Collection[Credential]) -> State:
    """Return credentials by the field names that the states of users have."""
    state: State = {"console_access": any(one.kind == PASSWORD for one in held)}
    for kind, name in _SETS.items():
        own = [one for one in held if one.kind == kind]
        state[name] = sorted(one.id for one in own)
        if kind != MFA_DEVICE:
            state[f"active_{name}"] = sorted(one.id for one in own if one.status == "Active")
    return state


def _object(kind: str, name: str, before: State, after: State, done: Iterable[Change]) -> State:
    calls = [change.describe() for change in done]
    action = "changed" if calls else "unchanged"
    return {"kind": kind, "name": name, "action": action, "before": before, "after": after, "calls": calls}
