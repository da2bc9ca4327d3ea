# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs iam_break_glass: reads and plans; outside check mode, also creates the users and seals their passwords."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import READ_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import read_rules
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure, refuse
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass import plan as planning
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass import result as report
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.apply import Sealer
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.halves import AwsHalf
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.input import parse, said
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import HalfStore, SealPlan, Wanted
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.snapshot import read_user
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.apply import StoppedError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import engine, snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, DesiredUser, Options, Outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.result import describe_diff
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import FILE_STORES, SERVICES

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_WORKERS = 4
# How the users engine's problems with the group begin. Ours replace them: one message, with our option.
_OF_GROUP = re.compile(r"^(users\[\d+\] \([^)]*\): groups|protected_groups): ")
_OF_USER = re.compile(r"^users\[(\d+)\] \(")


def run(task: Task, files: Sequence[HalfStore | None] = (None, None)) -> Result:
    """Return the module's result. files are the stores that the action opened on the controller. Raises FailedError."""
    wanted, problems = parse(task.params)
    refuse([*problems, *(_store_problems(task, wanted, files) if not problems else ())])
    stores = [file or _aws_half(task, wanted, index) for index, file in enumerate(files)]
    try:
        return _plan_and_carry_out(task, wanted, stores)
    except READ_ERRORS as exc:
        raise failure(exc, "read the account") from exc


def _store_problems(task: Task, wanted: Wanted, files: Sequence[HalfStore | None]) -> list[str]:
    """Return why stores can't be opened here."""
    problems = []
    for store, file in zip(wanted.stores, files, strict=True):
        if store.kind in FILE_STORES and file is None:
            problems.append(
                f"{store.label}.store: {store.kind} is a file on the control node, and there the task has to run: "
                "without become and environment, and with boto3 for Ansible's own Python"
            )
        elif store.kind in SERVICES and not task.region:
            problems.append(
                f"{store.label}.store: {store.kind} needs a region; set region, AWS_REGION or one in the profile"
            )
    return problems


def _aws_half(task: Task, wanted: Wanted, index: int) -> HalfStore:
    store = wanted.stores[index]
    return AwsHalf(store, task.store_client(SERVICES[store.kind][0], 1), str(task.region))


def _plan_and_carry_out(task: Task, wanted: Wanted, stores: Sequence[HalfStore]) -> Result:
    iam = task.iam_client(_WORKERS)
    desired = [DesiredUser(name, protected=True, groups=frozenset({wanted.group})) for name in wanted.users]
    options = Options(protected_groups=frozenset({wanted.group}))
    with ThreadPoolExecutor(_WORKERS) as pool:
        service = engine.Service(iam, task.sts_client(), pool)
        plans, account = _make_plans(service, wanted, desired, options, stores)
        account_id = account.caller.account_id
        rules = read_rules(iam)
        length = max(wanted.half_length, -(-rules.length // len(stores)))
        keepers = {
            plan.plan.name: [store.keeper(account_id, plan.plan.name, length) for store in stores]
            for plan in plans
            if plan.seals
        }
        pairs = [pair for kept in keepers.values() for pair in zip(kept, wanted.stores, strict=True)]
        refuse([problem for keeper, store in pairs for problem in _problems_of(keeper.check, store.label)])
        if task.check_mode:
            outcomes = [Outcome(plan.plan, plan.plan.changes) for plan in plans if plan.plan.changes]
        else:
            made = _create_users(service, plans, desired, options, account)
            outcomes = [_seal(iam, wanted, plan, made, keepers) for plan in plans if plan.plan.changes]
    places = [store.location(account_id) for store in stores]
    result = report.describe(wanted, plans, outcomes, account, places=places, check_mode=task.check_mode)
    result["lines"] += report.expiry_lines(rules.max_age)
    if task.diff:
        result["diff"] = describe_diff(plan.plan for plan in plans)
    if result["failed_users"]:
        raise FailedError(**result)
    return result


def _make_plans(
    service: engine.Service,
    wanted: Wanted,
    desired: Sequence[DesiredUser],
    options: Options,
    stores: Sequence[HalfStore],
) -> tuple[list[SealPlan], Account]:
    """Return the plans, and the account that they were made from. Raises FailedError with all problems."""
    refused: list[str] = []
    try:
        plans, account = engine.make_plan(service, desired, options, passwords_come_later=False)
    except engine.RefusedError as exc:
        # Go on, to report all other problems together with these.
        plans, account = [], snapshot.read_account(service.iam, service.sts, service.pool)
        refused = [_named(problem, wanted) for problem in exc.problems if not _OF_GROUP.match(problem)]
    found = {}
    problems = [*planning.account_problems(wanted, account)]
    for name in wanted.users:
        if name not in account.users:
            continue
        try:
            found[name] = read_user(service.iam, account, account.users[name], stores, wanted)
        except StoreError as exc:
            refused.append(str(exc))
            continue
        problems += planning.user_problems(wanted, found[name])
    refuse([*problems, *refused])
    return [planning.make_plan(wanted, plan, found.get(plan.name)) for plan in plans], account


def _named(problem: str, wanted: Wanted) -> str:
    """Return a problem of the users engine with the name of our option."""
    return _OF_USER.sub(lambda place: f"{wanted.called('users')}[{place[1]}] (", problem)


def _problems_of(check: t.Callable[[], None], label: str) -> list[str]:
    try:
        check()
    except StoreError as exc:
        return [said(str(exc), label)]
    return []


def _create_users(
    service: engine.Service,
    plans: Sequence[SealPlan],
    desired: Sequence[DesiredUser],
    options: Options,
    account: Account,
) -> dict[str, Outcome]:
    """Carry out the users engine's part of the plans (users, group, protection). Return the outcomes by user name."""
    own = [replace(plan.plan, changes=plan.plan.changes[:-3] if plan.seals else plan.plan.changes) for plan in plans]
    outcomes = engine.carry_out(service, own, desired, options, account=account, tell=lambda _line: None)
    return {outcome.plan.name: outcome for outcome in outcomes}


def _seal(
    iam: IAMClient,
    wanted: Wanted,
    planned: SealPlan,
    made: dict[str, Outcome],
    keepers: dict[str, list[t.Any]],
) -> Outcome:
    """Seal the password of a user who exists by now. Return the outcome of both parts."""
    before = made.get(planned.plan.name, Outcome(planned.plan))
    if before.error or not planned.seals:
        return replace(before, plan=planned.plan)
    try:
        done = Sealer(iam, planned, keepers[planned.plan.name], wanted.stores).seal()
    except StoppedError as exc:
        return Outcome(planned.plan, (*before.done, *exc.done), str(exc))
    return Outcome(planned.plan, (*before.done, *done))
