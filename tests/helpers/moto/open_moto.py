# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A moto server that also tells which passwords are set, which no call of AWS's does.

Of AWS's own policies it has only those that users get by themselves, and some full access: all of them make each reset
take half a second.
"""

from __future__ import annotations

import json
import sys
import typing as t
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / "tools"
PATH = "/moto-api/passwords"
SERVICES = ("S3", "SQS", "SNS", "EC2", "VPC")
POLICIES = (
    "AWSDenyAll",
    "IAMUserChangePassword",
    *(f"Amazon{service}{access}" for service in SERVICES for access in ("FullAccess", "ReadOnlyAccess")),
)


def read_passwords(url: str) -> Mapping[str, str | None]:
    """The passwords of all users of the server's one account, out of its memory."""
    with urllib.request.urlopen(url + PATH, timeout=60) as answer:
        passwords: Mapping[str, str | None] = json.load(answer)
    return passwords


def _answer(*_request: t.Any) -> tuple[int, dict[str, str], str]:
    from moto.iam.models import iam_backends

    users = [user for account in iam_backends.values() for user in account["aws"].users.values()]
    return 200, {}, json.dumps({user.name: user.password for user in users})


def with_values(move: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """moto's update_secret_version_stage, after which secrets give the version that AWSCURRENT was moved to.

    AWS does so. moto moves the label alone.
    """

    def moved(backend: t.Any, secret_id: str, **how: str) -> t.Any:
        answer = move(backend, secret_id, **how)
        if how["version_stage"] == "AWSCURRENT" and how["move_to_version_id"]:
            backend.secrets[secret_id].set_default_version_id(how["move_to_version_id"])
        return answer

    return moved


def main() -> int:
    """Be the server."""
    sys.path.append(str(TOOLS))
    import moto_server
    from moto.iam import models
    from moto.moto_api._internal import urls
    from moto.secretsmanager.models import SecretsManagerBackend

    urls.url_paths["{0}" + PATH] = _answer
    backend: t.Any = SecretsManagerBackend
    backend.update_secret_version_stage = with_values(backend.update_secret_version_stage)
    policies = json.loads(models.aws_managed_policies_data)
    models.aws_managed_policies_data = json.dumps({name: policies[name] for name in POLICIES})
    return moto_server.main()


if __name__ == "__main__":
    sys.exit(main())
