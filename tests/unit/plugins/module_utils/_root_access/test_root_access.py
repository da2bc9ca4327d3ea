# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to what root users have in the end: what is asked, what is changed, and everything that is refused."""

from __future__ import annotations

import copy
import random
import typing as t
from collections import Counter
from contextlib import suppress

import pytest
from helpers.accounts.simulated_identity_center import failure
from helpers.accounts.simulated_root_access import (
    CLOSED,
    DELEGATED,
    FEATURES,
    LOGS,
    MANAGEMENT,
    ORGANIZATION,
    SHOP,
    Organization,
    credentials,
)
from helpers.moto.kills import KilledError

Result = dict[str, t.Any]
LOCK: Result = {"state": "locked", "organization_id": ORGANIZATION}
RECOVER: Result = {"state": "recoverable", "organization_id": ORGANIZATION, "reason": "Billing"}
CALLS = ["assume_root", "get_login_profile", "list_access_keys", "list_mfa_devices", "list_signing_certificates"]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Organization:
    """Shop has one of everything, logs a password that nothing protects, and a third account has nothing."""
    monkeypatch.setattr("ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.apply.WAITS", (0.0, 0.0))
    aws = Organization()
    aws.roots[SHOP] = credentials(True, ("AKIASHOP1", "AKIASHOP2"), ("CERTSHOP",), ("mfa/shop-1", "mfa/shop-2"))
    aws.roots[LOGS] = credentials(True)
    aws.roots[MANAGEMENT] = credentials(True, ("AKIAMANAGEMENT",))
    return aws


def done(aws: Organization, **params: t.Any) -> Result:
    """The result of a run that goes well, predicted by a check which calls nothing that writes."""
    before, writes = copy.deepcopy((aws.roots, aws.features, aws.trusted, aws.delegates)), len(aws.writes)
    predicted = aws.run(check_mode=True, **params)
    assert (aws.roots, aws.features, aws.trusted, aws.delegates) == before
    assert len(aws.writes) == writes
    result = aws.run(**params)
    assert "failed" not in result, result
    same = ("changed", "changes", "accounts", "skipped_accounts", "counts", "features", "diff", "reason")
    assert {name: predicted[name] for name in same} == {name: result[name] for name in same}
    assert [operation for _account, operation in aws.writes[writes:]] == [one["operation"] for one in result["changes"]]
    return result


def refused(aws: Organization, **params: t.Any) -> list[str]:
    """Why a run does nothing."""
    for check_mode in (True, False):
        result = aws.run(check_mode, **params)
        assert result["failed"]
        assert aws.writes == []
        assert result["msg"].startswith("Nothing was changed. ")
    problems: list[str] = result["problems"]
    return problems


def test_only_what_is_missing_is_switched_on(aws: Organization) -> None:
    aws.trusted, aws.features = False, set()
    result = done(aws, state="enabled", delegated_administrator=DELEGATED)
    assert [one["operation"] for one in result["changes"]] == [
        "enable_aws_service_access",
        "enable_organizations_root_credentials_management",
        "enable_organizations_root_sessions",
        "register_delegated_administrator",
    ]
    assert (aws.trusted, aws.features, aws.delegates) == (True, FEATURES, {DELEGATED})
    (organization,) = result["objects"]
    assert (organization["kind"], organization["name"], organization["action"]) == (
        "organization",
        ORGANIZATION,
        "changed",
    )
    assert organization["before"] == {"features": [], "delegated_administrators": []}
    assert organization["after"] == {
        "features": ["RootCredentialsManagement", "RootSessions", "TrustedAccess"],
        "delegated_administrators": [DELEGATED],
    }
    assert result["features"] == sorted(FEATURES)
    again = done(aws, state="enabled", delegated_administrator=DELEGATED)
    assert (again["changed"], again["objects"][0]["action"]) == (False, "unchanged")

    aws.features = {"RootSessions"}
    result = done(aws, state="enabled")
    assert [one["operation"] for one in result["changes"]] == ["enable_organizations_root_credentials_management"]
    aws.features = set()
    assert done(aws, state="enabled", features=["RootCredentialsManagement"])["features"] == [
        "RootCredentialsManagement"
    ]


