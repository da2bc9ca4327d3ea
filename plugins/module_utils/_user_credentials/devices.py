# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Removes a lost MFA device from its user, who then registers another one. Pure.

A deactivated virtual device stays in the account, and its name is taken until it is deleted (IAM API reference,
DeactivateMFADevice and DeleteVirtualMFADevice). Nothing shows whose it was. So a tag on the user records the device
first, for the run after an interrupted one.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Evaluator
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import SESSIONS, Extent
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MFA_NOTE
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import decode, encode
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    TIME,
    Device,
    Options,
    Plan,
    Situation,
    refused,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change, tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser, Change

NOTE = f"{MFA_NOTE}1"
# A device that was registered within this time is probably the new one, and the command was repeated.
FRESH_DAYS = 1


def make_plan(situation: Situation, options: Options) -> Plan:
    """Return the plan that removes a device, or why none is removed."""
    lost = _chosen(situation, options)
    if isinstance(lost, str):
        return refused(situation, f"mfa_device: {lost}")
    noted = _noted(situation.user)
    left = noted if noted and (lost is None or lost.serial != noted) else ""
    if lost is None and not left:
        return Plan(situation.user, stage="none", told=(f"{situation.user.name} has no MFA device",))
    remaining = tuple(device for device in situation.devices if device != lost)
    alone = _left_alone(situation, remaining) if lost else None
    if alone:
        return refused(situation, alone)
    changes = _changes(situation, lost, left)
    warnings, told = _registration(situation, remaining)
    return Plan(_after(situation.user, remaining), changes, warnings=warnings, stage="deactivated", told=told)


def _chosen(situation: Situation, options: Options) -> Device | str | None:
    """Return the lost device, None if it is already gone, or a sentence if the run can't identify it."""
    devices, name = situation.devices, situation.user.name
    if not devices:
        return None
    if options.mfa_device:
        return _named(situation, options.mfa_device)
    if len(devices) > 1:
        return _which(name, devices)
    (device,) = devices
    if device.enabled and situation.now - device.enabled < datetime.timedelta(days=FRESH_DAYS):
        return (
            f"{name} has registered its only device {device.serial} within the last day "
            f"({device.enabled.strftime(TIME)}); if that is the lost one, name it"
        )
    return device


def _named(situation: Situation, wanted: str) -> Device | str | None:
    devices, name = situation.devices, situation.user.name
    found = [device for device in devices if wanted in (device.serial, device.name)]
    if len(found) == 1:
        return found[0]
    noted = Device(_noted(situation.user))
    if not found and wanted in (noted.serial, noted.name):
        # An earlier run deactivated it, and was stopped then.
        return None
    return _which(name, found) if found else f"{name} has no device {wanted!r}; it has {_listed(devices)}"


def _which(name: str, devices: Sequence[Device]) -> str:
    return f"{name} has {len(devices)} devices; name the lost one by its serial number: {_listed(devices)}"


def _listed(devices: Sequence[Device]) -> str:
    return ", ".join(
        f"{device.serial} (since {device.enabled.strftime(TIME)})" if device.enabled else device.serial
        for device in devices
    )


def _noted(user: ActualUser) -> str:
    """Return the virtual device that an earlier run was removing; empty if there is no record of one."""
    return decode(user.tags[NOTE]) if NOTE in user.tags else ""


def _changes(situation: Situation, lost: Device | None, left: str) -> tuple[Change, ...]:
    """Return the calls. left is a device that an earlier run deactivated, and perhaps deleted."""
    user = situation.user
    found: list[Change] = []
    tags = set(user.tags)
    if left and left in situation.loose_devices:
        found.append(Change(user.name, "delete_virtual_mfa_device", {"SerialNumber": left}))
    if lost and lost.virtual:
        value = encode(lost.serial)
        fits = len(value) <= limits.TAG_VALUE_LENGTH and (NOTE in tags or len(tags) < limits.TAGS_PER_USER)
        if fits and user.tags.get(NOTE) != value:
            found.append(change(user.name, "tag_user", Tags=tag_list({NOTE: value})))
            tags.add(NOTE)
    if lost:
        found.append(change(user.name, "deactivate_mfa_device", SerialNumber=lost.serial))
    if lost and lost.virtual:
        found.append(Change(user.name, "delete_virtual_mfa_device", {"SerialNumber": lost.serial}))
    if NOTE in tags:
        found.append(change(user.name, "untag_user", TagKeys=[NOTE]))
    return tuple(found)


def _after(user: ActualUser, remaining: Sequence[Device]) -> ActualUser:
    credentials = user.credentials and replace(user.credentials, mfa_devices=tuple(d.serial for d in remaining))
    tags = {key: value for key, value in user.tags.items() if key != NOTE}
    return replace(user, credentials=credentials, tags=tags, has_mfa=bool(remaining))


def can_register(situation: Situation, remaining: Sequence[Device]) -> bool | None:
    """Whether the user may register its own virtual device with what it can still sign in with; None if it depends."""
    rights, user = Evaluator(situation.rights), situation.user
    caller = situation.account.caller
    new = f"arn:{caller.partition}:iam::{caller.account_id}:mfa/{user.name}"
    session = SESSIONS.index(Session.MFA if remaining else Session.PASSWORD)
    create = rights.may(situation.person, "iam:CreateVirtualMFADevice", new)[0][session]
    enable = rights.may(situation.person, "iam:EnableMFADevice")[0][session]
    least = min(create, enable)
    return True if least is Extent.ALL else False if least is Extent.NONE else None


def _left_alone(situation: Situation, remaining: Sequence[Device]) -> str | None:
    """Return why the last administrator with MFA must keep it: otherwise no member could act or register a device."""
    if remaining or can_register(situation, remaining) is not False:
        return None
    groups = [group for group, others in sorted(situation.others_with_mfa.items()) if not others]
    if not groups:
        return None
    return (
        f"user: {situation.user.name} is the last member of the protected group {' and '.join(groups)} with an MFA "
        "device, and no policy lets it register another one; give it the right first, with the group's option "
        "self_service or require_mfa, or register a device for another member"
    )


def _registration(situation: Situation, remaining: Sequence[Device]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what people have to know now: warnings, and the next steps."""
    name = situation.user.name
    able = can_register(situation, remaining)
    warnings, told = [], []
    if able:
        told.append(f"{name} now registers a new device in the console, under Security credentials")
    elif able is None:
        warnings.append(f"{name} may not be able to register a device: it depends on conditions of its policies")
    else:
        warnings.append(f"{name} can't register a device: no policy allows it, so an administrator has to register one")
    if not remaining and situation.user.console_access:
        told.append(f"Until then the password alone opens the console for {name}; if it may be known too, reset it")
    last = [group for group, others in sorted(situation.others_with_mfa.items()) if not others and not remaining]
    if last:
        warnings.append(f"no member of {' and '.join(last)} has an MFA device until {name} registers one")
    return tuple(warnings), tuple(told)
