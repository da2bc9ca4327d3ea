# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The results of the page's parts, as facts of the roles and as lines that people read. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._page import groups
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.removal import Removal
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import Page

Results = Mapping[str, Mapping[str, t.Any]]
LOCK_ROOT_USERS = "cloudhsm.iam.lock_root_users"
BY_HAND = (
    "By hand, as the root user: allow IAM users to see Billing (Account settings, IAM access to billing)",
    "By hand, as the root user: turn on MFA, delete the root access keys, and lock the root password away",
)


def facts(page: Page, results: Results, before: Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Return the results of the roles by fact. before are results of groups created earlier in the play."""
    admin, cloudhsm, role = results["admin_group"], results["cloudhsm_group"], results["service_linked_role"]
    admin_result = groups.fact(page.admin_group, admin)
    cloudhsm_result = groups.fact(page.cloudhsm_group, cloudhsm)
    cloudhsm_results = {**(before or {}), cloudhsm_result["name"]: cloudhsm_result}
    return {
        "admin_group_result": admin_result,
        "cloudhsm_group_result": cloudhsm_result,
        "cloudhsm_group_results": cloudhsm_results,
        "user_provisioning_result": users_fact(
            results["users"], bool(results.get("onboarding_group", {}).get("changed"))
        ),
        "service_linked_role_result": {
            "state": "present",
            "changed": bool(role.get("changed")),
            "service_name": page.service_linked_role["service_name"],
            "role": role["service_linked_role"],
        },
    }


def users_fact(result: Mapping[str, t.Any], group_changed: bool = False) -> dict[str, t.Any]:
    """Return the result for the users, in the form of the role user_provisioning."""
    by_action = {
        action: [user["name"] for user in result["users"] if user["action"] == action]
        for action in ("created", "updated", "deleted", "unchanged")
    }
    return {
        "state": "present",
        "changed": bool(result.get("changed")) or group_changed,
        "sign_in_url": result["account"]["sign_in_url"],
        "counts": result["counts"],
        **by_action,
        "pending": result["pending"],
        "suspended": result["suspended"],
        "credentials": result.get("credentials", {}),
    }


def lines(
    page: Page, found: Mapping[str, t.Any], summary: Iterable[str], results: Results, check_mode: bool
) -> list[str]:
    """Return the plan of bootstrap, or what was done, and what people have to do next."""
    account = found["account"]
    return [
        f"Account {account['account_id']}, called as {account['caller_arn']}",
        *summary,
        *_of_users(facts(page, results)["user_provisioning_result"], check_mode),
        *_by_hand(found.get("root_user")),
    ]


def _by_hand(root: Mapping[str, t.Any] | None) -> Iterator[str]:
    """Yield what only the root user can do. root is None if nothing is known about that user."""
    if root is None or root["password"]:
        yield from BY_HAND
        return
    yield (
        "The root user has no password. Allow its recovery with the playbook "
        f"{LOCK_ROOT_USERS} if IAM users are to see Billing, which only the root user can allow"
    )
    if root["access_keys"]:
        yield f"The root user has access keys: remove them with the playbook {LOCK_ROOT_USERS}"


def _of_users(fact: Mapping[str, t.Any], check_mode: bool) -> Iterator[str]:
    yield f"Users sign in at {fact['sign_in_url']}"
    if fact["suspended"]:
        yield f"Suspended: {names_of(fact['suspended'])}"
    users = fact["credentials"].get("users")
    if users:
        are = "would be" if check_mode else "are"
        yield f"First passwords of {names_of(users)} {are} in {fact['credentials']['location']}"
    if fact["pending"]:
        names = names_of([user["name"] for user in fact["pending"]])
        then = "when they have changed their passwords and registered MFA"
        yield f"Pending: {names}. Run this again, with the same rights, {then}"


def names_of(names: list[str]) -> str:
    """Return up to ten names, and how many more there are."""
    more = len(names) - 10
    return ", ".join(names[:10]) + (f", and {more} more" if more > 0 else "")


def removal_lines(found: Mapping[str, t.Any], summary: Iterable[str], gone: Removal, role: str) -> list[str]:
    """Return the plan of a teardown, or what was done, and what it keeps with the reasons.

    role is what happens to the service-linked role: deleted, kept or none.
    """
    told = [f"Account {found['account']['account_id']}", *summary]
    if gone.kept:
        told.append(f"Groups kept: {'; '.join(gone.kept)}")
    if role == "kept":
        told.append("Service-linked role: kept, because its description is not the one that bootstrap sets")
    return told
