# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for a service-linked role are carried out, waited for, and told of when they fail."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.apply import (
    Deletion,
    Outcome,
    Patience,
    RoleError,
    ensure,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import DesiredRole

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Answer, AwsRole, Stubbed

CLOUDHSM = "cloudhsm.amazonaws.com"
SCALING = "autoscaling.amazonaws.com"
NAME = "AWSServiceRoleForCloudHSM"
TASK = f"task/aws-service-role/{CLOUDHSM}/{NAME}/ec720f7a-c0ba-4838-be33-f72e1873dd"
# AWS's own words, and those of emulators.
TAKEN_AWS = f"Service role name {NAME} has been taken in this account, please try a different suffix."
TAKEN_EMULATOR = f"Role with name {NAME} already exists."
TAKEN = [("InvalidInput", TAKEN_AWS), ("EntityAlreadyExists", TAKEN_EMULATOR)]

PRESENT = DesiredRole(CLOUDHSM)
DESCRIBED = DesiredRole(CLOUDHSM, description="Ours")
ABSENT = DesiredRole(CLOUDHSM, present=False)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def patience(self, timeout: float) -> Patience:
        return Patience(timeout, clock=lambda: self.now, sleep=self.sleep)


def run(
    iam: Stubbed, desired: DesiredRole, *, check: bool = False, wait: bool = True, patience: Patience | None = None
) -> Outcome:
    return ensure(iam.client, desired, check, wait, patience or Time().patience(60))


def failure(iam: Stubbed, desired: DesiredRole, **options: t.Any) -> RoleError:
    with pytest.raises(RoleError) as caught:
        run(iam, desired, **options)
    return caught.value


def script_creation(iam: Stubbed, role: Answer, **params: t.Any) -> None:
    params.setdefault("Description", "Created by cloudhsm.iam")
    iam.answers("create_service_linked_role", {"Role": role}, AWSServiceName=CLOUDHSM, **params)


def script_refused_creation(iam: Stubbed, code: str, message: str, **params: t.Any) -> None:
    params = {"AWSServiceName": CLOUDHSM, "Description": "Created by cloudhsm.iam", **params}
    iam.refuses("create_service_linked_role", code, message, **params)


def script_deletion(iam: Stubbed, role: Answer, *statuses: str) -> None:
    iam.lists_roles(role)
    iam.answers("delete_service_linked_role", {"DeletionTaskId": TASK}, RoleName=role["RoleName"])
    for status in statuses:
        iam.answers("get_service_linked_role_deletion_status", {"Status": status}, DeletionTaskId=TASK)


def script_status_refusal(iam: Stubbed, code: str) -> None:
    iam.refuses("get_service_linked_role_deletion_status", code, "Told by AWS.", DeletionTaskId=TASK)


def test_a_missing_role_is_made_and_waited_for(iam: Stubbed, aws_role: AwsRole) -> None:
    time = Time()
    iam.lists_roles()
    script_creation(iam, aws_role())
    iam.lists_roles()
    # One of the same name that is about to go is not the one that was made.
    iam.lists_roles(aws_role(role_id="AROAOLDOLDOLDOLDOLD"))
    iam.lists_roles(aws_role())
    outcome = run(iam, PRESENT, patience=time.patience(60))
    assert (outcome.changed, outcome.before, outcome.deletion) == (True, None, None)
    assert outcome.after is not None
    assert (outcome.after.name, outcome.after.role_id) == (NAME, "AROACKCEVSQ6C2EXAMPLE")
    assert time.pauses == [1.0, 1.5]


def test_a_role_is_made_with_description_and_suffix(iam: Stubbed, aws_role: AwsRole) -> None:
    iam.lists_roles(aws_role("AWSServiceRoleForAutoScaling", SCALING), service=SCALING)
    # AWS's answer need not have the description.
    made = aws_role("AWSServiceRoleForAutoScaling_x", SCALING, description=None)
    params = {"AWSServiceName": SCALING, "Description": "Ours", "CustomSuffix": "x"}
    iam.answers("create_service_linked_role", {"Role": made}, **params)
    outcome = run(iam, DesiredRole(SCALING, custom_suffix="x", description="Ours"), wait=False)
    assert outcome.after is not None
    assert (outcome.after.custom_suffix, outcome.after.description) == ("x", "Ours")


def test_an_empty_description_is_not_sent(iam: Stubbed, aws_role: AwsRole) -> None:
    iam.lists_roles()
    iam.answers("create_service_linked_role", {"Role": aws_role(description=None)}, AWSServiceName=CLOUDHSM)
    outcome = run(iam, replace(PRESENT, description=""), wait=False)
    assert outcome.after is not None
    assert outcome.after.description == ""


