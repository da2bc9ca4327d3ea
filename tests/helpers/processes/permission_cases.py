# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of playbooks that together ask for each action in docs/permissions.yml."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import boto3
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import (
    limited,
    policy_name,
    policy_path,
    set_name,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import saml_trust_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import folder
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users import notes
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.model import Note
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import DENY_EVERYTHING
from helpers.accounts import everything
from helpers.accounts.identity_center import IdentityCenter
from helpers.accounts.organization import Member, make_organization
from helpers.accounts.root_users import say_root_user, switch_on
from helpers.accounts.temporary import FAR, add_temporary_member
from helpers.moto.clients import administrator, client_in
from helpers.moto.enforcing_moto import SERVICE_CREDENTIAL
from moto_identity_center import SIGNED_IN

METADATA = Path(__file__).resolve().parents[3] / "extensions" / "molecule" / "federated_access" / "metadata.xml"

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Variables = dict[str, t.Any]


@dataclass(frozen=True)
class Case:
    """One run of a playbook: its variables, and what the account (a number) holds before.

    What asks for all that one use of a role needs, and nothing else, names it as (role, use).
    """

    playbook: str
    variables: Callable[[str], Variables]
    prepare: Callable[[IAMClient, str], None] = lambda _iam, _account: None
    use: tuple[str, str] | None = None


def _all_kinds_of_users(account: str) -> Variables:
    options = json.loads(json.dumps(everything.OPTIONS).replace(everything.ACCOUNT, account))
    return {
        **{f"user_provisioning_{name}": value for name, value in options.items()},
        "user_provisioning_credentials_store": "file",
    }


def _adding(_account: str) -> Variables:
    return {
        "user": "eve",
        "user_groups": "Auditors",
        "console_access": True,
        "user_provisioning_credentials_store": "file",
    }


def _amending(_account: str) -> Variables:
    return {"user": "eve", "add_groups": "Auditors", "leave_groups": "Old", "new_name": "eva", "user_path": "/hsm/"}


def _temporary_users(_account: str) -> Variables:
    later = {"group": "Auditors", "until": "2040-01-01T00:00Z", "reason": "INC-1234"}
    return {
        "user_provisioning_users": [
            {"name": "ann", "temporary_groups": [later]},
            {"name": "bob", "temporary_groups": [later]},
            {"name": "eve", "leave_groups": ["Auditors"]},
        ]
    }


def _temporary_members(iam: IAMClient, account: str) -> None:
    """A group with a policy of AWS's, users who have its permissions until a time, and one who has not."""
    _auditors(iam, account)
    arn = "arn:aws:iam::aws:policy/IAMUserChangePassword"
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [limited(allow, "2040-01-01T00:00:00Z")]}
    iam.attach_group_policy(GroupName="Auditors", PolicyArn=arn)
    iam.create_user(UserName="bob")
    for name in ("ann", "eve"):
        iam.create_user(UserName=name)
        made = iam.create_policy(
            PolicyName=policy_name(name, "Auditors", 1),
            Path=policy_path(name, "Auditors"),
            PolicyDocument=json.dumps(document),
            Tags=[t.cast(t.Any, everything.OWNED)],
        )
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])


def _with_password(_account: str) -> Variables:
    return {"console_access": True, "user_provisioning_credentials_store": "file"}


def _half_added(iam: IAMClient, account: str) -> None:
    """A user in one group, and another group."""
    _auditors(iam, account)
    iam.create_group(GroupName="Old")
    iam.create_user(UserName="eve")
    iam.add_user_to_group(UserName="eve", GroupName="Old")


def _with_console(iam: IAMClient, _account: str) -> None:
    iam.create_user(UserName="eve")
    iam.create_login_profile(UserName="eve", Password="Chosen-by-the-user-1")


def _may_change_password(iam: IAMClient, account: str) -> None:
    """A user who may change its password by a policy of AWS's, and another one who has none yet."""
    _with_console(iam, account)
    iam.create_user(UserName="ann")
    for name in ("ann", "eve"):
        iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/IAMUserChangePassword")


def _with_device(iam: IAMClient, account: str) -> None:
    _may_change_password(iam, account)
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="eve", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )


def _with_key(iam: IAMClient, _account: str) -> None:
    iam.create_user(UserName="svc-backup")
    iam.create_access_key(UserName="svc-backup")


