# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tries every request as a member of each group, on a moto server that enforces IAM, and checks each cell.

The scenario cloudhsm_policies creates the groups, one for each of policy_cells.VARIANTS. moto can't decide what depends
on a resource or condition; iam-simulate decides that from the document in the account.
"""

from __future__ import annotations

import os
import sys
import typing as t
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from iam_simulator import allows
from moto_server import require_loopback
from policy_cells import ACCOUNT, HERE, VARIANTS, Request, emulator_decides, expected, requests

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

URL = require_loopback(os.environ["AWS_ENDPOINT_URL"])
# Names of clients and calls that differ from the action's.
CLIENTS = {"cloudhsm": "cloudhsmv2"}
CALLS = {"s3:ListAllMyBuckets": "ListBuckets"}
# An allowed call reaches moto's own check of its parameters, which are left out except for these.
OPTIONS: dict[str, dict[str, t.Any]] = {
    "CreateServiceLinkedRole": {"AWSServiceName": "cloudhsm.amazonaws.com"},
    "AssumeRole": {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/any", "RoleSessionName": "member"},
}
QUICK = Config(parameter_validation=False, retries={"total_max_attempts": 1})
DENIED = ("AccessDenied", "UnauthorizedOperation")


def group_of(variant: str) -> str:
    """The name of the variant's group in the scenario."""
    return "".join(part.title() for part in variant.replace(",", "").replace("_", " ").split())


@contextmanager
def enforced() -> Iterator[None]:
    """Make moto enforce IAM's policies inside the block."""
    _set_enforcement(b"0")
    try:
        yield
    finally:
        _set_enforcement(b"inf")


def _set_enforcement(first_calls_without: bytes) -> None:
    # moto answers 500 to a form's content type.
    headers = {"Content-Type": "text/plain"}
    request = urllib.request.Request(f"{URL}/moto-api/reset-auth", first_calls_without, headers)
    with urllib.request.urlopen(request, timeout=10):
        pass


def stored_policy(iam: IAMClient, group: str) -> dict[str, t.Any]:
    """The document of the group's only policy."""
    (attached,) = iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"]
    policy = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]
    version = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=policy["DefaultVersionId"])
    return t.cast("dict[str, t.Any]", version["PolicyVersion"]["Document"])


def new_member(iam: IAMClient, group: str | None) -> boto3.Session:
    """A new user who is in this group only, or in none."""
    name = f"member-of-{group}"
    iam.create_user(UserName=name)
    if group:
        iam.add_user_to_group(GroupName=group, UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(
        aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"], region_name=HERE
    )


def gets_through(client: t.Any, action: str) -> bool:
    """Whether IAM lets the call pass. Any answer other than a denial, including errors, comes after that."""
    call = CALLS.get(action, action.split(":")[1])
    try:
        # By AWS's name of the call, with the parameters that every such call needs.
        client._make_api_call(call, OPTIONS.get(call, {}))
    except ClientError as exc:
        if any(word in str(exc) for word in ("SignatureDoesNotMatch", "InvalidClientTokenId", "AuthFailure")):
            raise
        return not any(word in str(exc) for word in DENIED)
    except ResponseParserError as exc:
        return not any(word in str(exc) for word in DENIED)
    return True


def clients_of(member: boto3.Session, rows: list[Request]) -> dict[str, t.Any]:
    """The member's clients, by the service in the actions' names."""
    services = {row.action.split(":")[0] for row in rows}
    # The type stubs only accept literal service names.
    make_client: t.Callable[..., t.Any] = member.client
    return {name: make_client(CLIENTS.get(name, name), endpoint_url=URL, config=QUICK) for name in services}


def open_to_anybody(iam: IAMClient, rows: list[Request]) -> Iterator[str]:
    """Actions that pass without any rights. There should be none, or passing would prove nothing."""
    clients = clients_of(new_member(iam, None), rows)
    actions = sorted({row.action for row in rows if any(emulator_decides(wish, row) for wish in VARIANTS.values())})
    with enforced():
        for action in actions:
            if gets_through(clients[action.split(":")[0]], action):
                yield f"{action} is open to anybody"


def wrong_cells(iam: IAMClient, variant: str, rows: list[Request], tried: list[str]) -> Iterator[str]:
    """Cells in the variant's column that differ from the expectation. tried collects rows decided by enforcement."""
    policy = stored_policy(iam, group_of(variant))
    clients = clients_of(new_member(iam, group_of(variant)), rows)
    wish = VARIANTS[variant]
    with enforced():
        for row in rows:
            answers = [allows([policy], row.action, row.resource, {**row.context, "aws:RequestedRegion": row.region})]
            if emulator_decides(wish, row):
                answers.append(gets_through(clients[row.action.split(":")[0]], row.action))
                tried.append(row.label)
            if set(answers) != {expected(wish, row)}:
                yield f"{variant}: {row.section}: {row.label}: expected {expected(wish, row)}, found {answers}"


def main() -> int:
    """Print the wrong cells, and how many were checked."""
    iam = boto3.client("iam", endpoint_url=URL, region_name=HERE)
    rows = requests()
    tried: list[str] = []
    wrong = [*open_to_anybody(iam, rows)]
    wrong += [cell for variant in VARIANTS for cell in wrong_cells(iam, variant, rows, tried)]
    print(
        "\n".join(
            [*wrong, f"{len(rows) * len(VARIANTS)} cells, {len(tried)} of them by enforcement, {len(wrong)} wrong"]
        )
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