def test_iam_may_learn_a_little_later_of_its_trusted_access(aws: Organization) -> None:
    aws.features = set()
    aws.scripts["", "enable_organizations_root_sessions"] = [failure("ServiceAccessNotEnabledException")]
    aws.scripts["", "list_organizations_features"] = [failure("ServiceAccessNotEnabledException")]
    assert not aws.run(state="enabled").get("failed")
    assert aws.features == FEATURES


def test_an_audit_tells_each_credential_and_changes_nothing(aws: Organization) -> None:
    result = done(aws)
    assert not result["changed"]
    assert [one["account_id"] for one in result["accounts"]] == [DELEGATED, SHOP, LOGS]
    assert result["accounts"][1] == {
        "account_id": SHOP,
        "name": f"a{SHOP}",
        "email": "a@b.c",
        "action": "unchanged",
        "password": True,
        "access_keys": ["AKIASHOP1", "AKIASHOP2"],
        "signing_certificates": ["CERTSHOP"],
        "mfa_devices": ["mfa/shop-1", "mfa/shop-2"],
    }
    assert result["skipped_accounts"] == [{"account_id": CLOSED, "name": f"a{CLOSED}", "status": "SUSPENDED"}]
    assert result["counts"] == {
        "accounts": 3,
        "with_credentials": 2,
        "with_password": 2,
        "removed": 0,
        "remaining": 0,
        "failed": 0,
    }
    assert result["lines"] == [
        f"Looked at the root users of 3 accounts in the organization {ORGANIZATION}: 2 with credentials, 1 without",
        f"{SHOP} (a{SHOP}): password, access key AKIASHOP1, access key AKIASHOP2, signing certificate CERTSHOP, "
        "MFA device mfa/shop-1, MFA device mfa/shop-2",
        f"{LOGS} (a{LOGS}): password",
        "Nothing was removed. To do that, set state=locked",
        f"Skipped: {CLOSED} (a{CLOSED}) is SUSPENDED",
    ]
    assert (result["organization_id"], result["management_account"]) == (ORGANIZATION, MANAGEMENT)


def test_a_hundred_accounts_cost_five_calls_each_and_are_looked_at_side_by_side(aws: Organization) -> None:
    aws.accounts = {MANAGEMENT: "r-1"}
    few, many = ([f"{number:012}" for number in range(9, 9 + size)] for size in (10, 100))
    costs: list[Counter[str]] = []
    for accounts in (few, many):
        aws.accounts |= dict.fromkeys(accounts, "ou-1")
        aws.roots |= {account: credentials(True, ("AKIA",), (), ("mfa",)) for account in accounts}
        aws.calls.clear()
        assert len(aws.run(workers=4)["accounts"]) == len(accounts)
        assert {account: sorted(op for known, op in aws.calls if known == account) for account in accounts} == (
            dict.fromkeys(accounts, CALLS)
        )
        assert all(count == 1 for count in aws.calls.values())
        costs.append(Counter(operation for account, operation in aws.calls if not account))
    assert costs[0] == costs[1]
    assert 1 < aws.at_once <= 4
    # A machine may let a process have no more than some hundred connections.
    assert not aws.open


def test_credentials_go_in_an_order_that_leaves_no_password_without_mfa(aws: Organization) -> None:
    result = done(aws, **LOCK, all_accounts=True)
    assert [(one["operation"], one["account"], one["kind"], one.get("id", "")) for one in result["changes"]] == [
        ("delete_login_profile", SHOP, "password", ""),
        ("delete_access_key", SHOP, "access_key", "AKIASHOP1"),
        ("delete_access_key", SHOP, "access_key", "AKIASHOP2"),
        ("delete_signing_certificate", SHOP, "signing_certificate", "CERTSHOP"),
        ("deactivate_mfa_device", SHOP, "mfa_device", "mfa/shop-1"),
        ("deactivate_mfa_device", SHOP, "mfa_device", "mfa/shop-2"),
        ("delete_login_profile", LOGS, "password", ""),
    ]
    kinds = ("mfa_devices", "access_keys", "signing_certificates")
    lists = (*kinds, "active_access_keys", "active_signing_certificates")
    nothing: Result = {"console_access": False, **{name: [] for name in lists}}
    assert {one["name"]: (one["action"], one["after"]) for one in result["objects"]} == {
        DELEGATED: ("unchanged", {"name": f"a{DELEGATED}", **nothing}),
        SHOP: ("changed", {"name": f"a{SHOP}", **nothing}),
        LOGS: ("changed", {"name": f"a{LOGS}", **nothing}),
    }
    assert result["objects"][1]["before"]["access_keys"] == ["AKIASHOP1", "AKIASHOP2"]
    assert "Billing" in result["lines"][0]
    assert result["diff"]["before"][LOGS] == ["password"]
    assert [one["action"] for one in result["accounts"]] == ["unchanged", "locked", "locked"]
    assert [aws.left(account) for account in (SHOP, LOGS, DELEGATED)] == [[], [], []]
    # Of the management account nobody asks, whatever it has.
    assert aws.left(MANAGEMENT) == ["password", "AKIAMANAGEMENT"]
    assert not [operation for account, operation in aws.calls if account == MANAGEMENT]
    again = done(aws, **LOCK, all_accounts=True)
    assert (again["changed"], {one["action"] for one in again["objects"]}) == (False, {"unchanged"})


