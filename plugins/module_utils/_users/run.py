# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs the module iam_users: makes the plans, and carries them out unless in check mode."""

from __future__ import annotations

import base64
import json
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import READ_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import (
    engine,
    onboarding,
    renaming,
    snapshot,
    store_options,
    stores,
    suspension,
    temporary,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import result as report
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    DesiredUser,
    Options,
    Outcome,
    UserPlan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.options import option_problems, purge_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import StoredPasswords
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.pending import read_pending

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# The maximum number of missing users for which similar names are searched.
SIMILAR = 20


def options_from(params: t.Mapping[str, t.Any], check_mode: bool) -> Options:
    """Return the options of the run from the module's parameters."""
    restored, _problems = suspension.read_restored(params["restore_suspended"])
    return Options(
        purge_users=params["purge_users"],
        purge_groups=params["purge_groups"],
        purge_tags=params["purge_tags"],
        purge_policies=params["purge_policies"],
        restore_suspended=restored is True,
        restore_users=frozenset() if isinstance(restored, bool) else restored,
        restore_credentials=frozenset(params["restore_credentials"]),
        allow_password_change=params["allow_password_change"],
        adopt=params["adopt"],
        managed_by_tag=params["managed_by_tag"],
        max_deletions=params["max_deletions"],
        protected_groups=frozenset(params["protected_groups"]),
        pending_groups=frozenset(params["pending_groups"] if check_mode else ()),
        pending_members=params["pending_members"] if check_mode else {},
        pending_policies=read_pending(params["pending_policies"] if check_mode else None),
        onboarding_group=params["onboarding_group"] or None,
        require_mfa_policy_name=params["require_mfa_policy_name"],
        require_mfa_groups=frozenset(params["require_mfa_groups"]),
        patient=not check_mode,
        batch_size=params["batch_size"],
    )


def run(task: Task) -> Result:
    """Return the module's result. Raises FailedError, also if only some users could not be finished."""
    try:
        result = _plan_and_carry_out(task)
    except engine.RefusedError as exc:
        raise FailedError(f"Nothing was changed. {exc}", problems=exc.problems) from exc
    except StoreError as exc:
        raise FailedError(f"Nothing was changed. {exc}", problems=[str(exc)]) from exc
    except READ_ERRORS as exc:
        raise failure(exc, "read the account") from exc
    if result["failed_users"]:
        raise FailedError(**result)
    return result


def _plan_and_carry_out(task: Task) -> Result:
    params = task.params
    desired = _desired(task)
    options = options_from(params, task.check_mode)
    with ThreadPoolExecutor(params["workers"]) as pool:
        service = engine.Service(task.iam_client(params["workers"]), task.sts_client(), pool)
        kind = params["credentials_store"]
        later = kind in stores.SERVICES or (task.check_mode and kind != "none")
        plans, account = engine.make_plan(service, desired, options, passwords_come_later=later)
        passwords = open_passwords(task, service.iam, desired, account)
        if passwords:
            passwords.check(plans, write=not task.check_mode)
        if task.check_mode:
            outcomes = [Outcome(plan, plan.changes) for plan in plans if plan.changes]
        else:
            outcomes = engine.carry_out(
                service, plans, desired, options, account=account, tell=task.tell, source=passwords
            )
    for warning in _warnings(plans, desired, account, options, params["credentials_store"]):
        task.warn(warning)
    result = report.describe_outcomes(plans, outcomes, account)
    result |= report.describe_temporary(report.final_plans(plans, outcomes))
    result["check_mode"] = task.check_mode
    result["missing"] = missing_users(plans, account)
    result["pending"] = onboarding.describe_pending(report.final_plans(plans, outcomes), options)
    if task.diff:
        result["diff"] = report.describe_diff(plans)
    if task.check_mode:
        result["passwords_needed"] = needed_passwords(plans, desired)
        result["minimum_password_length"] = account.password_rules.length
        result["group_policies"] = report.group_policies(plans, account)
    if passwords:
        users = sorted(result["passwords_needed"]) if task.check_mode else passwords.set_by(outcomes)
        result["credentials"] = passwords.describe(str(task.region), users)
    if result["failed_users"]:
        result["msg"] = report.failure_message(outcomes)
    return result


def _warnings(
    plans: list[UserPlan], desired: list[DesiredUser], account: Account, options: Options, credentials_store: str
) -> t.Iterator[str]:
    for plan in plans:
        yield from filter(None, (suspension.warning(plan, options), renaming.warning(plan, credentials_store)))
    yield from temporary.ended_warning(desired, account.caller.now)


def _desired(task: Task) -> list[DesiredUser]:
    """Return the users with their passwords. Raises RefusedError with all problems of the options."""
    params = task.params
    desired, problems = parse_users(params["users"], params["managed_by_tag"])
    desired = with_passwords(desired, params["first_passwords"])
    problems += option_problems(params) + purge_problems(desired, params) + store_problems(task)
    problems += suspension.read_restored(params["restore_suspended"])[1]
    if problems:
        raise engine.RefusedError(problems)
    return desired


def store_problems(task: Task) -> list[str]:
    """Return the problems of the options about the credentials store, and a missing region."""
    problems = store_options.store_problems(task.params)
    kind = task.params["credentials_store"]
    if kind in stores.SERVICES and not task.region:
        problems.append(f"credentials_store: {kind} needs a region; set region, AWS_REGION or one in the profile")
    return problems


def with_passwords(desired: list[DesiredUser], encoded: str | None) -> list[DesiredUser]:
    """Return the users with the passwords that the action took out of the list or generated."""
    passwords: dict[str, str] = json.loads(base64.b64decode(encoded)) if encoded else {}
    return [replace(user, password=passwords.get(user.name, user.password)) for user in desired]


def open_passwords(task: Task, iam: IAMClient, desired: list[DesiredUser], account: Account) -> StoredPasswords | None:
    """Return passwords kept in a store in AWS; None if the playbook asks for another store or none."""
    params = task.params
    kind = params["credentials_store"]
    if kind not in stores.SERVICES:
        return None
    settings = stores.settings_from(params)
    minimum = account.password_rules.length
    return StoredPasswords(
        desired,
        stores.open_store(kind, task.store_client(stores.SERVICES[kind][0], params["workers"]), settings),
        settings.folder(account.caller.account_id),
        max(params["password_length"], minimum),
        has_login_profile=lambda user: snapshot.has_login_profile(iam, user),
    )


def needed_passwords(plans: list[UserPlan], desired: list[DesiredUser]) -> list[str]:
    """Return the names of the users who get console access and were given no password."""
    given = {user.name for user in desired if user.password is not None}
    return [plan.name for plan in plans if plan.makes_login_profile and plan.name not in given]


def missing_users(plans: list[UserPlan], account: Account) -> list[dict[str, t.Any]]:
    """Return the users to delete that do not exist, each with existing users of similar names."""
    names = [plan.name for plan in plans if plan.before is None and plan.after is None and not plan.changes]
    # Each search compares the name with every user of the account.
    return [
        {"name": name, "similar": nearest(name, account.users, 3) if place < SIMILAR else []}
        for place, name in enumerate(names)
    ]
