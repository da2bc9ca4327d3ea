# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of iam_users in this process, against a real server: without the seconds that a playbook takes."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.run import run
from ansible_collections.cloudhsm.iam.plugins.modules import iam_users
from helpers.moto.clients import iam_client, sts_client


def run_iam_users(
    url: str, users: list[dict[str, t.Any]], *, check: bool = False, **options: t.Any
) -> dict[str, t.Any]:
    """What the module answers; a refusal is its problems."""
    params = {name: value.get("default") for name, value in iam_users.ARGUMENT_SPEC.items()}
    warnings: list[str] = []
    task: t.Any = SimpleNamespace(
        tell=lambda _line: None,
        params={**params, "users": users, **options},
        check_mode=check,
        diff=False,
        warn=warnings.append,
        iam_client=lambda _workers: iam_client(url),
        sts_client=lambda: sts_client(url),
    )
    try:
        result = run(task)
    except FailedError as failed:
        result = {"changes": [], **failed.result}
    return {**result, **({"warnings": warnings} if warnings else {})}
