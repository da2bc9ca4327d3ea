# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads what a sealing depends on and the users engine does not read."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.sealing import sealed_at
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.input import said
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import (
    Found,
    HalfStore,
    StoreOptions,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.snapshot import read_devices
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, ActualUser
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.snapshot import with_login_profile

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def read_user(iam: IAMClient, account: Account, user: ActualUser, stores: Sequence[HalfStore], wanted: Wanted) -> Found:
    """Return how the user can sign in, and whether both stores have their halves.

    The stores are not asked if the password is sealed again anyway. Raises StoreError, and botocore's errors.
    """
    pages = iam.get_paginator("list_access_keys").paginate(UserName=user.name)
    keys = [key for page in pages for key in page["AccessKeyMetadata"]]
    devices = len(read_devices(iam, user.name))
    user = with_login_profile(iam, user)
    halves = None
    if sealed_at(user.tags) and user.console_access and not wanted.reseal:
        halves = tuple(map(_looking_for(account.caller.account_id, user.name), stores, wanted.stores))
    active = tuple(sorted(key["AccessKeyId"] for key in keys if key["Status"] == "Active"))
    return Found(user, active, devices, halves)


def _looking_for(account_id: str, user: str) -> Callable[[HalfStore, StoreOptions], bool]:
    def look(store: HalfStore, options: StoreOptions) -> bool:
        try:
            return store.has(account_id, user)
        except StoreError as exc:
            raise StoreError(said(str(exc), options.label)) from exc

    return look
