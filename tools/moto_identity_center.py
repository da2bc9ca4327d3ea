# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Adds what moto 5.2 lacks of IAM Identity Center: tags, boundaries, requests that take time, and provisioning.

It also adds the sign-ins in CloudTrail's event history.

Responses follow the IAM Identity Center API reference.
"""

from __future__ import annotations

import json
import time
import typing as t
from collections.abc import Callable

# Seconds that a request takes. Real requests take somewhat longer.
WORK = 0.2
# Who has this title has signed in, as the event history tells.
SIGNED_IN = "signed in"
Params = dict[str, t.Any]
Answer = dict[str, t.Any]


def complete() -> None:
    """Make moto's permission sets, and CloudTrail's event history, answer like AWS's."""
    from moto.cloudtrail.responses import CloudTrailResponse
    from moto.ssoadmin.responses import SSOAdminResponse

    CloudTrailResponse.lookup_events = _lookup_events
    for name, answer in (
        ("list_tags_for_resource", _list_tags),
        ("tag_resource", _tag),
        ("untag_resource", _untag),
        ("get_permissions_boundary_for_permission_set", _get_boundary),
        ("put_permissions_boundary_to_permission_set", _put_boundary),
        ("delete_permissions_boundary_from_permission_set", _delete_boundary),
        ("provision_permission_set", _provision),
        ("list_accounts_for_provisioned_permission_set", _provisioned_accounts),
        ("list_permission_sets_provisioned_to_account", _provisioned_sets),
        ("list_permission_set_provisioning_status", _list_status("PermissionSetsProvisioningStatus")),
        ("list_account_assignment_creation_status", _list_status("AccountAssignmentsCreationStatus")),
        ("list_account_assignment_deletion_status", _list_status("AccountAssignmentsDeletionStatus")),
        ("describe_permission_set_provisioning_status", _describe("PermissionSetProvisioningStatus", "Provision")),
        ("describe_account_assignment_creation_status", _describe("AccountAssignmentCreationStatus", "Account")),
        ("describe_account_assignment_deletion_status", _describe("AccountAssignmentDeletionStatus", "Account")),
    ):
        setattr(SSOAdminResponse, name, _method(answer))
    for name in ("create_account_assignment", "delete_account_assignment"):
        setattr(SSOAdminResponse, name, _taking_a_while(getattr(SSOAdminResponse, name)))
    for name in ("create_permission_set", "delete_permission_set"):
        setattr(SSOAdminResponse, name, _guarded(getattr(SSOAdminResponse, name)))
    for name in dir(SSOAdminResponse):
        if name.endswith("_permission_set") and name.startswith(("attach_", "detach_", "update_")):
            setattr(SSOAdminResponse, name, _noted(getattr(SSOAdminResponse, name)))
    for name in ("put_inline_policy_to_permission_set", "delete_inline_policy_from_permission_set"):
        setattr(SSOAdminResponse, name, _noted(getattr(SSOAdminResponse, name)))


def _method(answer: Callable[[t.Any, Params], Answer]) -> Callable[[t.Any], str]:
    def method(self: t.Any) -> str:
        return json.dumps(answer(self.ssoadmin_backend, json.loads(self.body)))

    return method


def _set(backend: t.Any, params: Params) -> t.Any:
    """The permission set of a call, with the attributes that moto lacks."""
    arn = params.get("PermissionSetArn") or params["ResourceArn"]
    found = backend._find_permission_set(params["InstanceArn"], arn)
    found.__dict__.setdefault("boundary", None)
    found.__dict__.setdefault("version", 0)
    # By account: the version of the permission set there, while it is assigned.
    found.__dict__.setdefault("versions", {})
    return found


def _list_tags(backend: t.Any, params: Params) -> Answer:
    return {"Tags": _set(backend, params).tags or []}


def _tag(backend: t.Any, params: Params) -> Answer:
    one = _set(backend, params)
    new = {tag["Key"] for tag in params["Tags"]}
    one.tags = [tag for tag in one.tags or [] if tag["Key"] not in new] + params["Tags"]
    return {}


def _untag(backend: t.Any, params: Params) -> Answer:
    one = _set(backend, params)
    one.tags = [tag for tag in one.tags or [] if tag["Key"] not in params["TagKeys"]]
    return {}


def _get_boundary(backend: t.Any, params: Params) -> Answer:
    from moto.ssoadmin.exceptions import ResourceNotFoundException

    boundary = _set(backend, params).boundary
    if boundary is None:
        raise ResourceNotFoundException("There is no permissions boundary.")
    return {"PermissionsBoundary": boundary}


def _put_boundary(backend: t.Any, params: Params) -> Answer:
    one = _set(backend, params)
    one.boundary = params["PermissionsBoundary"]
    one.version += 1
    return {}


def _delete_boundary(backend: t.Any, params: Params) -> Answer:
    one = _set(backend, params)
    one.boundary = None
    one.version += 1
    return {}


def _accounts(backend: t.Any, one: t.Any) -> list[str]:
    """Accounts in which the set is assigned, and so has a role."""
    arn = one.permission_set_arn
    return sorted({each.target_id for each in backend.account_assignments if each.permission_set_arn == arn})


def _provisioned_accounts(backend: t.Any, params: Params) -> Answer:
    one = _set(backend, params)
    accounts = _accounts(backend, one)
    status = params.get("ProvisioningStatus")
    if status:
        latest = status == "LATEST_PERMISSION_SET_PROVISIONED"
        accounts = [account for account in accounts if (one.versions.get(account) == one.version) == latest]
    return {"AccountIds": accounts}