def _with_two_keys(iam: IAMClient, _account: str, since: str = "") -> None:
    """A rotation whose new key has been used. since is when the old one was deactivated."""
    iam.create_user(UserName="svc-backup")
    old, new = (iam.create_access_key(UserName="svc-backup")["AccessKey"] for _key in range(2))
    signed = {"aws_access_key_id": new["AccessKeyId"], "aws_secret_access_key": new["SecretAccessKey"]}
    session: t.Any = boto3.Session()
    session.client("iam", endpoint_url=iam.meta.endpoint_url, region_name="us-east-1", **signed).list_users()
    words = [new["AccessKeyId"], old["AccessKeyId"], *filter(None, [since])]
    iam.tag_user(UserName="svc-backup", Tags=[{"Key": "cloudhsm.iam/access-key-rotation", "Value": " ".join(words)}])
    if since:
        iam.update_access_key(UserName="svc-backup", AccessKeyId=old["AccessKeyId"], Status="Inactive")


def _long_deactivated(iam: IAMClient, account: str) -> None:
    _with_two_keys(iam, account, "2026-01-01T00:00:00Z")


def _rotating(_account: str) -> Variables:
    return {"user": "svc-backup", "delete_after_days": 7, "user_credentials_store": "file"}


def _resetting(user: str) -> Callable[[str], Variables]:
    return lambda _account: {"user": user, "console_access": True, "user_credentials_store": "file"}


def _sealing(_account: str) -> Variables:
    halves = [{"store": "file", "path": f"~/.cloudhsm-iam/{half}/halves.yml"} for half in ("first", "second")]
    return {"break_glass_group": "Emergency", "break_glass_stores": halves}


def _emergency(iam: IAMClient, _account: str) -> None:
    iam.create_group(GroupName="Emergency")


def _sealed(iam: IAMClient, account: str) -> None:
    _emergency(iam, account)
    tags = [{"Key": "cloudhsm.iam/protected", "Value": "true"}]
    iam.create_user(UserName="break-glass", Tags=t.cast(t.Any, tags))
    iam.create_login_profile(UserName="break-glass", Password="Sealed-before-1")


def _auditors(iam: IAMClient, _account: str) -> None:
    iam.create_group(GroupName="Auditors")


def _leaving(_account: str) -> Variables:
    return {"user_offboarding_users": ["leaver"]}


def _suspending(_account: str) -> Variables:
    return {"user_offboarding_users": ["leaver", "hoarder"]}


# The access keys and so on of the suspended user, which have other names in each account.
SWITCHED_OFF: dict[str, list[str]] = {}


def _restoring(account: str) -> Variables:
    return {
        "user_provisioning_users": [{"name": "leaver", "console_access": True}, {"name": "hoarder"}],
        "user_provisioning_restore_suspended": ["leaver", "hoarder"],
        "user_provisioning_restore_credentials": SWITCHED_OFF[account],
        "user_provisioning_credentials_store": "file",
    }


# What this collection gives to the policies that it creates.
OURS: t.Any = [{"Key": "cloudhsm.iam/managed", "Value": "true"}]


def _with_hoarder(iam: IAMClient, account: str) -> None:
    """The account of everything, and a user with as many policies as IAM allows."""
    everything.prepare(iam, account)
    iam.create_user(UserName="hoarder")
    for service in ("S3", "SQS", "SNS", "EC2", "VPC"):
        for access in ("FullAccess", "ReadOnlyAccess"):
            iam.attach_user_policy(UserName="hoarder", PolicyArn=f"arn:aws:iam::aws:policy/Amazon{service}{access}")


