# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Decides whose passwords are sealed again, and which users can't be break-glass users. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BREAK_GLASS, PROTECTED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.sealing import SEALED, SEALING, sealed_at
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import Found, SealPlan, Wanted
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change, tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, Change, UserPlan


def account_problems(wanted: Wanted, account: Account) -> Iterator[str]:
    """Yield why the account as a whole does not allow the run."""
    if wanted.group in account.groups:
        return
    close = nearest(wanted.group, account.groups)
    hint = f"did you mean {close[0]!r}?" if close else "create it first, for example with the playbook bootstrap"
    yield f"{wanted.called('group')}: the account has no group {wanted.group!r}; {hint}"


def user_problems(wanted: Wanted, found: Found) -> Iterator[str]:
    """Yield why this user can't be a break-glass user."""
    user = found.user
    if user.locked:
        yield f"{wanted.label(user.name)}: is suspended; restore the user first, with the playbook provision_users"
    elif not user.protected and BREAK_GLASS not in user.tags:
        yield (
            f"{wanted.label(user.name)}: exists already and is not marked as protected (tag {PROTECTED}). If you want "
            "it as a break-glass user with a new password, first set protected: true for it with the playbook "
            "provision_users"
        )
    if found.active_keys:
        yield (
            f"{wanted.label(user.name)}: has active access keys ({', '.join(found.active_keys)}), which need neither "
            "half of the password; deactivate or delete them first"
        )


def make_plan(wanted: Wanted, plan: UserPlan, found: Found | None) -> SealPlan:
    """Return the plan of one user. plan is the plan of the users engine; found is None for a new user."""
    reason = _reason(wanted, found)
    has_mfa = bool(found and found.mfa_devices)
    if not reason or plan.after is None:
        return SealPlan(plan, has_mfa=has_mfa)
    has_password = bool(found and found.user.console_access)
    after = replace(
        plan.after,
        console_access=True,
        password_reset_required=False,
        tags={**plan.after.tags, BREAK_GLASS: SEALED},
    )
    before = found.user if found else None
    sealed = replace(plan, before=before, after=after, changes=(*plan.changes, *_sealing(plan.name, has_password)))
    return SealPlan(sealed, reason, has_mfa)


def _reason(wanted: Wanted, found: Found | None) -> str:
    if found is None:
        return "the user is new"
    tags: Mapping[str, str] = found.user.tags
    reasons = {
        "you asked for it": wanted.reseal,
        "an earlier run did not finish": tags.get(BREAK_GLASS, "").startswith(SEALING),
        "it was not sealed yet": sealed_at(tags) is None,
        "the user has no password": not found.user.console_access,
        "somebody has set another password since": found.user.password_reset_required,
    }
    first = next((reason for reason, holds in reasons.items() if holds), "")
    return first or _missing(wanted, found)


def _missing(wanted: Wanted, found: Found) -> str:
    missing = [store.label for store, has in zip(wanted.stores, found.halves or (), strict=False) if not has]
    return f"no half in {' and '.join(missing)}" if missing else ""


def _sealing(user: str, has_password: bool) -> tuple[Change, ...]:
    """Return the calls that seal, in order. The tag's full value is known only when they are made."""
    setting = "update_login_profile" if has_password else "create_login_profile"
    return (
        change(user, "tag_user", Tags=tag_list({BREAK_GLASS: SEALING})),
        change(user, setting, PasswordResetRequired=False),
        change(user, "tag_user", Tags=tag_list({BREAK_GLASS: SEALED})),
    )
