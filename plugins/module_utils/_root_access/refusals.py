# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds reasons to refuse a run before it reads any root user."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import UnknownUnitError, units_in_scope
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.selection import ACTIVE
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.model import (
    AUDITED,
    CREDENTIALS_MANAGEMENT,
    ENABLED,
    RECOVERABLE,
    Organization,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.plan import meant, to_look_at
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.snapshot import (
    NO_ORGANIZATION,
    NOT_ALL_FEATURES,
    NOT_ALLOWED,
    NOT_TRUSTED,
)

ALL = "ALL"


def refusals(wanted: Wanted, organization: Organization, caller: Caller) -> Iterator[str]:
    """Yield why the run is refused: one sentence each, beginning with the option."""
    if wanted.organization_id and wanted.organization_id != organization.id:
        yield (
            f"{wanted.called('organization_id')}: is {wanted.organization_id}, but these credentials belong to the "
            f"organization {organization.id}"
        )
    if organization.feature_set != ALL or organization.refused == NOT_ALL_FEATURES:
        yield (
            f"{wanted.called('state')}: the organization {organization.id} has only the features of one bill; enable "
            "all features of AWS Organizations first"
        )
    elif wanted.state == ENABLED:
        yield from _enabling(wanted, organization, caller)
    else:
        yield from _root_users(wanted, organization, caller)


def _enabling(wanted: Wanted, organization: Organization, caller: Caller) -> Iterator[str]:
    management = organization.management_account
    if caller.account_id != management:
        yield (
            f"{wanted.called('state')}: {ENABLED} works in the management account {management} alone, and this is "
            f"{caller.account_id}"
        )
        return
    delegate = wanted.delegated_administrator
    if not delegate:
        return
    name = wanted.called("delegated_administrator")
    known = organization.accounts.get(delegate)
    if delegate == management:
        yield f"{name}: {delegate} is the management account, which needs no delegation"
    elif known is None:
        yield f"{name}: the organization has no account {delegate}"
    elif known.status != ACTIVE:
        yield f"{name}: the account {delegate} is {known.status}"


def _root_users(wanted: Wanted, organization: Organization, caller: Caller) -> Iterator[str]:
    if caller.is_root:
        yield (
            f"{wanted.called('state')}: the caller is the root user, whom AWS does not let call sts:AssumeRoot; call "
            "as an administrator"
        )
    off = _switched_off(wanted, organization, caller)
    if off:
        yield f"{wanted.called('state')}: {off}"
    else:
        yield from _accounts(wanted, organization)


def _switched_off(wanted: Wanted, organization: Organization, caller: Caller) -> str:
    """Return why no root user can be read; empty if they can."""
    how = (
        f"run this with {wanted.called('state')}={ENABLED} in the management account {organization.management_account}"
    )
    if organization.refused in (NOT_ALLOWED, NO_ORGANIZATION):
        return (
            f"the account {caller.account_id} is neither the management account {organization.management_account} nor "
            "the delegated administrator of IAM; use credentials of one of these"
        )
    if organization.refused == NOT_TRUSTED:
        return f"IAM has no trusted access in the organization {organization.id}; {how}"
    if CREDENTIALS_MANAGEMENT not in organization.features:
        return f"{CREDENTIALS_MANAGEMENT} is switched off in the organization {organization.id}; {how}"
    return ""


def _accounts(wanted: Wanted, organization: Organization) -> Iterator[str]:
    """Yield problems with named accounts and units that do not exist, or in which nothing can be done."""
    accounts = wanted.called("accounts")
    for account in sorted(wanted.accounts | wanted.exclude_accounts):
        if account not in organization.accounts:
            field = accounts if account in wanted.accounts else wanted.called("exclude_accounts")
            yield f"{field}: the organization has no account {account}"
        elif account in wanted.accounts:
            yield from _account(wanted, organization, account)
    try:
        units_in_scope(organization.units, wanted.organizational_units)
    except UnknownUnitError as exc:
        yield f"{wanted.prefix}{exc}"
        return
    if wanted.state != AUDITED and not wanted.accounts and not meant(wanted, organization):
        names = " and ".join(wanted.called(name) for name in ("organizational_units", "account_tags"))
        yield f"{accounts}: no member account of the organization is meant; check {names}"


def _account(wanted: Wanted, organization: Organization, account: str) -> Iterator[str]:
    accounts = wanted.called("accounts")
    if account == organization.management_account:
        yield (
            f"{accounts}: {account} is the management account, whose root user nobody else can look at; it keeps "
            "its credentials"
        )
    elif wanted.state == RECOVERABLE and account not in {one.id for one in to_look_at(wanted, organization)}:
        status = organization.accounts[account].status
        yield f"{accounts}: the account {account} is {status}, and AWS allows no calls in it"