@pytest.mark.parametrize(
    ("chosen", "accounts"),
    [
        ({"accounts": [SHOP]}, [SHOP]),
        ({"organizational_units": ["/Sandbox"]}, [LOGS]),
        ({"organizational_units": ["/"]}, [DELEGATED, SHOP, LOGS]),
        ({"account_tags": {"stage": "live"}}, [SHOP]),
        ({"account_tags": {"stage": "live"}, "accounts": [LOGS]}, [SHOP, LOGS]),
        ({"all_accounts": True, "exclude_accounts": [SHOP, MANAGEMENT]}, [DELEGATED, LOGS]),
    ],
)
def test_accounts_are_chosen_by_id_unit_and_tag(aws: Organization, chosen: Result, accounts: list[str]) -> None:
    result = done(aws, **LOCK, **chosen)
    assert [one["account_id"] for one in result["accounts"]] == accounts
    assert {one["account"] for one in result["changes"]} == {SHOP, LOGS} & {*accounts}


def test_a_delegated_administrator_does_all_but_switching_on(aws: Organization) -> None:
    aws.delegates, aws.caller = {DELEGATED}, f"arn:aws:sts::{DELEGATED}:assumed-role/Admin/me"
    assert done(aws, **LOCK, accounts=[LOGS])["changed"]
    (problem,) = aws.run(state="enabled")["problems"]
    assert problem == f"state: enabled works in the management account {MANAGEMENT} alone, and this is {DELEGATED}"


def test_password_recovery_is_allowed_once_and_taken_away_by_the_next_lock(aws: Organization) -> None:
    done(aws, **LOCK, accounts=[LOGS])
    result = done(aws, **RECOVER, accounts=[LOGS])
    assert result["changes"] == [{"operation": "create_login_profile", "account": LOGS, "kind": "password"}]
    assert (result["reason"], result["accounts"][0]["action"]) == ("Billing", "recoverable")
    assert result["lines"][0] == f"Allowed password recovery for the root user of {LOGS} (a{LOGS}): Billing"
    assert "a@b.c" in result["lines"][1]
    assert aws.left(LOGS) == ["password"]
    again = done(aws, **RECOVER, accounts=[LOGS])
    assert not again["changed"]
    assert "has a password already" in again["lines"][0]
    assert done(aws, **LOCK, accounts=[LOGS])["changed"]
    assert aws.left(LOGS) == []


@pytest.mark.parametrize("operation", CALLS)
def test_one_account_that_can_not_be_looked_at_stops_no_other(aws: Organization, operation: str) -> None:
    error = failure("AccessDenied", "AssumeRoot" if operation == "assume_root" else "ListAccessKeys")
    aws.scripts[SHOP, operation] = [error] * 2
    for check_mode in (True, False):
        result = aws.run(check_mode, **LOCK, all_accounts=True)
        assert result["failed"]
        assert [one["account"] for one in result["changes"]] == [LOGS]
        (told,) = result["failed_accounts"]
        assert told["account_id"] == SHOP
        assert told["msg"] in result["msg"]
        assert f"Could not look at the root user of {SHOP} (a{SHOP})" in told["msg"]
        assert ("service control policies" in told["msg"]) == (operation == "assume_root")
        assert f"Failed: {told['msg']}" in result["lines"]
    assert aws.left(LOGS) == []
    assert len(aws.left(SHOP)) == 6
    assert not aws.run(**LOCK, all_accounts=True).get("failed")
    assert aws.left(SHOP) == []


