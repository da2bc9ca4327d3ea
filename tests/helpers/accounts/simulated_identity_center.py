# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Parameters of calls are named as AWS names them.
# ruff: noqa: N803

"""An organization with IAM Identity Center in memory, whose answers can be scripted: in progress, failed, refused."""

from __future__ import annotations

import json
import re
import typing as t
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.store import Service
from botocore.exceptions import ClientError

MANAGEMENT = "111111111111"
DELEGATED = "222222222222"
PRODUCTION, SANDBOX, CLOSED = "333333333333", "444444444444", "555555555555"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
STORE = "d-1234567890"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
CALLER = Caller(MANAGEMENT, f"arn:aws:iam::{MANAGEMENT}:user/Administrator", "AIDAEXAMPLE")
DELEGATE = Caller(DELEGATED, f"arn:aws:iam::{DELEGATED}:user/Administrator", "AIDAEXAMPLE")
OURS = {"cloudhsm.iam/managed": "true"}
Answer = dict[str, t.Any]
READS = ("list_", "get_", "describe_")


def failure(code: str, operation: str = "Operation", message: str = "It was scripted.") -> ClientError:
    """An error as botocore raises it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def _check(*right: object) -> None:
    """What the API reference and the quotas allow, and nothing else."""
    if not all(right):
        raise failure("ValidationException")


def _check_tags(tags: list[Answer]) -> None:
    # Without the letters that only other scripts than Latin have.
    _check(*(re.fullmatch(r"[\w .:/=+@-]{0,256}", tag["Value"]) for tag in tags), len(tags) <= 50)


class Client:
    """A client of boto3's, as far as it is used: calls by name, and paginators of one page."""

    class meta:  # noqa: N801
        """Where it is."""

        region_name = "eu-central-1"

    def __init__(self, call: Callable[..., Answer]) -> None:
        self._call = call

    def __getattr__(self, operation: str) -> Callable[..., Answer]:
        return lambda **params: self._call(operation, params)

    def get_paginator(self, operation: str) -> Client:
        """Gives what the call gives, as the only page."""
        paginator = Client(self._call)
        paginator.__dict__["paginate"] = lambda **params: [self._call(operation, params)]
        return paginator


