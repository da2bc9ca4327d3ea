# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A moto server that can enforce policies in many accounts, and tells which actions were asked for.

moto checks calls against the caller's policies once it is told to. It takes most of them as calls on all resources,
and evaluates no conditions: a statement that is limited to some resources is only proven for roles.
"""

from __future__ import annotations

import json
import re
import sys
import typing as t
import urllib.request
from dataclasses import dataclass
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / "tools"
LOG_PATH = "/moto-api/asked-for"
# What moto 5.2 lacks is answered without doing anything: what is proven is who may call it.
MISSING = (
    "add_client_id_to_open_id_connect_provider",
    "change_password",
    "put_user_permissions_boundary",
    "delete_user_permissions_boundary",
    "delete_service_specific_credential",
)
AWS_POLICIES = (
    *("AdministratorAccess", "ReadOnlyAccess", "AWSDenyAll", "IAMUserChangePassword"),
    *(
        f"Amazon{service}{access}"
        for service in ("S3", "SQS", "SNS", "EC2", "VPC")
        for access in ("FullAccess", "ReadOnlyAccess")
    ),
)
# Each user has one service-specific credential, so that there is one to be deleted or switched.
SERVICE_CREDENTIAL = "ACCA12345678EXAMPLE12"


@dataclass(frozen=True)
class Asked:
    """A call that somebody made while policies were enforced; action as in iam:CreateUser."""

    account: str
    action: str
    allowed: bool


def read_log(url: str) -> list[Asked]:
    """All calls since the last reading."""
    with urllib.request.urlopen(url + LOG_PATH, timeout=30) as answer:
        return [Asked(**call) for call in json.load(answer)]


def enforce(url: str, on: bool) -> None:
    """Switch the enforcement on or off."""
    body = b"0" if on else b"inf"
    request = urllib.request.Request(f"{url}/moto-api/reset-auth", body, {"Content-Type": "text/plain"})
    with urllib.request.urlopen(request, timeout=30):
        pass


def _note_calls(asked: list[dict[str, t.Any]]) -> None:
    from moto.core.exceptions import AccessDeniedError, JsonRESTError
    from moto.iam.access_control import IAMRequestBase

    check = IAMRequestBase.check_action_permitted

    def check_and_note(self: t.Any, resource: str) -> None:
        call = {"account": self.account_id, "action": self._action, "allowed": False}
        asked.append(call)
        try:
            check(self, resource)
        except AccessDeniedError as exc:
            # moto answers in XML, which clients of services that speak JSON can't read.
            if "X-Amz-Target" in self._headers:
                raise JsonRESTError("AccessDeniedException", exc.message) from exc
            raise
        call["allowed"] = True

    IAMRequestBase.check_action_permitted = check_and_note


def _fill_gaps() -> None:
    from moto.core.responses import ActionResult
    from moto.iam.access_control import IAMPolicyStatement
    from moto.iam.responses import IamResponse

    determine = IamResponse._determine_resource

    def determine_resource(self: t.Any) -> str:
        if self._get_action() == "ChangePassword":
            # Always about the caller, whose name policies give as a variable.
            return f"arn:aws:iam::{self.current_account}:user/${{aws:username}}"
        service = self._get_param("AWSServiceName")
        if service:
            return f"arn:aws:iam::{self.current_account}:role/aws-service-role/{service}/AWSServiceRole"
        return str(determine(self))

    IamResponse._determine_resource = determine_resource
    # moto takes what names hold, as the variable's braces, for the signs of a regular expression.
    IAMPolicyStatement._match = staticmethod(
        lambda pattern, text: re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text)
    )
    create_user = IamResponse.create_user

    def create_user_with_boundary(self: t.Any) -> t.Any:
        result = create_user(self)
        boundary = self._get_param("PermissionsBoundary")
        if boundary:
            self.backend.get_user(self._get_param("UserName")).permissions_boundary = {
                "PermissionsBoundaryArn": boundary
            }
        return result

    IamResponse.create_user = create_user_with_boundary
    for method in MISSING:
        # moto takes only functions for what a service can do.
        setattr(IamResponse, method, lambda _self: ActionResult({}))
    _add_service_credentials()


def _add_service_credentials() -> None:
    from moto.core.responses import ActionResult
    from moto.iam.responses import IamResponse

    statuses: dict[tuple[str, str], str] = {}

    def user(self: t.Any) -> tuple[str, str]:
        return self.current_account, self._get_param("UserName")

    def update_credential(self: t.Any) -> t.Any:
        statuses[user(self)] = self._get_param("Status")
        return ActionResult({})

    def list_credentials(self: t.Any) -> t.Any:
        credential = {"ServiceSpecificCredentialId": SERVICE_CREDENTIAL, "Status": statuses.get(user(self), "Active")}
        return ActionResult({"ServiceSpecificCredentials": [credential], "IsTruncated": False})

    IamResponse.update_service_specific_credential = update_credential
    IamResponse.list_service_specific_credentials = list_credentials


def _leave_out_policies() -> None:
    """Keep the few of AWS's policies that cases use. Some modules list all, and each account gets all of them anew."""
    from moto.iam import models

    policies = json.loads(models.aws_managed_policies_data)
    models.aws_managed_policies_data = json.dumps({name: policies[name] for name in AWS_POLICIES})


def main() -> int:
    """Be the server."""
    sys.path.append(str(TOOLS))
    import moto_server
    from moto.moto_api._internal import urls

    asked: list[dict[str, t.Any]] = []

    def answer(*_request: t.Any) -> tuple[int, dict[str, str], str]:
        told = json.dumps(asked)
        asked.clear()
        return 200, {}, told

    urls.url_paths["{0}" + LOG_PATH] = answer
    _note_calls(asked)
    _fill_gaps()
    _leave_out_policies()
    return moto_server.main()


if __name__ == "__main__":
    sys.exit(main())