@pytest.mark.parametrize("operation", ["assume_root", "delete_login_profile", "delete_access_key"])
def test_what_fails_in_an_account_keeps_its_mfa_and_stops_no_other(aws: Organization, operation: str) -> None:
    aws.scripts[SHOP, operation] = [failure("ServiceFailure", "Whatever")]
    if operation == "assume_root":
        # The first session is the audit's.
        answers = iter((False, True))
        script = aws.scripts.pop((SHOP, operation))
        own = aws._sts_assume_root

        def assume(**params: t.Any) -> Result:
            if params["TargetPrincipal"] == SHOP and next(answers, False):
                raise script[0]
            return own(**params)

        aws.__dict__["_sts_assume_root"] = lambda *given: assume(
            **dict(zip(("TargetPrincipal", "TaskPolicyArn", "DurationSeconds"), given, strict=True))
        )
    result = aws.run(**LOCK, all_accounts=True)
    assert result["failed"]
    assert [one["account"] for one in result["failed_changes"]] == [SHOP]
    left = {one["operation"] for one in result["not_done"]}
    assert "deactivate_mfa_device" in left
    assert {"mfa/shop-1", "mfa/shop-2"} <= {*aws.left(SHOP)}
    assert aws.left(LOGS) == []
    assert f"1 failure, {len(result['not_done'])} not begun; the rest is done. Run again to go on. " in result["msg"]
    assert not aws.run(**LOCK, all_accounts=True).get("failed")
    assert aws.left(SHOP) == []


def test_what_iam_is_busy_with_is_tried_again_and_what_has_gone_is_gone(aws: Organization) -> None:
    aws.scripts[SHOP, "delete_login_profile"] = [failure("EntityTemporarilyUnmodifiable")]
    aws.scripts[SHOP, "delete_access_key"] = [failure("NoSuchEntity")]
    aws.scripts[LOGS, "delete_login_profile"] = [failure("EntityTemporarilyUnmodifiable")] * 3
    result = aws.run(**LOCK, all_accounts=True)
    assert [one["account"] for one in result["failed_changes"]] == [LOGS]
    assert "another request is changing it" in result["msg"]
    assert aws.left(SHOP) == ["AKIASHOP1"]


def test_an_error_that_no_other_call_would_do_better_with_ends_the_run(aws: Organization) -> None:
    aws.scripts[DELEGATED, "get_login_profile"] = [failure("ExpiredToken")]
    result = aws.run(**LOCK, all_accounts=True, workers=1)
    assert aws.writes == []
    assert [one["account_id"] for one in result["failed_accounts"]] == [DELEGATED, SHOP, LOGS]
    assert "1 failure, 2 not begun" in result["msg"]
    assert "expired" in result["msg"]

    aws.scripts[SHOP, "delete_login_profile"] = [failure("ExpiredToken")]
    result = aws.run(**LOCK, all_accounts=True)
    assert aws.writes == []
    assert [one["operation"] for one in result["failed_changes"]] == ["delete_login_profile"]
    assert {one["account"] for one in result["not_done"]} == {SHOP, LOGS}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 8))
def test_a_run_that_was_killed_is_finished_by_the_next(aws: Organization, number: int, after: bool) -> None:
    aws.kill = (number, after)
    with pytest.raises(KilledError):
        aws.run(**LOCK, all_accounts=True)
    left = aws.left(SHOP)
    assert "password" not in left or len([one for one in left if one.startswith("mfa")]) == 2
    aws.kill, made = None, len(aws.writes)
    result = done(aws, **LOCK, all_accounts=True)
    assert len(aws.writes) - made == 7 - number + (not after)
    assert result["changed"] == (number < 7 or not after)
    assert [aws.left(account) for account in (SHOP, LOGS)] == [[], []]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 5))