def test_a_role_that_is_never_listed_fails_the_run_that_made_it(iam: Stubbed, aws_role: AwsRole) -> None:
    iam.lists_roles()
    script_creation(iam, aws_role())
    for _poll in range(3):
        iam.lists_roles()
    error = failure(iam, PRESENT, patience=Time().patience(2))
    assert str(error) == f"{NAME} was created, but AWS did not list it within 2 seconds; run again"
    assert error.changed


def test_an_error_while_waiting_for_a_new_role_tells_that_it_was_made(iam: Stubbed, aws_role: AwsRole) -> None:
    iam.lists_roles()
    script_creation(iam, aws_role())
    iam.refuses("list_roles", "Throttling", "Rate exceeded", PathPrefix=f"/aws-service-role/{CLOUDHSM}/")
    error = failure(iam, PRESENT)
    assert str(error).startswith(f"Could not read the new role {NAME}: ")
    assert "AWS is throttling these calls" in str(error)
    assert error.changed


@pytest.mark.parametrize(("code", "message"), TAKEN)
def test_a_role_that_somebody_else_just_made_is_adopted(
    iam: Stubbed, aws_role: AwsRole, code: str, message: str
) -> None:
    iam.lists_roles()
    script_refused_creation(iam, code, message)
    iam.lists_roles()
    iam.lists_roles(aws_role(description="Theirs"))
    outcome = run(iam, PRESENT)
    assert (outcome.changed, outcome.before) == (False, outcome.after)
    assert outcome.after is not None
    assert outcome.after.description == "Theirs"


@pytest.mark.parametrize(("code", "message"), TAKEN)
def test_an_adopted_role_gets_the_description_asked_for(
    iam: Stubbed, aws_role: AwsRole, code: str, message: str
) -> None:
    iam.lists_roles()
    script_refused_creation(iam, code, message, Description="Ours")
    iam.lists_roles(aws_role(description="Theirs"))
    iam.answers("update_role", {}, RoleName=NAME, Description="Ours")
    outcome = run(iam, DESCRIBED)
    assert outcome.before is not None
    assert outcome.after is not None
    assert (outcome.changed, outcome.before.description, outcome.after.description) == (True, "Theirs", "Ours")


@pytest.mark.parametrize(("timeout", "seconds", "polls"), [(2, 2, 3), (3600, 30, 10)])
def test_a_taken_role_that_is_not_listed_is_not_waited_for_forever(
    iam: Stubbed, aws_role: AwsRole, timeout: float, seconds: float, polls: int
) -> None:
    time = Time()
    other = aws_role(f"{NAME}_x")
    iam.lists_roles(other)
    script_refused_creation(iam, "InvalidInput", TAKEN_AWS)
    for _poll in range(polls):
        iam.lists_roles(other)
    error = failure(iam, PRESENT, patience=time.patience(timeout))
    assert str(error) == (
        f"AWS says that the service-linked role of {CLOUDHSM} exists ({TAKEN_AWS}), but does not list it; "
        f"the service has {NAME}_x, which need different values of custom_suffix; run again"
    )
    assert (time.now, error.changed) == (seconds, False)


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (None, f"service_name: AWS did not create the service-linked role of {CLOUDHSM}: "),
        (
            "x",
            "service_name, custom_suffix: AWS did not create the service-linked role of "
            f"{CLOUDHSM} with the suffix x: ",
        ),
    ],
)
def test_a_service_that_makes_no_such_role_is_a_wrong_option(iam: Stubbed, suffix: str | None, start: str) -> None:
    message = "Service role can't be created for the AWS service, or it takes no suffix."
    iam.lists_roles()
    script_refused_creation(iam, "InvalidInput", message, **({"CustomSuffix": suffix} if suffix else {}))
    error = failure(iam, replace(PRESENT, custom_suffix=suffix))
    assert str(error) == start + message
    assert not error.changed


@pytest.mark.parametrize(
    ("code", "meaning"),
    [("Throttling", "AWS is throttling these calls"), ("AccessDenied", "the caller may not do this")],
)
def test_another_refusal_to_make_the_role_is_a_sentence(iam: Stubbed, code: str, meaning: str) -> None:
    iam.lists_roles()
    script_refused_creation(iam, code, "Told by AWS.")
    error = failure(iam, PRESENT)
    assert str(error).startswith(f"Could not make the service-linked role of {CLOUDHSM}: {meaning}")
    assert not error.changed


