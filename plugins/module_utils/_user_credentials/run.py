# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs iam_user_credentials: reads and plans; outside check mode, also makes the calls."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import READ_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import PROTECTED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import read_rules
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure, refuse
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials import devices, keys, passwords
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials import result as report
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.apply import (
    Service,
    StoppedError,
    apply_plan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.input import (
    option_problems,
    options_from,
    said,
    store_options,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    REPLACE_DEVICE,
    RESET_PASSWORD,
    ROTATE_KEY,
    KeyKeeper,
    Options,
    Plan,
    Situation,
    Stores,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.snapshot import (
    read_account,
    read_situation,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.store import AwsStores
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import FILE_STORES, SERVICES, settings_from

_WORKERS = 8


def run(task: Task, files: Stores | None = None) -> Result:
    """Return the module's result. files is the store that the action opened on the controller. Raises FailedError."""
    prefix = task.params["variables_prefix"]
    _refuse(option_problems(task.params), prefix)
    options = options_from(task.params)
    try:
        return _plan_and_carry_out(task, options, files)
    except StoreError as exc:
        _refuse([str(exc)], prefix)
        raise
    except READ_ERRORS as exc:
        raise failure(exc, "read the account") from exc


def _plan_and_carry_out(task: Task, options: Options, files: Stores | None) -> Result:
    prefix = task.params["variables_prefix"]
    stores = files or _aws_stores(task, options)
    iam = task.iam_client(_WORKERS)
    account, details = read_account(iam, task.sts_client())
    _refuse(_user_problems(account, options), prefix)
    with ThreadPoolExecutor(_WORKERS) as pool:
        situation = read_situation(iam, pool, account, details, options)
    account_id = account.caller.account_id
    key_keeper = stores.keys(account_id, options.user) if stores and options.job == ROTATE_KEY else None
    plan = make_plan(situation, options, key_keeper)
    _refuse(plan.problems, prefix)
    keeper = None
    if stores and options.job == RESET_PASSWORD:
        length = max(task.params["password_length"], read_rules(iam).length)
        keeper = stores.passwords(account_id, options.user, length)
        keeper.check()
    for warning in (*situation.rights.gaps, *plan.warnings):
        task.warn(warning)
    where = stores.location(account_id) if stores else ""
    done = list(plan.changes)
    if not task.check_mode:
        service = Service(iam, task.iam_client_that_tries_once(), keeper, key_keeper)
        try:
            done = apply_plan(plan, service)
        except StoppedError as exc:
            raise _stopped(exc, situation, plan, options, where) from exc
    made = report.describe(situation, plan, options, done, where)
    made["check_mode"] = task.check_mode
    if task.diff:
        made["diff"] = report.diff_of(situation, plan, done)
    return made


def make_plan(situation: Situation, options: Options, keeper: KeyKeeper | None) -> Plan:
    """Return the plan of the job."""
    if options.job == RESET_PASSWORD:
        return passwords.make_plan(situation, options)
    if options.job == REPLACE_DEVICE:
        return devices.make_plan(situation, options)
    return keys.make_plan(situation, options, keeper.find() if keeper else None)


def _aws_stores(task: Task, options: Options) -> Stores | None:
    """Return the chosen AWS store; None if none is chosen, or if the job hands nothing over. Raises StoreError."""
    if options.job == REPLACE_DEVICE or options.store == "none":
        return None
    if options.store in FILE_STORES:
        raise StoreError(
            f"credentials_store: {options.store} is a file on the control node, and there the task has to run: without "
            "become and environment, and with boto3 for Ansible's own Python"
        )
    if not task.region:
        raise StoreError(
            f"credentials_store: {options.store} needs a region; set region, AWS_REGION or one in the profile"
        )
    client = task.store_client(SERVICES[options.store][0], 1)
    return AwsStores(options.store, client, settings_from(store_options(task.params)), str(task.region))


def _user_problems(account: Account, options: Options) -> list[str]:
    """Return why no credentials are changed, for example because the user does not exist."""
    user = account.users.get(options.user)
    if user is None:
        close = nearest(options.user, account.users)
        hint = f"; did you mean {close[0]}?" if close else ""
        return [f"user: the account {account.caller.account_id} has no user {options.user}{hint}"]
    if user.locked:
        return [f"user: {user.name} is suspended; restore the user first, with the playbook provision_users"]
    if user.protected and options.job != ROTATE_KEY and not options.allow_protected:
        return [
            f"user: {user.name} is marked as protected (tag {PROTECTED}); if that is what you want, set "
            "allow_protected to true"
        ]
    return []


def _refuse(problems: Sequence[str], prefix: str | None) -> None:
    refuse([said(problem, prefix) for problem in problems])


def _stopped(exc: StoppedError, situation: Situation, plan: Plan, options: Options, where: str) -> FailedError:
    """Return the failure in the middle of a plan, with the steps that were done and those that were not."""
    made = report.describe(situation, plan, options, exc.done, where)
    not_done = [change.describe() for change in plan.changes[len(exc.done) :]]
    names = ", ".join(change["operation"].replace("_", " ") for change in not_done)
    msg = f"{exc}. Done before that, and kept: {_named(exc)}. Not done: {names or 'nothing'}. Run again to go on."
    return FailedError(msg, **{**made, "next": [], "stage": "stopped"}, not_done=not_done)


def _named(exc: StoppedError) -> str:
    return ", ".join(change.operation.replace("_", " ") for change in exc.done) or "nothing"