def _provisioned_sets(backend: t.Any, params: Params) -> Answer:
    (instance,) = [one for one in backend.instances if one.instance_arn == params["InstanceArn"]]
    found = [one for one in backend.permission_sets if params["AccountId"] in _accounts(backend, one)]
    return {"PermissionSets": [one.permission_set_arn for one in found if one.instance_arn == instance.instance_arn]}


def _provision(backend: t.Any, params: Params) -> Answer:
    one = _set(backend, params)
    accounts = _accounts(backend, one)
    one.versions = dict.fromkeys(accounts, one.version)
    summary = {"PermissionSetArn": one.permission_set_arn, "AccountId": (accounts or [backend.account_id])[0]}
    return {"PermissionSetProvisioningStatus": _begin(backend, summary)}


def _begin(backend: t.Any, summary: Answer) -> Answer:
    """Start a request that takes time; return its status."""
    from moto.moto_api._internal import mock_random

    summary = {**summary, "RequestId": summary.get("RequestId") or str(mock_random.uuid4()), "Status": "IN_PROGRESS"}
    requests = backend.__dict__.setdefault("requests", {})
    requests[summary["RequestId"]] = ({**summary, "CreatedDate": time.time()}, time.monotonic() + WORK)
    return summary


def _state(backend: t.Any, request_id: str) -> Answer:
    summary, until = backend.__dict__.setdefault("requests", {})[request_id]
    return {**summary, "Status": "SUCCEEDED" if time.monotonic() >= until else "IN_PROGRESS"}


def _list_status(key: str) -> Callable[[t.Any, Params], Answer]:
    def answer(backend: t.Any, params: Params) -> Answer:
        states = [_state(backend, request) for request in backend.__dict__.setdefault("requests", {})]
        wanted = params.get("Filter", {}).get("Status")
        shown = ("Status", "RequestId", "CreatedDate")
        return {key: [{name: one[name] for name in shown} for one in states if wanted in (None, one["Status"])]}

    return answer


def _describe(key: str, start: str) -> Callable[[t.Any, Params], Answer]:
    def answer(backend: t.Any, params: Params) -> Answer:
        (request,) = [value for name, value in params.items() if name.startswith(start)]
        return {key: _state(backend, request)}

    return answer


def _taking_a_while(call: Callable[[t.Any], str]) -> Callable[[t.Any], str]:
    """Make creating and deleting assignments take time; allow creating one that exists."""

    def method(self: t.Any) -> str:
        backend, params = self.ssoadmin_backend, json.loads(self.body)
        one = _set(backend, params)
        account, principal = params["TargetId"], params["PrincipalId"]
        same = [
            each
            for each in backend.account_assignments
            if (each.permission_set_arn, each.target_id, each.principal_id)
            == (one.permission_set_arn, account, principal)
        ]
        if same and call.__name__ == "create_account_assignment":
            backend.account_assignments.remove(same[0])
        if account not in _accounts(backend, one):
            one.versions[account] = one.version
        ((key, summary),) = json.loads(call(self)).items()
        return json.dumps({key: _begin(backend, summary)})

    return method


def _guarded(call: Callable[[t.Any], str]) -> Callable[[t.Any], str]:
    """Refuse a permission set whose name is taken, and the deletion of one that is assigned."""

    def method(self: t.Any) -> str:
        from moto.ssoadmin.exceptions import ConflictException

        backend, params = self.ssoadmin_backend, json.loads(self.body)
        if "Name" in params and any(one.name == params["Name"] for one in backend.permission_sets):
            raise ConflictException(f"PermissionSet with name {params['Name']} already exists.")
        if "PermissionSetArn" in params and _accounts(backend, _set(backend, params)):
            raise ConflictException("PermissionSet is assigned.")
        answer = call(self)
        for one in backend.permission_sets:
            # moto has seconds where AWS has an ISO 8601 duration.
            one.session_duration = "PT1H" if one.session_duration == 3600 else one.session_duration
        return answer

    return method


def _noted(call: Callable[[t.Any], str]) -> Callable[[t.Any], str]:
    """Count changes to a permission set as new versions, which are not provisioned yet."""

    def method(self: t.Any) -> str:
        answer = call(self)
        _set(self.ssoadmin_backend, json.loads(self.body)).version += 1
        return answer

    return method


def _lookup_events(self: t.Any) -> str:
    """Sign-ins of the account's identity store (User Guide, "Understanding IAM Identity Center sign-in events")."""
    from moto.identitystore.models import identitystore_backends

    stores = identitystore_backends[self.current_account][self.region].identity_stores
    found = [
        {"EventName": "UserAuthentication", "CloudTrailEvent": json.dumps(sign_in(store, user.UserId))}
        for store, data in stores.items()
        for user in data.users.values()
        if user.Title == SIGNED_IN
    ]
    return json.dumps({"Events": found})


def sign_in(store_id: str, user_id: str, **more: t.Any) -> Answer:
    """The event of a sign-in, as CloudTrail has it."""
    store = f"arn:aws:identitystore::123456789012:identitystore/{store_id}"
    return {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IdentityCenterUser",
            "accountId": "123456789012",
            "onBehalfOf": {"userId": user_id, "identityStoreArn": store},
        },
        "eventTime": "2026-11-26T08:00:00Z",
        "eventSource": "signin.amazonaws.com",
        "eventName": "UserAuthentication",
        "serviceEventDetails": {"UserAuthentication": "Success"},
        **more,
    }
