# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What moto 5.2 lacks of centralized root access: its switches, sessions of root users, and what root users have.

Answers are as the API references of IAM and STS have them. What a session may do is what AWS's task policies let
through (IAM User Guide, "AWS managed policies for IAM"). Organizations' trusted access and delegation are moto's own.

POST /moto-api/root-users/ACCOUNT says in JSON what a root user has, GET tells it: password (a boolean), access_keys,
signing_certificates and mfa_devices (lists of IDs).
"""

from __future__ import annotations

import datetime
import json
import typing as t
from collections.abc import Callable

PRINCIPAL = "iam.amazonaws.com"
PATH = "/moto-api/root-users/"
FEATURES = ("RootCredentialsManagement", "RootSessions")
LOOKING = {"GetLoginProfile", "ListAccessKeys", "ListMFADevices", "ListSigningCertificates"}
TASKS = {
    "IAMAuditRootUserCredentials": {*LOOKING, "GetAccountSummary", "GetUser", "GetAccessKeyLastUsed"},
    "IAMDeleteRootUserCredentials": {
        *LOOKING,
        "DeleteLoginProfile",
        "DeleteAccessKey",
        "DeleteSigningCertificate",
        "DeactivateMFADevice",
        "GetUser",
        "GetAccessKeyLastUsed",
    },
    "IAMCreateRootUserPassword": {"CreateLoginProfile", "GetLoginProfile"},
}
LONGEST = 900
# When everything was made.
BEGINNING = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
RootUser = dict[str, t.Any]


def complete() -> None:
    """Have moto know centralized root access."""
    from moto.iam.access_control import AssumedRoleAccessKey
    from moto.iam.responses import IamResponse
    from moto.moto_api._internal import urls
    from moto.organizations.models import FakeDelegatedAdministrator, FakeServiceAccess
    from moto.sts.responses import TokenResponse

    for known in (FakeServiceAccess.TRUSTED_SERVICES, FakeDelegatedAdministrator.SUPPORTED_SERVICES):
        if PRINCIPAL not in known:
            known.append(PRINCIPAL)
    TokenResponse.assume_root = _assume_root
    IamResponse.list_organizations_features = lambda self: _features(self, None)
    IamResponse.enable_organizations_root_credentials_management = lambda self: _features(self, FEATURES[0])
    IamResponse.enable_organizations_root_sessions = lambda self: _features(self, FEATURES[1])
    for action, answer in _OF_ROOT.items():
        name = _method_name(action)
        setattr(IamResponse, name, _for_root(action, answer, getattr(IamResponse, name)))
    IamResponse.get_account_summary = _with_root(IamResponse.get_account_summary)
    AssumedRoleAccessKey.collect_policies = _with_task(AssumedRoleAccessKey.collect_policies)
    urls.url_paths["{0}" + PATH + "(?P<account>[0-9]+)$"] = _root_user_page


def _method_name(action: str) -> str:
    from moto.core.utils import camelcase_to_underscores

    return str(camelcase_to_underscores(action))


def _refused(code: str, message: str) -> Exception:
    from moto.iam.exceptions import IAMException

    return t.cast("Exception", IAMException(code, message))


def _answer(result: dict[str, t.Any]) -> t.Any:
    from moto.core.responses import ActionResult

    return ActionResult(result)


def root_user(account: str) -> RootUser:
    """What the root user of an account has."""
    from moto.iam.models import iam_backends

    new = {"password": False, "access_keys": [], "signing_certificates": [], "mfa_devices": []}
    kept: RootUser = iam_backends[account]["aws"].__dict__.setdefault("root_user", new)
    return kept


def _root_user_page(request: t.Any, full_url: str, headers: t.Any) -> tuple[int, dict[str, str], str]:
    del headers
    account = full_url.rpartition("/")[2]
    if request.method == "POST":
        root_user(account).update(json.loads(request.data))
    return 200, {"Content-Type": "application/json"}, json.dumps(root_user(account))


def _organization_of(account: str) -> t.Any:
    """What moto keeps of the organization that an account is in, or None."""
    from moto.organizations.models import organizations_backends

    backends = [every["aws"] for every in list(organizations_backends.values())]
    return next((one for one in backends if one.org and any(each.id == account for each in one.accounts)), None)


def _organization_for(response: t.Any) -> t.Any:
    """The organization for a caller who may manage root users. Raises what AWS answers to others."""
    account = response.current_account
    found = _organization_of(account)
    if found is None:
        raise _refused("OrganizationNotFoundException", "The organization was not found.")
    if all(one["ServicePrincipal"] != PRINCIPAL for one in found.services):
        raise _refused("ServiceAccessNotEnabledException", "Service access is not enabled for this organization.")
    delegates = {admin.account.id for admin in found.admins if PRINCIPAL in admin.services}
    if account != found.org.master_account_id and account not in delegates:
        message = "The account is neither the management account nor a delegated administrator."
        raise _refused("AccountNotManagementOrDelegatedAdministratorException", message)
    return found


def _features(response: t.Any, switched_on: str | None) -> t.Any:
    found = _organization_for(response)
    features: set[str] = found.__dict__.setdefault("root_features", set())
    if switched_on:
        if response.current_account != found.org.master_account_id:
            raise _refused("CallerIsNotManagementAccountException", "The caller is not the management account.")
        features.add(switched_on)
    return _answer({"OrganizationId": found.org.id, "EnabledFeatures": sorted(features)})


def _assume_root(response: t.Any) -> t.Any:
    """A session of a member's root user. AWS denies it alike for all that is not as it has to be."""
    from moto.sts.models import AssumedRole, sts_backends

    target = response._get_param("TargetPrincipal").rpartition("::")[2].removesuffix(":root")
    task = (response._get_param("TaskPolicyArn") or {}).get("arn", "").rpartition("/root-task/")[2]
    duration = int(response._get_param("DurationSeconds", LONGEST))
    if task not in TASKS or not 0 <= duration <= LONGEST:
        raise _refused("ValidationError", "1 validation error detected.")
    denied = _refused(
        "AccessDenied",
        f"User: arn:aws:iam::{response.current_account}:user/caller is not authorized to perform: sts:AssumeRoot on "
        f"resource: arn:aws:iam::{target}:root",
    )
    try:
        found = _organization_for(response)
    except Exception as exc:
        raise denied from exc
    member = next((one for one in found.accounts if one.id == target), None)
    on = FEATURES[0] in found.__dict__.get("root_features", ())
    if not on or member is None or member.status != "ACTIVE" or target == found.org.master_account_id:
        raise denied
    arn = f"arn:aws:iam::{target}:root"
    account, key = response.backend._create_access_key(role=arn)
    session = AssumedRole(account, response.region, key, "root", arn, None, duration, None)
    session.task = task
    sts_backends[account]["aws"].assumed_roles.append(session)
    return _answer({"Credentials": session})


