# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the organization, and the root users of the selected accounts with five calls for each account."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code, is_hopeless
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.selection import ACTIVE, accounts_and_units, with_tags
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.model import (
    ACCESS_KEY,
    CERTIFICATE,
    ENABLED,
    MFA_DEVICE,
    PASSWORD,
    Credential,
    Organization,
    RootUser,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.sessions import AUDIT, Service, told

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

PRINCIPAL = "iam.amazonaws.com"
NOT_FOUND = "NoSuchEntity"
# Errors of ListOrganizationsFeatures that say why the features can't be listed (IAM API reference).
NOT_TRUSTED = "ServiceAccessNotEnabled"
NOT_ALLOWED = "AccountNotManagementOrDelegatedAdministrator"
NO_ORGANIZATION = "OrganizationNotFound"
NOT_ALL_FEATURES = "OrganizationNotInAllFeaturesMode"
REFUSALS = frozenset({NOT_TRUSTED, NOT_ALLOWED, NO_ORGANIZATION, NOT_ALL_FEATURES})


def read_organization(service: Service, caller_account: str, wanted: Wanted) -> Organization:
    """Return what the requested state depends on. Raises UnknownStateError, and botocore's errors."""
    client = service.organizations
    described = client.describe_organization()["Organization"]
    found = Organization(described["Id"], described["MasterAccountId"], described.get("FeatureSet", "ALL"))
    if wanted.state == ENABLED:
        # Only the management account may read these.
        return _with_switches(service, found, wanted) if caller_account == found.management_account else found
    found = _with_features(service.iam, found)
    if found.refused:
        # A caller who may not list the features may not list the accounts either.
        return found
    accounts, units = accounts_and_units(client, bool(wanted.organizational_units))
    known = {account.id: account for account in accounts}
    if wanted.account_tags:
        active = [account for account in accounts if account.status == ACTIVE]
        known |= {account.id: account for account in with_tags(client, service.pool, active)}
    return replace(found, accounts=known, units=units)


def _with_switches(service: Service, found: Organization, wanted: Wanted) -> Organization:
    """Return the organization with everything that the state enabled can change."""
    client = service.organizations
    pages = client.get_paginator("list_aws_service_access_for_organization").paginate()
    trusted = {one["ServicePrincipal"] for page in pages for one in page["EnabledServicePrincipals"]}
    accounts: dict[str, Account] = {}
    delegates: frozenset[str] = frozenset()
    if wanted.delegated_administrator:
        accounts = {account.id: account for account in accounts_and_units(client, with_units=False)[0]}
        admins = client.get_paginator("list_delegated_administrators").paginate(ServicePrincipal=PRINCIPAL)
        delegates = frozenset(one["Id"] for page in admins for one in page["DelegatedAdministrators"])
    found = replace(found, accounts=accounts, delegated_administrators=delegates)
    if PRINCIPAL not in trusted:
        return found
    found = _with_features(service.iam, found)
    # IAM may not know yet of trusted access that was just switched on. Switching it on again does no harm.
    return replace(found, refused="", trusted=True) if found.refused == NOT_TRUSTED else found


def _with_features(iam: IAMClient, found: Organization) -> Organization:
    try:
        features = iam.list_organizations_features()["EnabledFeatures"]
    except Exception as exc:
        # IAM has no codes for these errors, only names of exceptions.
        refused = error_code(exc).removesuffix("Exception")
        if refused not in REFUSALS:
            raise
        return replace(found, refused=refused)
    return replace(found, trusted=True, features=frozenset(features))


def audit(service: Service, accounts: list[Account]) -> tuple[RootUser, ...]:
    """Return the root users of these accounts, read in parallel. Raises nothing: the result has the errors."""
    return tuple(service.pool.map(lambda account: _audit(service, account), accounts))


def _audit(service: Service, account: Account) -> RootUser:
    if service.hopeless.is_set():
        return RootUser(account, None, "not looked at, because an error ended the run", begun=False)
    try:
        iam = service.root_iam(account.id, AUDIT)
        try:
            return RootUser(account, tuple(_credentials(iam)))
        finally:
            iam.close()
    # An error in one account is that account's failure, not the run's.
    except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
        if is_hopeless(exc):
            service.hopeless.set()
        return RootUser(account, None, told(exc, f"look at the root user of {account.id} ({account.name})"))


def _credentials(iam: IAMClient) -> Iterator[Credential]:
    """Yield the credentials of the caller, the root user. Without a user name, these calls are about the caller.

    In a session of AssumeRoot, neither calls nor answers have a user name (IAM API reference, GetLoginProfile).
    """
    try:
        iam.get_login_profile()
        yield Credential(PASSWORD)
    except Exception as exc:
        if error_code(exc) != NOT_FOUND:
            raise
    for keys in iam.get_paginator("list_access_keys").paginate():
        for key in keys["AccessKeyMetadata"]:
            yield Credential(ACCESS_KEY, key["AccessKeyId"], key.get("Status", ""))
    for certificates in iam.get_paginator("list_signing_certificates").paginate():
        for certificate in certificates["Certificates"]:
            yield Credential(CERTIFICATE, certificate["CertificateId"], certificate.get("Status", ""))
    for devices in iam.get_paginator("list_mfa_devices").paginate():
        for device in devices["MFADevices"]:
            yield Credential(MFA_DEVICE, device["SerialNumber"])