def _suspended(iam: IAMClient, account: str) -> None:
    """The account of everything, with leaver and hoarder as suspend_users leaves them."""
    _with_hoarder(iam, account)
    iam.put_user_policy(
        UserName="hoarder", PolicyName="CloudHSMIamSuspended", PolicyDocument=json.dumps(DENY_EVERYTHING)
    )
    key = iam.list_access_keys(UserName="leaver")["AccessKeyMetadata"][0]["AccessKeyId"]
    ssh = iam.list_ssh_public_keys(UserName="leaver")["SSHPublicKeys"][0]["SSHPublicKeyId"]
    certificate = iam.list_signing_certificates(UserName="leaver")["Certificates"][0]["CertificateId"]
    iam.update_access_key(UserName="leaver", AccessKeyId=key, Status="Inactive")
    iam.update_ssh_public_key(UserName="leaver", SSHPublicKeyId=ssh, Status="Inactive")
    iam.update_signing_certificate(UserName="leaver", CertificateId=certificate, Status="Inactive")
    iam.update_service_specific_credential(
        UserName="leaver", ServiceSpecificCredentialId=SERVICE_CREDENTIAL, Status="Inactive"
    )
    iam.delete_login_profile(UserName="leaver")
    iam.attach_user_policy(UserName="leaver", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    SWITCHED_OFF[account] = [key, ssh, certificate, SERVICE_CREDENTIAL]
    had = " ".join(("console", *SWITCHED_OFF[account]))
    tags = {"cloudhsm.iam/suspended": "true", "cloudhsm.iam/suspended-had-1": had}
    iam.tag_user(UserName="leaver", Tags=[{"Key": name, "Value": value} for name, value in tags.items()])


def _older_setup(iam: IAMClient, account: str) -> None:
    """Groups and a user that are there already, and a policy with as many versions as IAM keeps."""
    arn = f"arn:aws:iam::{account}:policy/CloudHSMAdministrators"
    iam.create_policy(PolicyName="CloudHSMAdministrators", PolicyDocument=_document("cloudhsm:ListTags"), Tags=OURS)
    for action in ("CreateHsm", "DeleteHsm", "CreateCluster", "DeleteCluster"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=_document(f"cloudhsm:{action}"), SetAsDefault=True)
    for group in ("Administrators", "CloudHSMAdministrators"):
        iam.create_group(GroupName=group)
    _pending(iam, "Administrator")


def _pending(iam: IAMClient, name: str) -> None:
    """A user who has done what is to be done before joining the own groups."""
    iam.create_group(GroupName="CloudHSMIamOnboarding")
    iam.create_user(UserName=name)
    iam.add_user_to_group(UserName=name, GroupName="CloudHSMIamOnboarding")
    iam.create_login_profile(UserName=name, Password="Chosen-by-the-user-1")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName=name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="234567"
    )


def _document(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _service_linked_role(iam: IAMClient, _account: str) -> None:
    iam.create_service_linked_role(AWSServiceName="cloudhsm.amazonaws.com", Description="Created by cloudhsm.iam")


def _bootstrapped(iam: IAMClient, account: str) -> None:
    """What bootstrap made, and a user of its with one of everything that a user can have."""
    policies = f"arn:aws:iam::{account}:policy/"
    groups = ["Administrators", "CloudHSMAdministrators"]
    tags = [{"Key": "cloudhsm.iam/bootstrap-groups", "Value": " ".join(groups)}]
    iam.create_policy(PolicyName=groups[1], PolicyDocument=_document("cloudhsm:*"), Tags=t.cast(t.Any, tags))
    iam.create_policy_version(PolicyArn=policies + groups[1], PolicyDocument=_document("cloudhsm:Describe*"))
    for group, policy in zip(
        groups, ("arn:aws:iam::aws:policy/AdministratorAccess", policies + groups[1]), strict=True
    ):
        iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=policy)
    iam.create_group(GroupName="Old")
    iam.create_policy(PolicyName="first", PolicyDocument=_document("s3:ListBucket"))
    everything.prepare_leaver(iam, policies)
    iam.tag_user(UserName="leaver", Tags=[{"Key": "cloudhsm.iam/bootstrap", "Value": "true"}])
    _service_linked_role(iam, account)


def just_bootstrapped(iam: IAMClient, account: str) -> None:
    """The page's end state, with nobody but the administrator."""
    document, _problems = build_policy(Wish("admin"))
    made = iam.create_policy(PolicyName="CloudHSMAdministrators", PolicyDocument=json.dumps(document), Tags=OURS)
    own = made["Policy"]["Arn"]
    for group, policy in (
        ("Administrators", "arn:aws:iam::aws:policy/AdministratorAccess"),
        ("CloudHSMAdministrators", own),
    ):
        iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=policy)
    iam.create_user(UserName="Administrator")
    iam.create_login_profile(UserName="Administrator", Password="Chosen-by-the-user-1")
    iam.add_user_to_group(GroupName="Administrators", UserName="Administrator")
    _service_linked_role(iam, account)


