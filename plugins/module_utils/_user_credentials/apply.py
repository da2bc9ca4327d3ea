# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Makes the calls of a plan, and stores each secret before or right after its call."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import ROTATION
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    NEW,
    KeyKeeper,
    PasswordKeeper,
    Plan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.snapshot import read_keys
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Change
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import SETS_PASSWORD

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# If the object of these calls does not exist, they have nothing left to do.
REMOVALS = ("delete_", "deactivate_", "untag_")


class StoppedError(Exception):
    """A call failed. The message is a sentence; done are the changes that were made before it."""

    def __init__(self, message: str, done: list[Change]) -> None:
        super().__init__(message)
        self.done = done


@dataclass(frozen=True)
class Service:
    """The clients and stores for the calls. With once, botocore does not repeat a call: creating a key needs that."""

    iam: IAMClient
    once: IAMClient
    passwords: PasswordKeeper | None = None
    keys: KeyKeeper | None = None


def apply_plan(plan: Plan, service: Service) -> list[Change]:
    """Make the calls in order and return them as they were made. Raises StoppedError."""
    done: list[Change] = []
    created = ""
    doing = "note that the key is stored"
    try:
        if plan.settles and service.keys:
            service.keys.settle()
        for planned in plan.changes:
            change = _with_new_key(planned, created)
            doing = _words(change)
            if change.operation == "create_access_key":
                before = {c.params["AccessKeyId"] for c in done if c.operation == "delete_access_key"}
                change, created = _create_key(change, service, plan, frozenset(before))
            elif change.operation in SETS_PASSWORD:
                _set_password(change, service)
            else:
                _call(service.iam, change)
            done.append(change)
    except StoppedError as exc:
        raise StoppedError(str(exc), [*done, *exc.done]) from exc
    except StoreError as exc:
        raise StoppedError(str(exc), done) from exc
    # Any other error is reported with what was done before it.
    except Exception as exc:  # of botocore's and of the connection's, which are many
        raise StoppedError(sentence(exc, doing), done) from exc
    return done


def _with_new_key(change: Change, created: str) -> Change:
    """Return the change. If it records which key is the new one, it has that key's ID now."""
    tags = {tag["Key"]: tag["Value"] for tag in change.params.get("Tags", ())}
    words = tags.get(ROTATION, "").split()
    if not created or words[:1] != [NEW]:
        return change
    value = " ".join([created, *words[1:]])
    return replace(change, params={**change.params, "Tags": tag_list({**tags, ROTATION: value})})


def _call(iam: IAMClient, change: Change) -> None:
    try:
        getattr(iam, change.operation)(**change.params)
    except iam.exceptions.NoSuchEntityException:
        if not change.operation.startswith(REMOVALS):
            raise


def _set_password(change: Change, service: Service) -> None:
    """Store a new password, set it, and mark it as set. If AWS's answer is lost, the entry stays pending."""
    keeper = t.cast("PasswordKeeper", service.passwords)
    password = keeper.password()
    try:
        getattr(service.iam, change.operation)(**change.params, Password=password)
    except Exception as exc:
        if had_no_effect(exc):
            keeper.was_not_set()
        raise
    try:
        keeper.was_set()
    except StoreError as exc:
        raise StoppedError(
            f"The password was set and is in the store. That it was set could not be noted there: {exc}", [change]
        ) from exc


def _create_key(change: Change, service: Service, plan: Plan, gone: frozenset[str]) -> tuple[Change, str]:
    """Record in the store that a key is about to be created, create it, and store its secret.

    Return the change with the key's ID, and the ID. If AWS's answer is lost, the key may or may not exist. Then the
    record stays, and the next run finds out.
    """
    keeper = t.cast("KeyKeeper", service.keys)
    keys, now = read_keys(service.iam, change.user)
    before = frozenset(key.id for key in keys) - gone
    if before != frozenset(plan.after.credentials.access_keys if plan.after.credentials else ()):
        raise StoreError(f"the access keys of {change.user} have changed in the meantime; run again")
    keeper.begin(now, before)
    try:
        made = service.once.create_access_key(UserName=change.user)["AccessKey"]
    except Exception as exc:
        if not had_no_effect(exc):
            why = sentence(exc, _words(change))
            raise StoreError(f"{why}. It is not known whether a key was created; run again, which finds out") from exc
        keeper.cancel()
        raise
    key_id = made["AccessKeyId"]
    created = Change(change.user, change.operation, {**change.params, "AccessKeyId": key_id})
    try:
        keeper.keep(key_id, made["SecretAccessKey"])
    except StoreError as exc:
        raise StoppedError(f"{exc}. {_taken_back(key_id, change.user, service)}", []) from exc
    try:
        keeper.settle()
    except StoreError as exc:
        raise StoppedError(
            f"The secret of {key_id} is in the store. That could not be noted there: {exc}", [created]
        ) from exc
    return created, key_id


def _taken_back(key_id: str, user: str, service: Service) -> str:
    """Delete a key whose secret could not be stored. Return the outcome in a sentence."""
    try:
        _call(service.iam, Change(user, "delete_access_key", {"UserName": user, "AccessKeyId": key_id}))
        t.cast("KeyKeeper", service.keys).cancel()
    except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
        # The first error matters more. This one only says what the next run has to do.
        return f"{key_id} has no use, and {sentence(exc, 'delete it')}; run again, which deletes it"
    return f"{key_id} was deleted again, since nobody has its secret"


def had_no_effect(exc: Exception) -> bool:
    """Whether AWS refused the call, so that it certainly changed nothing."""
    response: t.Any = getattr(exc, "response", None) or {}
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    return bool(error_code(exc)) and 400 <= status < 500


def _words(change: Change) -> str:
    """Return a change in words, for the middle of a sentence."""
    what = change.params.get("AccessKeyId") or change.params.get("SerialNumber")
    return f"{change.operation.replace('_', ' ')} of {change.user}{f' ({what})' if what else ''}"