def test_switching_on_that_was_killed_is_finished_by_the_next(aws: Organization, number: int, after: bool) -> None:
    aws.trusted, aws.features, aws.kill = False, set(), (number, after)
    with pytest.raises(KilledError):
        aws.run(state="enabled", delegated_administrator=DELEGATED)
    aws.kill = None
    done(aws, state="enabled", delegated_administrator=DELEGATED)
    assert (aws.trusted, aws.features, aws.delegates) == (True, FEATURES, {DELEGATED})


def test_no_removal_is_allowed_with_none(aws: Organization) -> None:
    (problem,) = refused(aws, **LOCK, all_accounts=True, max_removals=0)
    assert problem == "max_removals: is 0, and 7 credentials of 2 accounts would be removed; raise it"
    assert not aws.run(**LOCK, accounts=[DELEGATED], max_removals=0).get("failed")


def test_a_run_locks_whole_accounts_up_to_the_limit_and_says_what_is_left(aws: Organization) -> None:
    aws.roots[DELEGATED] = credentials(True)
    first = done(aws, **LOCK, all_accounts=True, max_removals=6)
    assert {one["account"] for one in first["changes"]} == {DELEGATED}, "six of shop's do not fit any more"
    assert first["remaining"] == [
        {"account_id": SHOP, "name": f"a{SHOP}", "credentials": 6},
        {"account_id": LOGS, "name": f"a{LOGS}", "credentials": 1},
    ]
    assert (first["counts"]["remaining"], first["lines"][0]) == (
        7,
        "7 credentials of 2 accounts left for later runs; run again",
    )
    # An account that does not fit by itself goes in parts, and its MFA at the very end.
    for left in (["mfa/shop-1", "mfa/shop-2"], []):
        part = done(aws, **LOCK, all_accounts=True, max_removals=4)
        assert aws.left(SHOP) == left
    assert (part["remaining"], aws.left(LOGS)) == ([], [])


def test_a_batch_names_the_only_accounts_that_are_locked(aws: Organization) -> None:
    aws.roots[DELEGATED] = credentials(True)
    result = done(aws, **LOCK, all_accounts=True, batch=[LOGS, CLOSED], max_removals=1)
    assert {one["account"] for one in result["changes"]} == {LOGS}
    assert [one["account_id"] for one in result["remaining"]] == [DELEGATED, SHOP]
    (problem,) = refused(Organization(), **LOCK, all_accounts=True, batch=["shop"])
    assert problem.startswith("batch[0]: 'shop' is not an account ID")


HUNDRED = [f"{number:012}" for number in range(9, 109)]
MIXED = (("AKIA",), (), ("AKIA1", "AKIA2"))


def hundred() -> Organization:
    """100 accounts with one to four credentials each."""
    aws = Organization()
    aws.accounts = {MANAGEMENT: "r-1", **dict.fromkeys(HUNDRED, "ou-1")}
    aws.roots = {MANAGEMENT: credentials(True)}
    for number, account in enumerate(HUNDRED):
        aws.roots[account] = credentials(True, MIXED[number % 3], (), ("mfa",) if number % 2 else ())
    return aws


