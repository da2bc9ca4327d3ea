# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients for a server on this machine, with credentials of nobody's."""

from __future__ import annotations

import typing as t

import boto3
from moto_server import require_loopback

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import CredentialsTypeDef


def _session(credentials: CredentialsTypeDef | None = None) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"] if credentials else "testing",
        aws_secret_access_key=credentials["SecretAccessKey"] if credentials else "testing",
        aws_session_token=credentials["SessionToken"] if credentials else None,
        region_name="us-east-1",
    )


def iam_client(url: str, credentials: CredentialsTypeDef | None = None) -> IAMClient:
    """IAM at this URL, of the account that the credentials belong to."""
    return _session(credentials).client("iam", endpoint_url=require_loopback(url))


def organizations_client(url: str) -> OrganizationsClient:
    """Organizations at this URL."""
    return _session().client("organizations", endpoint_url=require_loopback(url))


def sts_client(url: str) -> STSClient:
    """STS at this URL."""
    return _session().client("sts", endpoint_url=require_loopback(url))


def secretsmanager_client(url: str, region: str = "us-east-1") -> SecretsManagerClient:
    """Secrets Manager at this URL, of one region."""
    return _session().client("secretsmanager", endpoint_url=require_loopback(url), region_name=region)


def ssm_client(url: str) -> SSMClient:
    """Systems Manager at this URL."""
    return _session().client("ssm", endpoint_url=require_loopback(url))


def administrator(url: str, account: str) -> IAMClient:
    """A client that may do anything in this account, as long as nothing is enforced."""
    return iam_client(url, _of_account(url, account))


def client_in(url: str, service: str, account: str | None = None) -> t.Any:
    """A client of any service that may do anything in this account, or in the one that tests begin in."""
    session = _session(_of_account(url, account) if account else None)
    return session.client(t.cast("t.Any", service), endpoint_url=require_loopback(url))


def _of_account(url: str, account: str) -> CredentialsTypeDef:
    role = sts_client(url).assume_role(RoleArn=f"arn:aws:iam::{account}:role/any", RoleSessionName="tests")
    return role["Credentials"]
