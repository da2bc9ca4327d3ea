# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One scenario with every kind of change that iam_users makes, and all that an account holds to compare it by."""

from __future__ import annotations

import datetime
import functools
import json
import typing as t

from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
OWNED = {"Key": "cloudhsm.iam/managed", "Value": "true"}
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

USERS: list[dict[str, t.Any]] = [
    {
        "name": "mover",
        "path": "/new/",
        "tags": {"team": "new"},
        "groups": ["New"],
        "managed_policies": [f"arn:aws:iam::{ACCOUNT}:policy/second"],
        "boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
    },
    {"name": "loser", "console_access": False, "boundary": ""},
    {"name": "winner", "console_access": True},
    {
        "name": "fresh",
        "path": "/new/",
        "tags": {"team": "new"},
        "groups": ["New", "Old"],
        "managed_policies": [f"arn:aws:iam::{ACCOUNT}:policy/first"],
        "boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
        "console_access": True,
    },
    {"name": "leaver", "state": "absent"},
]
OPTIONS: dict[str, t.Any] = {
    "users": USERS,
    "purge_users": True,
    "purge_groups": True,
    "purge_tags": True,
    "purge_policies": True,
    "protected_groups": ["Administrators"],
}
# Whose passwords the run generates.
GENERATED = ("fresh", "winner")


def prepare(iam: IAMClient, account: str = ACCOUNT) -> None:
    """Make the account as it is before the run."""
    policies = f"arn:aws:iam::{account}:policy/"
    for group in ("Old", "New", "Administrators"):
        iam.create_group(GroupName=group)
    for policy in ("first", "second", "boundary"):
        iam.create_policy(PolicyName=policy, PolicyDocument=json.dumps(ANYTHING))
    iam.create_user(UserName="mover", Tags=[{"Key": "team", "Value": "old"}, {"Key": "gone", "Value": "1"}])
    iam.add_user_to_group(UserName="mover", GroupName="Old")
    iam.attach_user_policy(UserName="mover", PolicyArn=f"{policies}first")
    iam.create_user(UserName="loser", PermissionsBoundary=f"{policies}boundary")
    iam.create_login_profile(UserName="loser", Password="Was-there-before-1")
    iam.create_user(UserName="winner")
    iam.create_user(UserName="unlisted", Tags=[t.cast(t.Any, OWNED)])
    _prepare_others(iam)
    prepare_leaver(iam, policies)


def _prepare_others(iam: IAMClient) -> None:
    """Users that the run has nothing to do with."""
    iam.create_user(UserName="stranger", Path="/elsewhere/", Tags=[{"Key": "team", "Value": "old"}])
    iam.create_login_profile(UserName="stranger", Password="Somebody-elses-1")
    iam.put_user_policy(UserName="stranger", PolicyName="own", PolicyDocument=json.dumps(ANYTHING))
    for group in ("Old", "Administrators"):
        iam.add_user_to_group(UserName="stranger", GroupName=group)
    iam.create_virtual_mfa_device(VirtualMFADeviceName="spare")


def prepare_leaver(iam: IAMClient, policies: str) -> None:
    """A user with one of everything that a user can have."""
    iam.create_user(UserName="leaver")
    iam.add_user_to_group(UserName="leaver", GroupName="Old")
    iam.attach_user_policy(UserName="leaver", PolicyArn=f"{policies}first")
    iam.put_user_policy(UserName="leaver", PolicyName="inline", PolicyDocument=json.dumps(ANYTHING))
    iam.create_login_profile(UserName="leaver", Password="Going-away-12345")
    iam.create_access_key(UserName="leaver")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="leaver")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="leaver", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="234567"
    )
    key, certificate = key_and_certificate()
    iam.upload_ssh_public_key(UserName="leaver", SSHPublicKeyBody=key)
    iam.upload_signing_certificate(UserName="leaver", CertificateBody=certificate)


@functools.cache
def key_and_certificate() -> tuple[str, str]:
    """A public key as SSH has it, and a certificate of its owner's own making."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "leaver")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
    ).sign(key, hashes.SHA256())
    ssh = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return ssh.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def describe(iam: IAMClient) -> dict[str, t.Any]:
    """All that the account holds, without what differs from run to run."""
    details = iam.get_account_authorization_details(Filter=["User", "Group"])
    devices = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    return {
        "users": {user["UserName"]: _describe_user(iam, user) for user in details["UserDetailList"]},
        "groups": sorted(group["GroupName"] for group in details["GroupDetailList"]),
        "virtual MFA devices": sorted(device["SerialNumber"] for device in devices),
        "policies": sorted(policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]),
    }


def _describe_user(iam: IAMClient, user: t.Any) -> dict[str, t.Any]:
    name = user["UserName"]
    shown = iam.get_user(UserName=name)["User"]
    return {
        "path": user["Path"],
        "tags": {tag["Key"]: tag["Value"] for tag in user.get("Tags", [])},
        "groups": sorted(user["GroupList"]),
        "policies": sorted(policy["PolicyName"] for policy in user["AttachedManagedPolicies"]),
        "inline": sorted(policy["PolicyName"] for policy in user.get("UserPolicyList", [])),
        "boundary": shown.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "console": _has_console_access(iam, name),
    }


def _has_console_access(iam: IAMClient, name: str) -> bool:
    try:
        iam.get_login_profile(UserName=name)
    except ClientError:
        return False
    return True


# A user with nothing but a name.
NOTHING: dict[str, t.Any] = {
    "path": "/",
    "tags": {},
    "groups": [],
    "policies": [],
    "inline": [],
    "boundary": None,
    "console": False,
}
EXPECTED: dict[str, t.Any] = {
    "users": {
        "mover": {
            "path": "/new/",
            "tags": {"team": "new"},
            "groups": ["New"],
            "policies": ["second"],
            "inline": [],
            "boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
            "console": False,
        },
        "loser": NOTHING,
        "winner": {**NOTHING, "policies": ["IAMUserChangePassword"], "console": True},
        "fresh": {
            "path": "/new/",
            "tags": {"team": "new", "cloudhsm.iam/managed": "true"},
            "groups": ["New", "Old"],
            "policies": ["IAMUserChangePassword", "first"],
            "inline": [],
            "boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
            "console": True,
        },
        "stranger": {
            "path": "/elsewhere/",
            "tags": {"team": "old"},
            "groups": ["Administrators", "Old"],
            "policies": [],
            "inline": ["own"],
            "boundary": None,
            "console": True,
        },
    },
    "groups": ["Administrators", "New", "Old"],
    "virtual MFA devices": [f"arn:aws:iam::{ACCOUNT}:mfa/spare"],
    "policies": ["boundary", "first", "second"],
}
