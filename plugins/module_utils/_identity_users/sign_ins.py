# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds users who signed in through IAM Identity Center, from CloudTrail's event history.

The identity store does not record sign-ins. AWS records UserAuthentication only when a user has met every challenge,
whatever the identity source (IAM Identity Center User Guide, "Understanding IAM Identity Center sign-in events").
onBehalfOf in its userIdentity has the user's ID and the ARN of the identity store (same guide, "CloudTrail use cases
for IAM Identity Center"). The event history has the last 90 days of one account and region (CloudTrail User Guide,
"Working with CloudTrail event history"). The account that owns the instance has the sign-ins: for the organization's
instance that is the management account, never the delegated administrator's. So the task refuses credentials of other
accounts, for which nobody would have signed in. It needs the instance's region, too. LookupEvents allows two calls a
second and returns 50 events at a time, newest first (CloudTrail API reference).
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller, read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import read_management_account
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result, Task, refuse
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import snapshot as look
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import USER
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.run import (
    service_of,
    told_in_a_sentence,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.store import read_ids

EVENT = "UserAuthentication"
SOURCE = "signin.amazonaws.com"
# Days that the event history covers.
DAYS = 90


def run(task: Task) -> Result:
    """Return the module's result. Raises FailedError."""
    params = task.params
    names = list(dict.fromkeys(params["users"]))
    with told_in_a_sentence(), ThreadPoolExecutor(max(params["workers"], 1)) as pool:
        refuse([] if all(names) else [f"{called('users', '')}: has an empty name"], "")
        center = service_of(task, pool)
        management = read_management_account(center.organizations)
        instance = look.choose_instance(center.sso, management, params["instance_arn"])
        arn, store_id = instance["InstanceArn"], instance["IdentityStoreId"]
        refuse(list(_owner_problems(read_caller(task.sts_client()), instance)), "")
        ids = read_ids(center, store_id, USER, names)
        found = last_sign_ins(task.store_client("cloudtrail", 1), store_id, set(ids.values()))
    users = [
        {
            "name": name,
            "id": ids.get(name),
            "signed_in": ids.get(name) in found,
            "last_sign_in": found.get(ids.get(name, "")),
        }
        for name in names
    ]
    return {"changed": False, "instance_arn": arn, "identity_store_id": store_id, "days": DAYS, "users": users}


def _owner_problems(caller: Caller, instance: Mapping[str, t.Any]) -> Iterator[str]:
    owner = str(instance.get("OwnerAccountId") or caller.account_id)
    if caller.account_id != owner:
        yield (
            f"AWS records sign-ins in the account {owner}, which owns the instance {instance['InstanceArn']}, but the "
            f"caller is {caller.arn}; use credentials of {owner}"
        )


def last_sign_ins(cloudtrail: t.Any, store_id: str, users: set[str]) -> dict[str, str]:
    """Return the last sign-in of each of these user IDs. Raises what botocore raises."""
    found: dict[str, str] = {}
    if not users:
        return found
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": EVENT}]
    )
    for page in pages:
        for event in page["Events"]:
            who, when = _signed_in(event.get("CloudTrailEvent"), store_id)
            if who in users:
                found[who] = max(when, found.get(who, ""))
        # Events come newest first, so older ones can't be later sign-ins.
        if users <= found.keys():
            break
    return found


def _signed_in(text: object, store_id: str) -> tuple[str, str]:
    """Return the ID of the user who signed in to this identity store, and the time; both empty for other events."""
    try:
        event = json.loads(str(text))
        on_behalf_of = event["userIdentity"]["onBehalfOf"]
        store = str(on_behalf_of["identityStoreArn"])
        told: Mapping[str, t.Any] = event.get("serviceEventDetails") or {}
        failed = told.get(EVENT, "Success") != "Success" or event.get("errorCode")
        if event["eventName"] != EVENT or event["eventSource"] != SOURCE or failed:
            return "", ""
        user, when = str(on_behalf_of["userId"]), str(event["eventTime"])
    except (AttributeError, KeyError, TypeError, ValueError):
        # An older form of the event, which does not identify the user reliably.
        return "", ""
    return (user, when) if store.endswith(f":identitystore/{store_id}") else ("", "")
