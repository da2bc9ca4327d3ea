# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Root users on a moto server that tools/moto_root_access.py has completed."""

from __future__ import annotations

import json
import typing as t
import urllib.request

from helpers.moto.clients import client_in
from moto_root_access import PATH, PRINCIPAL


def say_root_user(url: str, account: str, **has: t.Any) -> None:
    """Have the root user of an account have this."""
    body = json.dumps(has).encode()
    request = urllib.request.Request(f"{url}{PATH}{account}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30):
        pass


def root_user(url: str, account: str) -> dict[str, t.Any]:
    """What the root user of an account has."""
    with urllib.request.urlopen(f"{url}{PATH}{account}", timeout=30) as answer:
        return dict(json.load(answer))


def switch_on(url: str, management: str | None = None) -> None:
    """Switch centralized root access on in an organization."""
    client_in(url, "organizations", management).enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    client_in(url, "iam", management).enable_organizations_root_credentials_management()
