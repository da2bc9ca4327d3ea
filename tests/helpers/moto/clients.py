# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients for a server on this machine, with credentials of nobody's."""

from __future__ import annotations

import functools
import os
import typing as t
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest import mock

import boto3
import boto3.session
from moto_server import require_loopback

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import CredentialsTypeDef


def client_with(
    url: str, service: str, credentials: CredentialsTypeDef | None = None, region: str = "us-east-1"
) -> t.Any:
    """A client of any service at this URL, of the account that the credentials belong to."""
    return _session().client(
        t.cast("t.Any", service),
        region_name=region,
        endpoint_url=require_loopback(url),
        aws_access_key_id=credentials["AccessKeyId"] if credentials else "testing",
        aws_secret_access_key=credentials["SecretAccessKey"] if credentials else "testing",
        aws_session_token=credentials["SessionToken"] if credentials else None,
    )


@functools.cache
def _session() -> boto3.Session:
    """The one session of all clients: what a service can do is then read once."""
    return boto3.Session()


class _OneSession:
    """Makes clients as a session of one's own does, but reads only once what a service can do."""

    def __init__(self, profile_name: None = None) -> None:
        self.region_name = None

    def client(self, service: str, **given: t.Any) -> t.Any:
        """A client with the credentials that are given, or those of the environment."""
        return _session().client(t.cast("t.Any", service), **self._with_keys(given))

    def resource(self, service: str, **given: t.Any) -> t.Any:
        """The same in boto3's older manner."""
        return _session().resource(t.cast("t.Any", service), **self._with_keys(given))

    @staticmethod
    def _with_keys(given: Mapping[str, t.Any]) -> dict[str, t.Any]:
        names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY"}
        return {**given, **{option: given.get(option) or os.environ[name] for option, name in names.items()}}


@contextmanager
def one_session() -> Iterator[None]:
    """Whoever makes a session gets the same, for as long as the context lasts."""
    with mock.patch.object(boto3.session, "Session", _OneSession):
        yield


def iam_client(url: str, credentials: CredentialsTypeDef | None = None) -> IAMClient:
    """IAM at this URL, of the account that the credentials belong to."""
    client: IAMClient = client_with(url, "iam", credentials)
    return client


def organizations_client(url: str) -> OrganizationsClient:
    """Organizations at this URL."""
    client: OrganizationsClient = client_with(url, "organizations")
    return client


def sts_client(url: str) -> STSClient:
    """STS at this URL."""
    client: STSClient = client_with(url, "sts")
    return client


def secretsmanager_client(url: str, region: str = "us-east-1") -> SecretsManagerClient:
    """Secrets Manager at this URL, of one region."""
    client: SecretsManagerClient = client_with(url, "secretsmanager", region=region)
    return client


def ssm_client(url: str) -> SSMClient:
    """Systems Manager at this URL."""
    client: SSMClient = client_with(url, "ssm")
    return client


def administrator(url: str, account: str) -> IAMClient:
    """A client that may do anything in this account, as long as nothing is enforced."""
    return iam_client(url, _of_account(url, account))


def client_in(url: str, service: str, account: str | None = None) -> t.Any:
    """A client of any service that may do anything in this account, or in the one that tests begin in."""
    return client_with(url, service, _of_account(url, account) if account else None)


def _of_account(url: str, account: str) -> CredentialsTypeDef:
    role = sts_client(url).assume_role(RoleArn=f"arn:aws:iam::{account}:role/any", RoleSessionName="tests")
    return role["Credentials"]