@pytest.mark.parametrize("check", [True, False])
def test_another_description_is_written_once_asked_for(iam: Stubbed, aws_role: AwsRole, check: bool) -> None:
    iam.lists_roles(aws_role(description="Theirs"))
    if not check:
        iam.answers("update_role", {}, RoleName=NAME, Description="Ours")
    outcome = run(iam, DESCRIBED, check=check)
    assert outcome.before is not None
    assert (outcome.changed, outcome.after) == (True, replace(outcome.before, description="Ours"))


@pytest.mark.parametrize("desired", [PRESENT, DESCRIBED])
@pytest.mark.parametrize("check", [True, False])
def test_a_role_that_is_right_is_left_alone(iam: Stubbed, aws_role: AwsRole, desired: DesiredRole, check: bool) -> None:
    iam.lists_roles(aws_role(description="Ours"))
    outcome = run(iam, desired, check=check)
    assert (outcome.changed, outcome.before) == (False, outcome.after)


def test_a_refused_description_names_the_missing_permission(iam: Stubbed, aws_role: AwsRole) -> None:
    who = "arn:aws:iam::123456789012:user/alice"
    iam.lists_roles(aws_role(description="Theirs"))
    message = f"User: {who} is not authorized to perform: iam:UpdateRole on resource: role {NAME}"
    iam.refuses("update_role", "AccessDenied", message, RoleName=NAME, Description="Ours")
    start = (
        f"Could not change the description of {NAME}: {who} may not call iam:UpdateRole; add that action to a policy"
    )
    assert str(failure(iam, DESCRIBED)).startswith(start)


def test_checking_makes_no_role(iam: Stubbed) -> None:
    iam.lists_roles()
    outcome = run(iam, DESCRIBED, check=True)
    assert (outcome.changed, outcome.before) == (True, None)
    assert outcome.after is not None
    assert (outcome.after.name, outcome.after.description) == (None, "Ours")


def test_checking_deletes_no_role(iam: Stubbed, aws_role: AwsRole) -> None:
    iam.lists_roles(aws_role())
    outcome = run(iam, ABSENT, check=True)
    assert (outcome.changed, outcome.after, outcome.deletion) == (True, None, None)
    assert outcome.before is not None


@pytest.mark.parametrize("check", [True, False])
def test_what_is_absent_stays_so_and_the_others_are_named(iam: Stubbed, aws_role: AwsRole, check: bool) -> None:
    iam.lists_roles(aws_role(f"{NAME}_x"))
    assert run(iam, ABSENT, check=check) == Outcome(False, None, None, others=(f"{NAME}_x",))


def test_a_deletion_is_followed_to_its_end(iam: Stubbed, aws_role: AwsRole) -> None:
    time = Time()
    script_deletion(iam, aws_role(), "NOT_STARTED", *["IN_PROGRESS"] * 5, "SUCCEEDED")
    outcome = run(iam, ABSENT, patience=time.patience(60))
    assert (outcome.changed, outcome.after, outcome.deletion) == (True, None, Deletion(TASK, "SUCCEEDED"))
    assert time.pauses == [1.0, 1.5, 2.25, 3.375, 5.0, 5.0]


def test_without_waiting_a_deletion_is_only_submitted(iam: Stubbed, aws_role: AwsRole) -> None:
    script_deletion(iam, aws_role())
    outcome = run(iam, ABSENT, wait=False)
    assert (outcome.changed, outcome.deletion) == (True, Deletion(TASK, "SUBMITTED"))


def script_failed_deletion(iam: Stubbed, role: Answer, reason: Answer) -> None:
    script_deletion(iam, role, "IN_PROGRESS")
    answer = {"Status": "FAILED", **reason}
    iam.answers("get_service_linked_role_deletion_status", answer, DeletionTaskId=TASK)


def test_a_failed_deletion_tells_where_the_role_is_still_used(iam: Stubbed, aws_role: AwsRole) -> None:
    a, b, c, d = (f"arn:aws:cloudhsm:::cluster/{letter}" for letter in "abcd")
    usage = [
        {"Region": "us-east-1", "Resources": [a, b]},
        {"Region": "eu-west-1", "Resources": [c]},
        {"Resources": [d]},
    ]
    script_failed_deletion(iam, aws_role(), {"Reason": {"Reason": "It is in use.", "RoleUsageList": usage}})
    error = failure(iam, ABSENT)
    assert str(error) == (
        f"AWS did not delete {NAME}: It is in use. Still used in us-east-1: {a}, {b}; "
        f"eu-west-1: {c}; no region given: {d}."
    )
    assert not error.changed
    assert error.deletion is not None
    assert error.deletion.describe() == {
        "task_id": TASK,
        "status": "FAILED",
        "reason": "It is in use.",
        "role_usage": [
            {"region": "us-east-1", "resources": [a, b]},
            {"region": "eu-west-1", "resources": [c]},
            {"region": "", "resources": [d]},
        ],
    }