class Simulated:
    """The organization. Scripts are answers, or errors, that the next calls of an operation get."""

    def __init__(self) -> None:
        self.units = {"ou-1": "Workloads", "ou-2": "Sandbox"}
        self.accounts = {MANAGEMENT: "r-1", DELEGATED: "r-1", PRODUCTION: "ou-1", SANDBOX: "ou-2", CLOSED: "ou-2"}
        self.account_tags = {PRODUCTION: {"stage": "live"}}
        self.sets: dict[str, Answer] = {}
        self.assignments: set[tuple[str, str, str, str]] = set()
        self.outdated: set[str] = set()
        self.groups = {"g-admins": "Admins", "g-empty": "Empty"}
        self.users = {"u-ann": "ann", "u-bob": "bob"}
        self.members = {"m-1": ("g-admins", "u-ann")}
        self.external_ids: list[Answer] = []
        self.scripts: dict[str, list[Answer | Exception]] = {}
        self.calls: Counter[str] = Counter()
        self.written: list[tuple[str, Answer]] = []

    def service(self, pool: ThreadPoolExecutor) -> Service:
        """Clients for it."""
        client = Client(self.call)
        return Service(client, client, t.cast("t.Any", client), pool)

    def call(self, operation: str, params: Answer) -> Answer:
        """Answer a call."""
        self.calls[operation] += 1
        if not operation.startswith(READS):
            self.written.append((operation, params))
        script = self.scripts.get(operation)
        if script:
            answer = script.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        method: Callable[..., Answer] = getattr(self, f"_{operation}")
        return method(**{key: value for key, value in params.items() if key not in ("InstanceArn", "IdentityStoreId")})

    def add_set(self, name: str, *policies: str, tags: t.Mapping[str, str] | None = None, **more: t.Any) -> str:
        """A permission set that is there already."""
        arn = f"{INSTANCE.replace(':instance/', ':permissionSet/')}/ps-{name.lower():x<16}"
        tag_list = [{"Key": key, "Value": value} for key, value in (OURS if tags is None else tags).items()]
        self.sets[arn] = {"Name": name, "policies": set(policies), "own": [], "Tags": tag_list, **more}
        return arn

    def assign(self, arn: str, principal: str, *accounts: str) -> None:
        """Assign a set to somebody in accounts."""
        kind = "GROUP" if principal.startswith("g-") else "USER"
        self.assignments |= {(arn, account, kind, principal) for account in accounts}

    # Organizations

    def _describe_organization(self) -> Answer:
        return {"Organization": {"MasterAccountId": MANAGEMENT}}

    def _account(self, account: str) -> Answer:
        state = "SUSPENDED" if account == CLOSED else "ACTIVE"
        return {"Id": account, "Arn": f"arn:{account}", "Name": account, "Email": "", "State": state}

    def _list_accounts(self) -> Answer:
        return {"Accounts": [self._account(account) for account in self.accounts]}

    def _list_roots(self) -> Answer:
        return {"Roots": [{"Id": "r-1"}]}

    def _list_organizational_units_for_parent(self, ParentId: str) -> Answer:
        units = self.units.items() if ParentId == "r-1" else []
        return {"OrganizationalUnits": [{"Id": key, "Name": name} for key, name in units]}

    def _list_accounts_for_parent(self, ParentId: str) -> Answer:
        return {"Accounts": [self._account(account) for account, unit in self.accounts.items() if unit == ParentId]}

    def _list_tags_for_resource(self, ResourceId: str = "", ResourceArn: str = "") -> Answer:
        if ResourceArn:
            return {"Tags": self.sets[ResourceArn]["Tags"]}
        return {"Tags": [{"Key": key, "Value": value} for key, value in self.account_tags.get(ResourceId, {}).items()]}

    # The identity store

    def _by_name(self, known: dict[str, str], key: str, attribute: Answer) -> Answer:
        name = attribute["UniqueAttribute"]["AttributeValue"]
        found = [known_as for known_as, its_name in known.items() if its_name.lower() == name.lower()]
        if not found:
            raise failure("ResourceNotFoundException")
        return {key: found[0]}

    def _get_group_id(self, AlternateIdentifier: Answer) -> Answer:
        return self._by_name(self.groups, "GroupId", AlternateIdentifier)

    def _get_user_id(self, AlternateIdentifier: Answer) -> Answer:
        return self._by_name(self.users, "UserId", AlternateIdentifier)

    def _describe_group(self, GroupId: str) -> Answer:
        if GroupId not in self.groups:
            raise failure("ResourceNotFoundException")
        return {"DisplayName": self.groups[GroupId]}

    def _describe_user(self, UserId: str) -> Answer:
        if UserId not in self.users:
            raise failure("ResourceNotFoundException")
        return self._user(UserId)

    def _user(self, user_id: str) -> Answer:
        return {"UserId": user_id, "UserName": self.users[user_id], "ExternalIds": self.external_ids}

    def _list_users(self, MaxResults: int | None = None) -> Answer:
        return {"Users": [self._user(key) for key in self.users][:MaxResults]}

    def _list_groups(self, MaxResults: int) -> Answer:
        return {"Groups": [{"GroupId": key} for key in self.groups][:MaxResults]}

    def _list_group_memberships(self, GroupId: str) -> Answer:
        if GroupId not in self.groups:
            raise failure("ResourceNotFoundException")
        listed = [
            {"MembershipId": key, "MemberId": {"UserId": user}}
            for key, (group, user) in self.members.items()
            if group == GroupId
        ]
        return {"GroupMemberships": listed}

    def _create_group(self, DisplayName: str, **_more: str) -> Answer:
        self.groups[f"g-{DisplayName}"] = DisplayName
        return {"GroupId": f"g-{DisplayName}"}

    def _create_group_membership(self, GroupId: str, MemberId: Answer) -> Answer:
        self.members[f"m-{len(self.members) + 1}"] = (GroupId, MemberId["UserId"])
        return {}

    def _delete_group_membership(self, MembershipId: str) -> Answer:
        del self.members[MembershipId]
        return {}

    # Permission sets

    def _list_instances(self) -> Answer:
        return {"Instances": [{"InstanceArn": INSTANCE, "IdentityStoreId": STORE, "OwnerAccountId": MANAGEMENT}]}

    def _list_permission_sets(self) -> Answer:
        return {"PermissionSets": list(self.sets)}

    def _describe_permission_set(self, PermissionSetArn: str) -> Answer:
        return {"PermissionSet": self.sets[PermissionSetArn]}

    def _get_inline_policy_for_permission_set(self, PermissionSetArn: str) -> Answer:
        return {"InlinePolicy": self.sets[PermissionSetArn].get("inline", "")}

    def _get_permissions_boundary_for_permission_set(self, PermissionSetArn: str) -> Answer:
        boundary = self.sets[PermissionSetArn].get("boundary")
        if boundary is None:
            raise failure("ResourceNotFoundException")
        return {"PermissionsBoundary": boundary}

    def _list_managed_policies_in_permission_set(self, PermissionSetArn: str) -> Answer:
        return {"AttachedManagedPolicies": [{"Arn": arn} for arn in sorted(self.sets[PermissionSetArn]["policies"])]}

    def _list_customer_managed_policy_references_in_permission_set(self, PermissionSetArn: str) -> Answer:
        return {"CustomerManagedPolicyReferences": self.sets[PermissionSetArn]["own"]}

    def _list_permission_sets_provisioned_to_account(self, AccountId: str) -> Answer:
        return {
            "PermissionSets": sorted({arn for arn, account, _kind, _who in self.assignments if account == AccountId})
        }

    def _list_accounts_for_provisioned_permission_set(
        self, PermissionSetArn: str, ProvisioningStatus: str = ""
    ) -> Answer:
        accounts = {account for arn, account, _kind, _who in self.assignments if arn == PermissionSetArn}
        return {"AccountIds": sorted(accounts & self.outdated if ProvisioningStatus else accounts)}

    def _create_permission_set(self, Name: str, Tags: list[Answer], **more: str) -> Answer:
        if any(one["Name"] == Name for one in self.sets.values()):
            raise failure("ConflictException")
        _check(re.fullmatch(r"[\w+=,.@-]{1,32}", Name, re.ASCII), len(more.get("Description", "")) <= 700)
        _check_tags(Tags)
        tags = {tag["Key"]: tag["Value"] for tag in Tags}
        return {"PermissionSet": {"PermissionSetArn": self.add_set(Name, tags=tags, **more)}}

    def _update_permission_set(self, PermissionSetArn: str, **more: str) -> Answer:
        for key in ("Description", "RelayState", "SessionDuration"):
            self.sets[PermissionSetArn].pop(key, None)
        self.sets[PermissionSetArn].update(more)
        return {}

    def _delete_permission_set(self, PermissionSetArn: str) -> Answer:
        if any(arn == PermissionSetArn for arn, *_where in self.assignments):
            raise failure("ConflictException")
        del self.sets[PermissionSetArn]
        return {}

    def _attach_managed_policy_to_permission_set(self, PermissionSetArn: str, ManagedPolicyArn: str) -> Answer:
        self.sets[PermissionSetArn]["policies"].add(ManagedPolicyArn)
        return {}

    def _detach_managed_policy_from_permission_set(self, PermissionSetArn: str, ManagedPolicyArn: str) -> Answer:
        self.sets[PermissionSetArn]["policies"].remove(ManagedPolicyArn)
        return {}

    def _attach_customer_managed_policy_reference_to_permission_set(
        self, PermissionSetArn: str, CustomerManagedPolicyReference: Answer
    ) -> Answer:
        self.sets[PermissionSetArn]["own"].append(CustomerManagedPolicyReference)
        return {}

    def _detach_customer_managed_policy_reference_from_permission_set(
        self, PermissionSetArn: str, CustomerManagedPolicyReference: Answer
    ) -> Answer:
        self.sets[PermissionSetArn]["own"].remove(CustomerManagedPolicyReference)
        return {}

    def _put_inline_policy_to_permission_set(self, PermissionSetArn: str, InlinePolicy: str) -> Answer:
        json.loads(InlinePolicy)
        _check(len("".join(InlinePolicy.split())) <= 10240)
        self.sets[PermissionSetArn]["inline"] = InlinePolicy
        return {}

    def _delete_inline_policy_from_permission_set(self, PermissionSetArn: str) -> Answer:
        del self.sets[PermissionSetArn]["inline"]
        return {}

    def _put_permissions_boundary_to_permission_set(self, PermissionSetArn: str, PermissionsBoundary: Answer) -> Answer:
        self.sets[PermissionSetArn]["boundary"] = PermissionsBoundary
        return {}

    def _delete_permissions_boundary_from_permission_set(self, PermissionSetArn: str) -> Answer:
        del self.sets[PermissionSetArn]["boundary"]
        return {}

    def _tag_resource(self, ResourceArn: str, Tags: list[Answer]) -> Answer:
        _check_tags(Tags)
        keys = {tag["Key"] for tag in Tags}
        kept = [tag for tag in self.sets[ResourceArn]["Tags"] if tag["Key"] not in keys]
        self.sets[ResourceArn]["Tags"] = kept + Tags
        return {}

    def _untag_resource(self, ResourceArn: str, TagKeys: list[str]) -> Answer:
        self.sets[ResourceArn]["Tags"] = [tag for tag in self.sets[ResourceArn]["Tags"] if tag["Key"] not in TagKeys]
        return {}

    # Assignments, and what AWS works on by itself

    def _list_account_assignments(self, PermissionSetArn: str, AccountId: str) -> Answer:
        return self._listed(lambda one: one[:2] == (PermissionSetArn, AccountId))

    def _list_account_assignments_for_principal(self, PrincipalType: str, PrincipalId: str) -> Answer:
        return self._listed(lambda one: one[2:] == (PrincipalType, PrincipalId))

    def _listed(self, chosen: Callable[[tuple[str, str, str, str]], bool]) -> Answer:
        keys = ("PermissionSetArn", "AccountId", "PrincipalType", "PrincipalId")
        return {
            "AccountAssignments": [dict(zip(keys, one, strict=True)) for one in sorted(self.assignments) if chosen(one)]
        }

    def _create_account_assignment(
        self, PermissionSetArn: str, TargetId: str, PrincipalType: str, PrincipalId: str, TargetType: str
    ) -> Answer:
        assert TargetType == "AWS_ACCOUNT"
        self.assignments.add((PermissionSetArn, TargetId, PrincipalType, PrincipalId))
        return {"AccountAssignmentCreationStatus": {"Status": "SUCCEEDED", "RequestId": "done"}}

    def _delete_account_assignment(
        self, PermissionSetArn: str, TargetId: str, PrincipalType: str, PrincipalId: str, TargetType: str
    ) -> Answer:
        assert TargetType == "AWS_ACCOUNT"
        self.assignments.remove((PermissionSetArn, TargetId, PrincipalType, PrincipalId))
        return {"AccountAssignmentDeletionStatus": {"Status": "SUCCEEDED", "RequestId": "done"}}

    def _provision_permission_set(self, PermissionSetArn: str, TargetType: str) -> Answer:
        assert (PermissionSetArn in self.sets, TargetType) == (True, "ALL_PROVISIONED_ACCOUNTS")
        self.outdated.clear()
        return {"PermissionSetProvisioningStatus": {"Status": "SUCCEEDED", "RequestId": "done"}}
