# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Exports users as variables of the role user_provisioning. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import OWNED, PROTECTED, SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import Holdings, Item, NotExported, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.tags import listed_tags, refused_tags
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import SUSPENDED_POLICY
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser, DesiredUser
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.suspension import (
    CONSOLE,
    noted,
    plan_suspension,
    without_suspension,
)

_WHAT_TO_DO = {
    "inline policy": (
        "No run changes inline policies. Create a customer managed policy with the same document, list its ARN in "
        "managed_policies, and delete the inline one"
    ),
    "access keys": "No run creates or rotates access keys. They stay; create new ones in another account yourself",
    "MFA devices": "They stay. In another account, users register their own devices",
    "SSH keys, certificates and service-specific credentials": "They stay. In another account, create them yourself",
}
_HALF_SUSPENDED = (
    "It is marked as suspended, but can still act. It is listed as present; set state: suspended to lock it out again"
)


def user_items(snapshot: Snapshot, managed_by_tag: str) -> tuple[list[Item], list[NotExported]]:
    """The selected users as items of user_provisioning_users, and what these can't express."""
    items: list[Item] = []
    left: list[NotExported] = []
    for name in snapshot.selected:
        item, more = _checked(snapshot.account.users[name], snapshot, managed_by_tag)
        items += [item] if item else []
        left += more
        left += _left(snapshot.account.users[name], snapshot.holdings.get(name, Holdings()))
    return items, left


def _checked(user: ActualUser, snapshot: Snapshot, managed_by_tag: str) -> tuple[Item, list[NotExported]]:
    """The item without fields that iam_users would refuse, such as values that IAM allowed in the past."""
    item = _item(user, snapshot, managed_by_tag)
    left = [*refused_tags(user.tags, _whose(user)), *_odd_marks(user, item)]
    _users, problems = parse_users([item], managed_by_tag)
    for problem in problems:
        field, _colon, text = problem.partition("): ")[2].partition(": ")
        field = field.partition(".")[0].partition("[")[0]
        if field in ("name", ""):
            return {}, [NotExported("user", user.name, f"It can't be listed: {text}")]
        if item.pop(field, None) is not None:
            left.append(NotExported(field, field, f"It can't be listed: {text}. It stays as it is", _whose(user)))
    return item, left


def _item(user: ActualUser, snapshot: Snapshot, managed_by_tag: str) -> Item:
    suspended = _is_suspended(user, snapshot)
    if suspended:
        # Remove what the suspension added.
        user = without_suspension(DesiredUser(user.name), user, snapshot.account)
    item: Item = {"name": user.name}
    if suspended:
        item["state"] = "suspended"
    if user.tags.get(PROTECTED) == OWNED and not suspended:
        item["protected"] = True
    item["path"] = user.path
    more: dict[str, t.Any] = {
        "tags": {key: value for key, value in listed_tags(user.tags).items() if key.lower() != managed_by_tag.lower()},
        "groups": sorted(user.groups),
        "temporary_groups": [one.describe() for one in user.temporary_groups if not one.ended],
        "managed_policies": sorted(user.plain_policies),
        "boundary": user.boundary,
    }
    item |= {field: value for field, value in more.items() if value}
    console = CONSOLE in noted(snapshot.account.users[user.name]) if suspended else user.console_access
    if console is not None:
        item["console_access"] = console
    return item


def _is_suspended(user: ActualUser, snapshot: Snapshot) -> bool:
    """Whether a run with state suspended would change nothing."""
    read = user.credentials is not None
    return user.suspended and read and not plan_suspension(user.name, snapshot.account).changes


def _odd_marks(user: ActualUser, item: Item) -> Iterator[NotExported]:
    """Tags of this collection that are set in an unusual way."""
    if user.protected and "protected" not in item:
        text = "It protects the user all the same. Set protected: true to say so"
        yield NotExported("tag", PROTECTED, text, _whose(user))
    if user.marked and item.get("state") != "suspended":
        yield NotExported("tag", SUSPENDED, _HALF_SUSPENDED, _whose(user))


def _left(user: ActualUser, holdings: Holdings) -> Iterator[NotExported]:
    for one in user.temporary_groups:
        if one.ended:
            text = f"It ended at {one.until}. The next run that lists the user removes what is left"
            yield NotExported("temporary membership", one.group, text, _whose(user))
    for name in sorted(user.inline_policies - {SUSPENDED_POLICY}):
        yield NotExported("inline policy", name, _WHAT_TO_DO["inline policy"], _whose(user))
    counted = (
        ("access keys", holdings.access_keys),
        ("MFA devices", holdings.mfa_devices),
        ("SSH keys, certificates and service-specific credentials", holdings.others),
    )
    for kind, count in counted:
        if count:
            yield NotExported(kind, str(count), _WHAT_TO_DO[kind], _whose(user))


def _whose(user: ActualUser) -> str:
    return f"user {user.name}"