@pytest.mark.parametrize("reason", [{}, {"Reason": {}}, {"Reason": {"Reason": ""}}])
def test_a_deletion_can_fail_without_a_reason(iam: Stubbed, aws_role: AwsRole, reason: Answer) -> None:
    script_failed_deletion(iam, aws_role(), reason)
    assert str(failure(iam, ABSENT)) == f"AWS did not delete {NAME}: it gave no reason"


def test_when_the_record_of_the_task_is_gone_the_role_itself_tells(iam: Stubbed, aws_role: AwsRole) -> None:
    script_deletion(iam, aws_role())
    script_status_refusal(iam, "NoSuchEntity")
    iam.lists_roles(aws_role())
    script_status_refusal(iam, "NoSuchEntity")
    # A new role of the same name does not keep the old one from being gone.
    iam.lists_roles(aws_role(role_id="AROANEWNEWNEWNEWNEW"))
    assert run(iam, ABSENT).deletion == Deletion(TASK, "SUCCEEDED")


def test_when_neither_the_task_nor_the_role_can_be_read_the_deletion_stays_submitted(
    iam: Stubbed, aws_role: AwsRole
) -> None:
    script_deletion(iam, aws_role())
    script_status_refusal(iam, "NoSuchEntity")
    iam.refuses("list_roles", "Throttling", "Rate exceeded", PathPrefix=f"/aws-service-role/{CLOUDHSM}/")
    error = failure(iam, ABSENT)
    assert str(error).startswith(f"Could not read how far the deletion of {NAME} has come (task {TASK}): AWS is")
    assert (error.changed, error.deletion) == (True, Deletion(TASK, "SUBMITTED"))


def test_an_error_while_following_a_deletion_tells_of_the_task(iam: Stubbed, aws_role: AwsRole) -> None:
    script_deletion(iam, aws_role(), "IN_PROGRESS")
    script_status_refusal(iam, "ServiceFailure")
    error = failure(iam, ABSENT)
    start = f"Could not read how far the deletion of {NAME} has come (task {TASK}): AWS had an error of its own"
    assert str(error).startswith(start)
    assert (error.changed, error.deletion) == (True, Deletion(TASK, "IN_PROGRESS"))


def test_a_deletion_that_does_not_end_in_time_tells_that_it_goes_on(iam: Stubbed, aws_role: AwsRole) -> None:
    time = Time()
    script_deletion(iam, aws_role(), "NOT_STARTED", "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS")
    error = failure(iam, ABSENT, patience=time.patience(4))
    assert str(error) == (
        f"The deletion of {NAME} had not ended after 4 seconds (task {TASK}, IN_PROGRESS); AWS goes on with it, "
        "so run again later or with a longer wait_timeout"
    )
    assert (error.changed, error.deletion) == (True, Deletion(TASK, "IN_PROGRESS"))
    # The last look is at the end of the time, not before it.
    assert time.pauses == [1.0, 1.5, 1.5]


def test_a_role_that_somebody_else_deletes_first_is_no_change(iam: Stubbed, aws_role: AwsRole) -> None:
    iam.lists_roles(aws_role())
    iam.refuses("delete_service_linked_role", "NoSuchEntity", "There is none.", RoleName=NAME)
    assert run(iam, ABSENT) == Outcome(False, None, None)


def test_a_refused_deletion_is_a_sentence(iam: Stubbed, aws_role: AwsRole) -> None:
    iam.lists_roles(aws_role())
    iam.refuses("delete_service_linked_role", "Throttling", "Rate exceeded", RoleName=NAME)
    error = failure(iam, ABSENT)
    assert str(error) == (
        f"Could not delete {NAME}: AWS is throttling these calls; run again later, with fewer workers or accounts at "
        "once (Throttling: Rate exceeded)"
    )
    assert (error.changed, error.deletion) == (False, None)


def test_an_error_while_looking_the_role_up_is_a_sentence(iam: Stubbed) -> None:
    iam.refuses("list_roles", "ExpiredToken", "It has expired.", PathPrefix=f"/aws-service-role/{CLOUDHSM}/")
    error = failure(iam, PRESENT, check=True)
    start = f"Could not look up the service-linked role of {CLOUDHSM}: the credentials have expired; get new ones"
    assert str(error).startswith(start)