def _session(account: str, access_key: str) -> t.Any:
    """The session of a root user that has this key, or None."""
    from moto.sts.models import sts_backends

    found = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    return found if hasattr(found, "task") else None


def _for_root(action: str, answer: Callable[[t.Any, RootUser], t.Any], own: Callable[[t.Any], t.Any]) -> t.Any:
    """A call of IAM's that a root user's session makes in its own way, without the name of a user."""

    def method(self: t.Any) -> t.Any:
        session = _session(self.current_account, self.get_access_key())
        if session is None:
            return own(self)
        if self._get_param("UserName") or self._get_param("Password"):
            raise _refused("ValidationError", "Must not be given with a session of AssumeRoot.")
        if action not in TASKS[session.task]:
            message = f"User: arn:aws:iam::{self.current_account}:root is not authorized to perform: iam:{action}"
            raise _refused("AccessDenied", message)
        return _answer(answer(self, root_user(self.current_account)) or {})

    return method


def _with_root(own: Callable[[t.Any], t.Any]) -> t.Any:
    """The account's summary, with what was said of its root user."""

    def method(self: t.Any) -> t.Any:
        summary = own(self)
        root = self.backend.__dict__.get("root_user")
        if root:
            summary.result["SummaryMap"] = {
                **summary.result["SummaryMap"],
                "AccountPasswordPresent": int(root["password"]),
                "AccountAccessKeysPresent": int(bool(root["access_keys"])),
                "AccountSigningCertificatesPresent": int(bool(root["signing_certificates"])),
                "AccountMFAEnabled": int(bool(root["mfa_devices"])),
            }
        return summary

    return method


def _with_task(own: Callable[[t.Any], t.Any]) -> t.Any:
    """The policies of a session, where moto enforces policies."""

    def method(self: t.Any) -> t.Any:
        session = _session(self.account_id, self._access_key_id)
        if session is None:
            return own(self)
        allowed = [f"iam:{action}" for action in sorted(TASKS[session.task])]
        statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
        return [json.dumps({"Version": "2012-10-17", "Statement": [statement]})]

    return method


def _get_login_profile(_response: t.Any, root: RootUser) -> t.Any:
    if not root["password"]:
        raise _refused("NoSuchEntity", "Login Profile for the root user cannot be found.")
    return {"LoginProfile": {"CreateDate": BEGINNING, "PasswordResetRequired": False}}


def _create_login_profile(response: t.Any, root: RootUser) -> t.Any:
    if root["password"]:
        raise _refused("EntityAlreadyExists", "Login Profile for the root user already exists.")
    root["password"] = True
    return _get_login_profile(response, root)


def _delete_login_profile(response: t.Any, root: RootUser) -> None:
    _get_login_profile(response, root)
    root["password"] = False


def _removing(kept: str, param: str) -> Callable[[t.Any, RootUser], None]:
    def remove(response: t.Any, root: RootUser) -> None:
        given = response._get_param(param)
        if given not in root[kept]:
            raise _refused("NoSuchEntity", f"{given} cannot be found.")
        root[kept] = [one for one in root[kept] if one != given]

    return remove


def _listing(kept: str, listed: str, key: str, **more: t.Any) -> Callable[[t.Any, RootUser], t.Any]:
    return lambda _response, root: {listed: [{key: one, **more} for one in root[kept]], "IsTruncated": False}


_OF_ROOT: dict[str, Callable[[t.Any, RootUser], t.Any]] = {
    "GetLoginProfile": _get_login_profile,
    "CreateLoginProfile": _create_login_profile,
    "DeleteLoginProfile": _delete_login_profile,
    "ListAccessKeys": _listing(
        "access_keys", "AccessKeyMetadata", "AccessKeyId", Status="Active", CreateDate=BEGINNING
    ),
    "DeleteAccessKey": _removing("access_keys", "AccessKeyId"),
    "ListSigningCertificates": _listing(
        "signing_certificates", "Certificates", "CertificateId", Status="Active", UploadDate=BEGINNING
    ),
    "DeleteSigningCertificate": _removing("signing_certificates", "CertificateId"),
    "ListMFADevices": _listing("mfa_devices", "MFADevices", "SerialNumber", EnableDate=BEGINNING),
    "DeactivateMFADevice": _removing("mfa_devices", "SerialNumber"),
}