def _to_export(iam: IAMClient, account: str) -> None:
    """The account of everything, and what bootstrap made."""
    everything.prepare(iam, account)
    document, _problems = build_policy(Wish("admin"))
    iam.create_policy(PolicyName="CloudHSMAdministrators", PolicyDocument=json.dumps(document), Tags=OURS)
    arn = f"arn:aws:iam::{account}:policy/CloudHSMAdministrators"
    iam.attach_group_policy(GroupName="New", PolicyArn=arn)
    provider = iam.create_saml_provider(Name="Okta", SAMLMetadataDocument=METADATA.read_text())["SAMLProviderArn"]
    trust = saml_trust_policy(provider, {}, [], [])
    iam.create_role(RoleName="CloudHSMAdministrators", AssumeRolePolicyDocument=json.dumps(trust), Tags=OURS)
    iam.attach_role_policy(RoleName="CloudHSMAdministrators", PolicyArn=arn)


def _groups(_account: str) -> Variables:
    groups = [{"name": "CloudHSMAdministrators", "access": "admin"}, {"name": "Auditors", "access": "read_only"}]
    return {"group_provisioning_groups": groups}


def _federated(**variables: t.Any) -> Callable[[str], Variables]:
    named = {f"federated_access_{name}": value for name, value in variables.items()}
    return lambda _account: {"federated_access_provider_name": "ExampleCorp", **named}


def _metadata(comment: str) -> str:
    """Metadata as long as IAM wants it at least."""
    return METADATA.read_text().replace("</md:EntityDescriptor>", f"<!-- {comment} --></md:EntityDescriptor>")