@pytest.mark.usefixtures("aws")
def test_a_hundred_accounts_are_locked_in_batches_that_are_killed_and_fail() -> None:
    aws, chance = hundred(), random.Random(7)
    before = {account: aws.left(account) for account in HUNDRED}
    stubborn = HUNDRED[40]
    others = [account for account in HUNDRED if account != stubborn]
    aws.scripts[stubborn, "delete_login_profile"] = [failure("ServiceFailure", "Whatever")] * 2
    runs: list[Result] = []
    while not runs or runs[-1]["remaining"] or runs[-1].get("failed"):
        assert len(runs) < 60, "no progress"
        writes = len(aws.writes)
        if chance.random() < 0.4:
            aws.kill = (writes + chance.randint(1, 10), chance.random() < 0.5)
            with suppress(KilledError):
                aws.run(**LOCK, all_accounts=True, max_removals=12)
            aws.kill = None
        else:
            runs.append(aws.run(**LOCK, all_accounts=True, max_removals=12))
        assert len(aws.writes) - writes <= 12
        # Account after account, but for the one that fails.
        begun = [account for account in others if len(aws.left(account)) < len(before[account])]
        assert begun == others[: len(begun)]
    assert [aws.left(account) for account in HUNDRED] == [[]] * 100
    assert aws.left(MANAGEMENT) == ["password"]
    assert [one["account"] for run in runs for one in run["failed_changes"]].count(stubborn) in (1, 2)
    assert all(stubborn in run["msg"] for run in runs if run.get("failed"))
    assert sum(map(len, before.values())) > 12 * 10


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({**LOCK, "accounts": [MANAGEMENT]}, [f"accounts: {MANAGEMENT} is the management account"]),
        ({**LOCK, "accounts": ["9" * 12, SHOP]}, [f"accounts: the organization has no account {'9' * 12}"]),
        (
            {**LOCK, "all_accounts": True, "exclude_accounts": ["9" * 12]},
            [f"exclude_accounts: the organization has no account {'9' * 12}"],
        ),
        (
            {**LOCK, "organizational_units": ["/None"]},
            ["organizational_units: the organization has no unit /None"],
        ),
        ({**LOCK, "account_tags": {"stage": "none"}}, ["accounts: no member account of the organization is meant"]),
        (
            {**LOCK, "accounts": [SHOP], "organization_id": "o-otherorg1234"},
            [f"organization_id: is o-otherorg1234, but these credentials belong to the organization {ORGANIZATION}"],
        ),
        (
            {"organization_id": "o-otherorg1234", "accounts": ["9" * 12]},
            ["organization_id: is o-otherorg1234", "accounts: the organization has no account"],
        ),
        ({**RECOVER, "accounts": [CLOSED]}, [f"accounts: the account {CLOSED} is SUSPENDED"]),
        ({**RECOVER, "accounts": [MANAGEMENT]}, [f"accounts: {MANAGEMENT} is the management account"]),
        (
            {"state": "enabled", "delegated_administrator": MANAGEMENT},
            [f"delegated_administrator: {MANAGEMENT} is the management account"],
        ),
        ({"state": "enabled", "delegated_administrator": "9" * 12}, ["delegated_administrator: the organization has"]),
        (
            {"state": "enabled", "delegated_administrator": CLOSED},
            [f"delegated_administrator: the account {CLOSED} is"],
        ),
    ],
)
def test_what_there_is_not_is_refused_before_anybody_is_looked_at(
    aws: Organization, given: Result, problems: list[str]
) -> None:
    told = refused(aws, **given)
    assert [problem[: len(start)] for problem, start in zip(told, problems, strict=True)] == problems
    assert not [operation for _account, operation in aws.calls if operation == "assume_root"]


@pytest.mark.parametrize("state", [{}, {**LOCK, "all_accounts": True}, {**RECOVER, "accounts": [SHOP]}])
def test_where_it_is_switched_off_nobody_is_looked_at(aws: Organization, state: Result) -> None:
    aws.features = {"RootSessions"}
    (problem,) = refused(aws, **state)
    assert problem.startswith("state: RootCredentialsManagement is switched off")
    assert f"state=enabled in the management account {MANAGEMENT}" in problem
    aws.trusted = False
    (problem,) = refused(aws, **state)
    assert problem.startswith("state: IAM has no trusted access")
    aws.trusted, aws.features, aws.caller = True, set(FEATURES), f"arn:aws:iam::{LOGS}:user/Administrator"
    (problem,) = refused(aws, **state)
    assert problem.startswith(f"state: the account {LOGS} is neither the management account {MANAGEMENT} nor")
    aws.caller = f"arn:aws:iam::{MANAGEMENT}:root"
    (problem,) = refused(aws, **state)
    assert problem.startswith("state: the caller is the root user, whom AWS does not let call sts:AssumeRoot")
    aws.feature_set = "CONSOLIDATED_BILLING"
    (problem,) = refused(aws, **state)
    assert "has only the features of one bill" in problem


def test_an_organization_that_can_not_be_read_is_told_in_a_sentence(aws: Organization) -> None:
    aws.scripts["", "describe_organization"] = [failure("AWSOrganizationsNotInUseException", "DescribeOrganization")]
    assert "the account of these credentials is in none" in aws.run()["msg"]
    aws.scripts["", "list_organizations_features"] = [failure("AccessDenied", "ListOrganizationsFeatures")]
    assert aws.run()["msg"].startswith("Could not read the organization's root access: ")
