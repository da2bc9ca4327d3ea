# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads for the report: in pages and to the end; what may not be read is noted; few are asked themselves."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import credentials, snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import (
    AccessKey,
    Credentials,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import IncompleteReadError
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import RootUser
from botocore.exceptions import ClientError

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Answer, Stubbed

ACCOUNT = "123456789012"
IDENTITY = {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/auditor", "UserId": "AIDAEXAMPLEEXAMPLE"}
WHEN = datetime.datetime(2026, 11, 24, 10, tzinfo=datetime.UTC)
BULK: dict[str, t.Any] = {"Filter": ["User", "Group", "LocalManagedPolicy", "Role"], "MaxItems": 1000}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LOCAL = f"arn:aws:iam::{ACCOUNT}:policy/Local"
HEADS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,"
    "access_key_2_last_rotated,access_key_2_last_used_date\n"
)
ROW = (
    "ann,arn,2026-01-01T00:00:00+00:00,true,no_information,2026-02-01T00:00:00+00:00,N/A,true,"
    "true,2026-03-01T00:00:00+00:00,2026-04-01T00:00:00+00:00,false,N/A,N/A\n"
)
ROOT_ROW = (
    "<root_account>,arn,2020-01-01T00:00:00+00:00,not_supported,2026-01-02T00:00:00+00:00,,,true,false,,,false,,\n"
)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """One worker, so that the calls come in one order."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def read(
    iam: Stubbed, sts: Stubbed, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Snapshot]:
    """Reads the account; what script() scripts comes before the bulk read."""
    sts.answers("get_caller_identity", IDENTITY)
    monkeypatch.setattr(snapshot, "read_alias", lambda _iam: None)
    submit = pool.submit

    def at_once(*given: t.Any, **more: t.Any) -> t.Any:
        future = submit(*given, **more)
        future.exception()
        return future

    monkeypatch.setattr(pool, "submit", at_once)
    return lambda limit=0: snapshot.read_snapshot(iam.client, sts.client, pool, limit, 1)


def script(iam: Stubbed, rows: str = "", **denied: bool) -> None:
    """The reads beside the bulk read, in their order."""
    if denied.get("report"):
        iam.refuses("generate_credential_report", "AccessDenied", "No.")
    else:
        iam.answers("generate_credential_report", {"State": "COMPLETE"})
        iam.answers("get_credential_report", {"Content": f"{HEADS}{rows}".encode(), "GeneratedTime": WHEN})
    if denied.get("summary"):
        iam.refuses("get_account_summary", "AccessDenied", "No.")
    else:
        iam.answers("get_account_summary", {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 1}})
    if denied.get("policy"):
        iam.refuses("get_account_password_policy", "AccessDenied", "No.")
    else:
        iam.refuses("get_account_password_policy", "NoSuchEntity")
    if denied.get("roles"):
        service = "/aws-service-role/cloudhsm.amazonaws.com/"
        iam.stubber.add_client_error("list_roles", "AccessDenied", "No.", expected_params={"PathPrefix": service})
    else:
        iam.lists_roles()


def user(name: str, **fields: t.Any) -> Answer:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return {"UserName": name, "Arn": arn, "Path": "/", "CreateDate": WHEN, **fields}


def group(name: str, *policies: str) -> Answer:
    attached = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in policies]
    arn = f"arn:aws:iam::{ACCOUNT}:group/{name}"
    return {"GroupName": name, "Arn": arn, "Path": "/", "AttachedManagedPolicies": attached}


def local(arn: str = LOCAL, bounded: int = 0) -> Answer:
    versions = [
        {"VersionId": "v2", "IsDefaultVersion": True, "Document": '{"Statement": []}'},
        {"VersionId": "v1", "IsDefaultVersion": False, "Document": "{}"},
    ]
    name = arn.rpartition("/")[2]
    return {"Arn": arn, "PolicyName": name, "PolicyVersionList": versions, "PermissionsBoundaryUsageCount": bounded}


def page(
    iam: Stubbed,
    *,
    users: t.Any = (),
    groups: t.Any = (),
    policies: t.Any = (),
    roles: t.Any = (),
    marker: str = "",
    more: str = "",
) -> None:
    """The next page of the bulk read."""
    held: Answer = {"UserDetailList": list(users), "GroupDetailList": list(groups), "Policies": list(policies)}
    held["RoleDetailList"] = list(roles)
    paging = {"IsTruncated": True, "Marker": more} if more else {"IsTruncated": False}
    asked = {"Marker": marker} if marker else {}
    iam.answers("get_account_authorization_details", {**held, **paging}, **BULK, **asked)


def test_thousands_are_read_in_pages_and_nobody_is_asked(iam: Stubbed, read: Callable[..., Snapshot]) -> None:
    script(iam, ROW + ROOT_ROW)
    page(iam, users=[user("ann", GroupList=["Team"])], more="m1")
    page(iam, groups=[group("Team", LOCAL)], policies=[local()], marker="m1")
    found = read()
    assert found.users["ann"].user.groups == {"Team"}
    assert found.groups["Team"].managed_policies == {LOCAL}
    assert found.policies[LOCAL].document == {"Statement": []}
    assert found.members("Team") == ["ann"]
    have = found.users["ann"].credentials
    assert (have.password, have.mfa, have.source, have.reported) == (True, True, "credential_report", True)
    assert have.password_used is None
    assert have.password_changed == datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    (key,) = have.keys or ()
    assert (key.active, key.key_id, key.last_used) == (True, None, datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC))
    assert found.credential_report_time == WHEN
    assert found.root == RootUser(access_keys=True, mfa=True)
    assert found.root_last_used == datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    assert (found.password_policy, found.service_linked_roles, found.gaps) == ({}, (), ())


@pytest.mark.parametrize("broken", ["more without where", "a list less"])
def test_half_an_account_is_no_account(iam: Stubbed, read: Callable[..., Snapshot], broken: str) -> None:
    script(iam)
    half: Answer = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "IsTruncated": True}
    answer = {**half, "Policies": []} if broken == "more without where" else half
    iam.answers("get_account_authorization_details", answer, **BULK)
    with pytest.raises(IncompleteReadError):
        read()


def test_what_may_not_be_read_is_noted(iam: Stubbed, read: Callable[..., Snapshot]) -> None:
    script(iam, report=True, summary=True, policy=True, roles=True)
    page(iam, users=[user("ann")])
    found = read()
    assert (found.root, found.password_policy, found.service_linked_roles) == (None, None, None)
    assert found.credential_report_time is None
    assert found.users["ann"].credentials.source == "unknown"
    assert [gap.partition(": the caller may not do this")[0] for gap in found.gaps] == [
        "Could not list the service-linked role",
        "Could not read the account's summary",
        "Could not read the credential report",
        "Could not read the password policy",
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_what_could_not_be_read_is_told_in_the_same_order_whatever_read_ends_first(order: tuple[int, ...]) -> None:
    optional = snapshot.OptionalReads()
    reads = ("the policy b", "the alias", "the policy a")

    def late() -> None:
        raise credentials.ReportLateError("late")

    for place in order:
        optional(f"read {reads[place]}", late)
    assert optional.gaps == tuple(f"Could not read {what}: late" for what in sorted(reads))


def test_other_errors_of_optional_reads_are_errors(iam: Stubbed, read: Callable[..., Snapshot]) -> None:
    iam.refuses("generate_credential_report", "ServiceFailure")
    iam.answers("get_account_summary", {"SummaryMap": {}})
    iam.refuses("get_account_password_policy", "NoSuchEntity")
    iam.lists_roles()
    page(iam)
    with pytest.raises(ClientError):
        read()


def script_aws_policy(iam: Stubbed, arn: str = ADMINISTRATOR) -> None:
    policy = {"PolicyName": "AdministratorAccess", "Arn": arn, "DefaultVersionId": "v3"}
    iam.answers("get_policy", {"Policy": policy}, PolicyArn=arn)
    version = {"PolicyVersion": {"Document": '{"Statement": "x"}', "VersionId": "v3"}}
    iam.answers("get_policy_version", version, PolicyArn=arn, VersionId="v3")


def test_policies_of_aws_in_use_are_read_once_each(iam: Stubbed, read: Callable[..., Snapshot]) -> None:
    script(iam, ROW)
    page(iam, users=[user("ann", GroupList=["A", "B"])], groups=[group("A", ADMINISTRATOR), group("B", ADMINISTRATOR)])
    script_aws_policy(iam)
    assert read().policies[ADMINISTRATOR].document == {"Statement": "x"}


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchEntity"])
def test_a_policy_that_can_not_be_read_has_no_document(iam: Stubbed, read: Callable[..., Snapshot], code: str) -> None:
    script(iam, ROW)
    page(iam, users=[user("ann")], groups=[group("A", ADMINISTRATOR)])
    iam.refuses("get_policy", code, "No.", PolicyArn=ADMINISTRATOR)
    found = read()
    assert found.policies[ADMINISTRATOR].document is None
    assert len(found.gaps) == (1 if code == "AccessDenied" else 0)


def test_boundaries_that_the_bulk_read_leaves_out_are_asked_for_by_policy(
    iam: Stubbed, read: Callable[..., Snapshot]
) -> None:
    script(iam, ROW)
    page(iam, users=[user("ann"), user("bob")], policies=[local(bounded=1)])
    iam.answers(
        "list_entities_for_policy",
        {"PolicyUsers": [{"UserName": "ann"}], "IsTruncated": False},
        PolicyArn=LOCAL,
        EntityFilter="User",
        PolicyUsageFilter="PermissionsBoundary",
    )
    found = read()
    assert {name: person.user.boundary for name, person in found.users.items()} == {"ann": LOCAL, "bob": None}


def script_live(iam: Stubbed, *names: str, gone: bool = False) -> None:
    """Three calls a user; the pool of one worker makes all of a kind before the next."""
    for name in names:
        iam.refuses("get_login_profile", "NoSuchEntity", UserName=name)
    for name in names:
        if gone:
            iam.refuses("list_mfa_devices", "NoSuchEntity", UserName=name)
        else:
            device = {"UserName": name, "SerialNumber": "GAHT12345678", "EnableDate": WHEN}
            iam.answers("list_mfa_devices", {"MFADevices": [device]}, UserName=name)
    for name in names:
        made = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
        key = {"UserName": name, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive", "CreateDate": made}
        iam.answers("list_access_keys", {"AccessKeyMetadata": [] if gone else [key]}, UserName=name)


def test_in_a_small_account_everybody_is_asked_and_the_report_gives_ages(
    iam: Stubbed, read: Callable[..., Snapshot]
) -> None:
    script(iam, ROW)
    page(iam, users=[user("ann")])
    script_live(iam, "ann")
    have = read(1).users["ann"].credentials
    # The report, which is older, says that there is a password.
    assert (have.password, have.mfa, have.source, have.reported) == (False, True, "live", True)
    (key,) = have.keys or ()
    assert (key.active, key.key_id) == (False, "AKIAIOSFODNN7EXAMPLE")
    assert key.last_used == datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("said", "known", "used"),
    [
        ("N/A", True, None),
        ("no_information", True, None),
        ("2026-04-01T00:00:00+00:00", True, datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)),
        ("", False, None),
        ("not_supported", False, None),
    ],
)
def test_never_used_is_what_the_report_says_and_nothing_else(
    said: str, known: bool, used: datetime.datetime | None
) -> None:
    row = {"access_key_1_active": "true", "access_key_1_last_rotated": "2026-03-01T00:00:00+00:00"}
    reported = credentials.reported({**row, "access_key_1_last_used_date": said, "password_last_used": said})
    assert [(key.use_known, key.last_used) for key in reported.keys or ()] == [(known, used)]
    assert (reported.password_use_known, reported.password_used) == (known, used)


def test_of_keys_and_passwords_that_are_newer_than_the_report_nothing_is_known() -> None:
    when = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    live = Credentials(password=True, keys=(AccessKey(True, "A", when, use_known=False),))
    row = Credentials(password=False, keys=(AccessKey(True, None, WHEN),), reported=True)
    both = credentials.with_ages(live, row)
    assert [key.use_known for key in both.keys or ()] == [False]
    assert not both.password_use_known
    same = credentials.with_ages(live, replace(row, password=True, keys=(AccessKey(True, None, when),)))
    assert [key.use_known for key in same.keys or ()] == [True]
    assert same.password_use_known


def test_the_login_profile_tells_whether_the_password_has_to_be_changed(iam: Stubbed, pool: ThreadPoolExecutor) -> None:
    for name, profile in (("ann", {"PasswordResetRequired": True}), ("bob", {})):
        held = {"LoginProfile": {"UserName": name, "CreateDate": WHEN, **profile}}
        iam.answers("get_login_profile", held, UserName=name)
    for name in ("ann", "bob"):
        iam.answers("list_mfa_devices", {"MFADevices": []}, UserName=name)
    for name in ("ann", "bob"):
        iam.answers("list_access_keys", {"AccessKeyMetadata": []}, UserName=name)
    live = credentials.read_live(iam.client, pool, ["ann", "bob"])
    assert [(one.password, one.password_reset_required) for one in live.values()] == [(True, True), (True, False)]


def test_a_root_user_without_a_password_is_told(iam: Stubbed, read: Callable[..., Snapshot]) -> None:
    iam.refuses("generate_credential_report", "AccessDenied", "No.")
    iam.answers("get_account_summary", {"SummaryMap": {"AccountMFAEnabled": 0, "AccountPasswordPresent": 0}})
    iam.refuses("get_account_password_policy", "NoSuchEntity")
    iam.lists_roles()
    page(iam)
    assert read().root == RootUser(mfa=False, access_keys=False, password=False)


def test_versions_that_are_not_the_default_are_kept(iam: Stubbed, read: Callable[..., Snapshot]) -> None:
    script(iam, ROW)
    policy = local()
    policy["PolicyVersionList"][1]["Document"] = '{"Statement": {"Effect": "Allow"}}'
    page(iam, policies=[policy])
    assert read().policies[LOCAL].other_versions == ({"Statement": {"Effect": "Allow"}},)


def test_in_a_large_account_only_those_are_asked_that_the_report_does_not_know(
    iam: Stubbed, read: Callable[..., Snapshot]
) -> None:
    script(iam, ROW)
    page(iam, users=[user("ann"), user("new"), user("newer")])
    script_live(iam, "new", gone=True)
    found = read(1)
    assert {name: (person.credentials.source, person.credentials.reported) for name, person in found.users.items()} == {
        "ann": ("credential_report", True),
        "new": ("live", False),
        "newer": ("unknown", False),
    }


def test_aws_may_take_its_time_for_the_credential_report(iam: Stubbed) -> None:
    slept: list[float] = []
    iam.answers("generate_credential_report", {"State": "STARTED"})
    iam.answers("generate_credential_report", {"State": "COMPLETE"})
    iam.refuses("get_credential_report", "ReportNotPresent")
    iam.answers("generate_credential_report", {"State": "COMPLETE"})
    iam.answers("get_credential_report", {"Content": HEADS.encode(), "GeneratedTime": WHEN})
    assert credentials.read_credential_report(iam.client, 60, slept.append).generated == WHEN
    assert slept == [1, 1]


def test_but_not_for_ever(iam: Stubbed) -> None:
    for _look in range(3):
        iam.answers("generate_credential_report", {"State": "INPROGRESS"})
    with pytest.raises(credentials.ReportLateError, match="within 3 seconds"):
        credentials.read_credential_report(iam.client, 3, lambda _seconds: None)


def test_a_late_credential_report_is_a_gap(iam: Stubbed, read: Callable[..., Snapshot]) -> None:
    iam.answers("generate_credential_report", {"State": "STARTED"})
    iam.answers("get_account_summary", {"SummaryMap": {}})
    iam.refuses("get_account_password_policy", "NoSuchEntity")
    iam.lists_roles()
    page(iam)
    assert read().gaps == ("Could not read the credential report: AWS did not finish it within 1 seconds",)