def _older_federation(iam: IAMClient, account: str) -> None:
    """A provider, a role and its policy, all of them other than they are to be."""
    iam.create_saml_provider(Name="ExampleCorp", SAMLMetadataDocument=_metadata("old"))
    arn = f"arn:aws:iam::{account}:policy/CloudHSMAdministrators"
    tags: t.Any = [{"Key": "cloudhsm.iam/managed", "Value": "true"}]
    iam.create_policy(PolicyName="CloudHSMAdministrators", PolicyDocument=_document("cloudhsm:ListTags"), Tags=tags)
    for action in ("CreateHsm", "DeleteHsm", "CreateCluster", "DeleteCluster"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=_document(f"cloudhsm:{action}"), SetAsDefault=True)
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="CloudHSMAdministrators", AssumeRolePolicyDocument=document, Tags=tags)
    iam.attach_role_policy(RoleName="CloudHSMAdministrators", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")


def _role(**variables: t.Any) -> Callable[[str], Variables]:
    return lambda _account: {f"cloudhsm_role_{name}": value for name, value in variables.items()}


GITHUB = "token.actions.githubusercontent.com"
WORKFLOW = {"trust": "oidc", "oidc_issuer": "github", "oidc_subjects": ["repo:octo-org/hsm:*"]}


def _older_role(iam: IAMClient, account: str) -> None:
    """A role, its policy, its instance profile and an OIDC provider, all of them other than they are to be."""
    arn = f"arn:aws:iam::{account}:policy/CloudHSMClient"
    iam.create_policy(PolicyName="CloudHSMClient", PolicyDocument=_document("cloudhsm:ListTags"), Tags=OURS)
    for action in ("CreateHsm", "DeleteHsm", "CreateCluster", "DeleteCluster"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=_document(f"cloudhsm:{action}"), SetAsDefault=True)
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="CloudHSMClient", AssumeRolePolicyDocument=document, Tags=OURS)
    iam.attach_role_policy(RoleName="CloudHSMClient", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.create_instance_profile(InstanceProfileName="CloudHSMClient", Tags=OURS)
    iam.add_role_to_instance_profile(InstanceProfileName="CloudHSMClient", RoleName="CloudHSMClient")
    iam.create_open_id_connect_provider(Url=f"https://{GITHUB}", ClientIDList=["other"], ThumbprintList=[], Tags=OURS)


def _password_policy(**variables: t.Any) -> Callable[[str], Variables]:
    return lambda _account: {f"account_password_policy_{name}": value for name, value in variables.items()}


def _some_password_policy(iam: IAMClient, _account: str) -> None:
    iam.update_account_password_policy(MinimumPasswordLength=12)


def _member_of(account: str) -> str:
    """Another account, whose role the caller in this one assumes."""
    return f"3{account[1:]}"


def _member(account: str) -> Variables:
    member = _member_of(account)
    return {
        "account_id": member,
        "account_role_arn": f"arn:aws:iam::{member}:role/Anything",
        # The shortest that bootstrap can do: taking back what it made in an account in which it has made nothing.
        "bootstrap_state": "absent",
        "bootstrap_teardown_confirm": member,
    }


def _role_in_member(iam: IAMClient, account: str) -> None:
    member = administrator(iam.meta.endpoint_url, _member_of(account))
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    member.create_role(RoleName="Anything", AssumeRolePolicyDocument=document)
    member.attach_role_policy(RoleName="Anything", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def _access(account: str) -> Variables:
    """All kinds of things that a permission set and an assignment can have."""
    return {
        "identity_center_access_region": "us-east-1",
        "identity_center_access_permission_sets": [
            {
                "name": "New",
                "access": "admin",
                "managed_policies": ["ReadOnlyAccess"],
                "customer_managed_policies": ["Own"],
                "boundary": "Boundary",
            }
        ],
        "identity_center_access_groups": [{"name": "Operators", "members": ["ann"]}],
        "identity_center_access_assignments": [
            {"permission_set": "New", "groups": ["Operators"], "organizational_units": ["/Workloads"]},
            {"permission_set": "New", "users": ["ann"], "account_tags": {"stage": "live"}, "accounts": [account]},
            {
                "permission_set": "New",
                "users": ["bob"],
                "accounts": [account],
                "until": "2099-12-31T18:00Z",
                "reason": "x",
            },
        ],
    }


def _other_access(account: str) -> Variables:
    """The same set, and nothing of what it had."""
    return {
        "identity_center_access_region": "us-east-1",
        "identity_center_access_permission_sets": [
            {
                "name": "Old",
                "access": "administrator",
                "managed_policies": [],
                "customer_managed_policies": [],
                "boundary": "",
                "session_duration": 7200,
                "tags": {"new": "yes"},
            }
        ],
        "identity_center_access_groups": [{"name": "Old", "members": ["ann"]}],
        "identity_center_access_assignments": [{"permission_set": "Old", "users": ["ann"], "accounts": [account]}],
        **{f"identity_center_access_purge_{what}": True for what in ("assignments", "policies", "tags", "members")},
    }


def _no_access(_account: str) -> Variables:
    return {
        "identity_center_access_region": "us-east-1",
        "identity_center_access_state": "absent",
        "identity_center_access_permission_sets": [{"name": "Old"}],
        "identity_center_access_purge_assignments": True,
    }


def _guardrails(**variables: t.Any) -> Callable[[str], Variables]:
    given = {"targets": ["/Workloads"], "canary_wait": 0, **variables}
    return lambda _account: {f"cloudhsm_guardrails_{name}": value for name, value in given.items()}


def _organization(iam: IAMClient, account: str) -> None:
    """Two units with an account each. Service control policies are off."""
    members = [Member(f"{name} of {account}", f"/{name}") for name in ("Workloads", "Sandbox")]
    make_organization(iam.meta.endpoint_url, members, account)


def _guarded(iam: IAMClient, account: str) -> None:
    """The same with a policy of another content, attached to what is not named."""
    _organization(iam, account)
    client: t.Any = client_in(iam.meta.endpoint_url, "organizations", account)
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    made = client.create_policy(
        Name="CloudHSMGuardRails", Description="", Content="{}", Type="SERVICE_CONTROL_POLICY", Tags=OURS
    )
    client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)


def _identity_center(iam: IAMClient, account: str) -> None:
    """An organization of two accounts, and a permission set with something of everything."""
    url = iam.meta.endpoint_url
    make_organization(url, [Member(f"member of {account}", "/Workloads", {"stage": "live"})], account)
    center = IdentityCenter(url, account)
    center.add_user("ann")
    bob = center.add_user("bob")
    group = center.add_group("Old", [bob])
    arn = center.add_set("Old")
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    own = {"CustomerManagedPolicyReference": {"Name": "Own", "Path": "/"}}
    center.change_set(arn, "attach_managed_policy_to_permission_set", ManagedPolicyArn=policy)
    center.change_set(arn, "attach_customer_managed_policy_reference_to_permission_set", **own)
    center.change_set(arn, "put_inline_policy_to_permission_set", InlinePolicy=_document("s3:ListBucket"))
    center.change_set(arn, "put_permissions_boundary_to_permission_set", PermissionsBoundary=own)
    center.assign(arn, "GROUP", group, account)
    center.assign(arn, "USER", bob, account)


def _with_permission_sets(iam: IAMClient, account: str) -> None:
    """The same, with a policy of AWS's in use."""
    _identity_center(iam, account)
    iam.create_group(GroupName="Readers")
    iam.attach_group_policy(GroupName="Readers", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    add_temporary_member(iam, "temporary", "Readers", FAR)
    center = IdentityCenter(iam.meta.endpoint_url, account)
    center.assign(center.add_set(set_name("Old", FAR)), "GROUP", center.add_group("Temporary", []), account)


def _root_users(iam: IAMClient, account: str) -> None:
    """An organization of two accounts, one of which has a root user with something of everything."""
    url = iam.meta.endpoint_url
    ids = make_organization(url, [Member(f"member of {account}", "/Workloads", {"stage": "live"})], account)
    MEMBERS[account] = next(iter(ids.values()))
    say_root_user(url, MEMBERS[account], password=True, access_keys=["AKIAROOTEXAMPLE00001"], mfa_devices=["mfa/root"])


def _switched_on(iam: IAMClient, account: str) -> None:
    _root_users(iam, account)
    switch_on(iam.meta.endpoint_url, account)


# The member accounts, by the management account.
MEMBERS: dict[str, str] = {}


def _enabling(account: str) -> Variables:
    return {"root_access_state": "enabled", "root_access_delegated_administrator": MEMBERS[account]}


def _auditing(_account: str) -> Variables:
    return {"root_access_organizational_units": ["/Workloads"], "root_access_account_tags": {"stage": "live"}}


def _people(iam: IAMClient, account: str) -> None:
    """bob has something in the identity store, and an administrator is left there. No IAM user is called like them."""
    url = iam.meta.endpoint_url
    make_organization(url, [Member(f"member of {account}")], account)
    center = IdentityCenter(url, account)
    bob = center.add_user("bob")
    admins = center.add_group("Admins", [bob, center.add_user("ann")])
    arn = center.add_set("Admin")
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"
    center.change_set(arn, "attach_managed_policy_to_permission_set", ManagedPolicyArn=policy)
    center.assign(arn, "GROUP", admins, account)
    center.assign(arn, "USER", bob, account)


def _suspended_people(iam: IAMClient, account: str) -> None:
    """The same, and bob was suspended."""
    _people(iam, account)
    center = IdentityCenter(iam.meta.endpoint_url, account)
    ssm = client_in(iam.meta.endpoint_url, "ssm", account)
    of_store = {"IdentityStoreId": center.store_id}
    unique = {"AttributePath": "userName", "AttributeValue": "bob"}
    bob = center.store.get_user_id(**of_store, AlternateIdentifier={"UniqueAttribute": unique})["UserId"]
    (group,) = center.store.list_groups(**of_store)["Groups"]
    (arn,) = center.sso.list_permission_sets(InstanceArn=center.arn)["PermissionSets"]
    for one in center.store.list_group_memberships(**of_store, GroupId=group["GroupId"])["GroupMemberships"]:
        if one["MemberId"]["UserId"] == bob:
            center.store.delete_group_membership(**of_store, MembershipId=one["MembershipId"])
    of_bob = {"TargetId": account, "TargetType": "AWS_ACCOUNT", "PrincipalType": "USER", "PrincipalId": bob}
    center.change_set(arn, "delete_account_assignment", **of_bob)
    note = Note({group["GroupId"]: "Admins"}, frozenset({(arn, account)}))
    where = folder("/cloudhsm-iam/suspended-users", center.store_id, bob)
    for name, value in notes.parts_of(note, where, {}):
        notes.write(ssm, name, value)


def _bob(_account: str) -> Variables:
    return {"user_offboarding_users": "bob", "user_offboarding_identity_center": {"region": "us-east-1"}}


def _with_sign_ins(iam: IAMClient, account: str) -> None:
    """Somebody with one of everything and somebody with as much as there can be have signed in."""
    _with_hoarder(iam, account)
    url = iam.meta.endpoint_url
    make_organization(url, [Member(f"member of {account}")], account)
    for name in ("leaver", "hoarder"):
        IdentityCenter(url, account).add_user(name, Title=SIGNED_IN)


def _moving(account: str) -> Variables:
    return {**_suspending(account), "user_offboarding_identity_center": {"region": "us-east-1"}}


# People whom the identity store alone has. These playbooks' own lists are those for IAM users.
IN_THE_STORE = {
    "store_suspending": Case("suspend_users", _bob, _people),
    "store_deleting": Case("offboard_users", _bob, _suspended_people),
}

WITH_MFA: Variables = {
    "admin_group_require_mfa": True,
    "cloudhsm_group_require_mfa": True,
    "user_provisioning_onboarding": "two_phase",
}

# Making something with tags needs the right to tag it, which moto does not ask for then.
# moto has no member account that may read its own SCPs, and nobody has more than a hundred users here.
_IN_A_LARGE_ORGANIZATION = {
    "identitystore:ListUsers",
    "organizations:DescribePolicy",
    "organizations:ListParents",
    "organizations:ListPoliciesForTarget",
}
ASKED_BY_AWS_ONLY: dict[str, set[str]] = {
    "access_report": _IN_A_LARGE_ORGANIZATION,
    "add_user": {"iam:TagUser"},
    "bootstrap": {"iam:TagPolicy", "iam:TagUser"},
    "cloudhsm_role": {
        "iam:TagInstanceProfile",
        "iam:TagOpenIDConnectProvider",
        "iam:TagPolicy",
        "iam:TagRole",
    },
    "federated_access": {"iam:TagPolicy", "iam:TagRole"},
    "provision_groups": {"iam:TagPolicy"},
    "who_has_access": _IN_A_LARGE_ORGANIZATION,
}

CASES: dict[str, Case] = {
    "access_report": Case("access_report", lambda _account: {}, everything.prepare),
    "access_report in an organization": Case(
        "access_report", lambda _account: {"access_report_region": "us-east-1"}, _with_permission_sets
    ),
    "account_password_policy": Case("account_password_policy", _password_policy(min_pw_length=14)),
    "account_password_policy absent": Case(
        "account_password_policy", _password_policy(state="absent", allow_weaker=True), _some_password_policy
    ),
    "add_user": Case("add_user", _adding, _auditors),
    "add_user there already": Case("add_user", _adding, _half_added),
    "bootstrap": Case("bootstrap", lambda _account: {"bootstrap_cloudhsm_administrators": ["alice"]}),
    "bootstrap over something older": Case("bootstrap", lambda _account: WITH_MFA, _older_setup),
    "break_glass": Case("break_glass", _sealing, _emergency),
    "break_glass over a user who is there": Case("break_glass", _sealing, _sealed),
    "reseal_break_glass": Case("reseal_break_glass", _sealing, _sealed),
    "reseal_break_glass of a new user": Case("reseal_break_glass", _sealing, _emergency),
    "change_user": Case("change_user", _amending, _half_added),
    "change_user with a password": Case(
        "change_user", lambda account: {**_amending(account), **_with_password(account)}, _half_added
    ),
    "change_user without a password": Case(
        "change_user", lambda _account: {"user": "eve", "console_access": False}, _with_console
    ),
    "drift_check": Case(
        "drift_check", lambda _account: {"user_provisioning_users": [{"name": "Administrator"}]}, just_bootstrapped
    ),
    "export_account": Case("export_account", lambda _account: {}, _to_export),
    "export_account of many users": Case(
        "export_account", lambda _account: {"account_export_live_limit": 0}, everything.prepare
    ),
    # What it reads of a bucket depends on whose that is, and is not among the permissions for IAM.
    "history": Case("history", lambda _account: {"plan_history": "."}),
    "offboard_users": Case("offboard_users", _leaving, everything.prepare),
    "provision_groups": Case("provision_groups", _groups, _older_setup),
    "provision_users": Case("provision_users", _all_kinds_of_users, everything.prepare),
    "provision_users suspended": Case(
        "provision_users",
        lambda _account: {
            "user_provisioning_users": [{"name": name, "state": "suspended"} for name in ("leaver", "hoarder")]
        },
        _with_hoarder,
        use=("user_provisioning", "suspending"),
    ),
    "provision_users restoring": Case(
        "provision_users", _restoring, _suspended, use=("user_provisioning", "restoring")
    ),
    "provision_users temporary": Case(
        "provision_users", _temporary_users, _temporary_members, use=("user_provisioning", "temporary")
    ),
    "cloudhsm_role": Case("cloudhsm_role", _role()),
    "cloudhsm_role for a workflow": Case("cloudhsm_role", _role(**WORKFLOW, name="Workflow")),
    "cloudhsm_role over something older": Case(
        "cloudhsm_role", _role(**WORKFLOW, purge_policies=True, max_session_duration=7200), _older_role
    ),
    "cloudhsm_role absent": Case(
        "cloudhsm_role", _role(**WORKFLOW, state="absent", oidc_provider_state="absent"), _older_role
    ),
    "cloudhsm_guardrails": Case(
        "cloudhsm_guardrails", _guardrails(enable_policy_type=True, impact_role_name="Reader"), _organization
    ),
    "cloudhsm_guardrails changed": Case(
        "cloudhsm_guardrails", _guardrails(purge_targets=True, tags={"team": "keys"}, canary_ou="/Sandbox"), _guarded
    ),
    "cloudhsm_guardrails absent": Case("cloudhsm_guardrails", _guardrails(state="absent"), _guarded),
    "bootstrap_organization": Case("bootstrap_organization", _member, _role_in_member),
    "federated_access": Case("federated_access", _federated(saml_metadata=_metadata("new"))),
    "federated_access over something older": Case(
        "federated_access",
        _federated(saml_metadata=_metadata("new"), purge_policies=True, max_session_duration=7200),
        _older_federation,
    ),
    "federated_access absent": Case(
        "federated_access", _federated(state="absent", provider_state="absent"), _older_federation
    ),
    "identity_center_access": Case("identity_center_access", _access, _identity_center),
    "identity_center_access changed": Case("identity_center_access", _other_access, _identity_center),
    "identity_center_access absent": Case("identity_center_access", _no_access, _identity_center),
    "replace_mfa_device": Case(
        "replace_mfa_device", lambda _account: {"user": "eve", "mfa_device": "phone"}, _with_device
    ),
    "reset_password": Case("reset_password", _resetting("eve"), _may_change_password),
    "reset_password of a user without one": Case("reset_password", _resetting("ann"), _may_change_password),
    "rotate_access_key": Case("rotate_access_key", _rotating, _with_key),
    "rotate_access_key used": Case("rotate_access_key", _rotating, _with_two_keys),
    "rotate_access_key deactivated": Case("rotate_access_key", _rotating, _long_deactivated),
    "lock_root_users": Case("lock_root_users", _auditing, _switched_on),
    "lock_root_users by tag": Case(
        "lock_root_users", lambda _account: {"root_access_account_tags": {"stage": "live"}}, _switched_on
    ),
    "lock_root_users switched on": Case("lock_root_users", _enabling, _root_users),
    "move_to_identity_center": Case("move_to_identity_center", _moving, _with_sign_ins),
    "restore_users": Case("restore_users", _bob, _suspended_people),
    "service_linked_role": Case("service_linked_role", lambda _: {"service_linked_role_description": "Logs"}),
    "service_linked_role changed": Case(
        "service_linked_role", lambda _: {"service_linked_role_description": "Logs"}, _service_linked_role
    ),
    "service_linked_role absent": Case(
        "service_linked_role", lambda _: {"service_linked_role_state": "absent"}, _service_linked_role
    ),
    "suspend_users": Case("suspend_users", _suspending, _with_hoarder, use=("user_offboarding", "suspending")),
    "teardown": Case("teardown", lambda account: {"bootstrap_teardown_confirm": account}, _bootstrapped),
    "who_has_access": Case("who_has_access", lambda _account: {}, everything.prepare),
    "who_has_access in an organization": Case(
        "who_has_access", lambda _account: {"identity_center_region": "us-east-1"}, _with_permission_sets
    ),
}


def notifying(case: Case) -> Case:
    """The same run, which tells a topic of the caller's account what it changed."""

    def variables(account: str) -> Variables:
        return {**case.variables(account), "notify_sns_topic": f"arn:aws:sns:us-east-1:{account}:told"}

    def prepare(iam: IAMClient, account: str) -> None:
        case.prepare(iam, account)
        client_in(iam.meta.endpoint_url, "sns", account).create_topic(Name="told")

    return replace(case, variables=variables, prepare=prepare)
