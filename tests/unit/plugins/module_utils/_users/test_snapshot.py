# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the account: in pages, to the end or not at all, and single users only where it matters."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import IncompleteReadError
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, Credentials, DesiredUser
from botocore.exceptions import ClientError
from helpers.accounts.simulated_iam import NEW_GROUP, account_with

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed

BULK: dict[str, t.Any] = {"Filter": ["User", "Group"], "MaxItems": 1000}
IDENTITY = {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/boss", "UserId": "AIDAEXAMPLEEXAMPLE"}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """One worker, so that the calls come in one order."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def user(name: str, **fields: t.Any) -> dict[str, t.Any]:
    return {"UserName": name, "Arn": f"arn:aws:iam::123456789012:user/{name}", "Path": "/", **fields}


def page(users: list[dict[str, t.Any]], groups: list[str], **more: t.Any) -> dict[str, t.Any]:
    listed = [{"GroupName": group, "Arn": f"arn:aws:iam::123456789012:group/{group}", "Path": "/"} for group in groups]
    return {"UserDetailList": users, "GroupDetailList": listed, "IsTruncated": False, **more}


@pytest.fixture
def read(iam: Stubbed, sts: Stubbed, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> t.Any:
    """Reads the account, with the alias left to a test of its own."""
    sts.answers("get_caller_identity", IDENTITY)
    monkeypatch.setattr(snapshot, "read_alias", lambda _iam: "example")
    return lambda: snapshot.read_account(iam.client, sts.client, pool)


def test_all_pages_are_read(iam: Stubbed, read: t.Any) -> None:
    first = page([user("ann")], ["Readers"], IsTruncated=True, Marker="m1")
    iam.answers("get_account_authorization_details", first, **BULK)
    # A page may hold fewer objects than were asked for, and none of a kind.
    iam.answers("get_account_authorization_details", page([], [], IsTruncated=True, Marker="m2"), **BULK, Marker="m1")
    iam.answers("get_account_authorization_details", page([user("bob")], ["Auditors"]), **BULK, Marker="m2")
    account = read()
    assert sorted(account.users) == ["ann", "bob"]
    assert account.groups == {"Readers", "Auditors"}
    assert (account.alias, account.caller.account_id) == ("example", "123456789012")


def test_a_user_is_read_with_what_hangs_on_it(iam: Stubbed, read: t.Any) -> None:
    detail = user(
        "ann",
        Path="/hsm/",
        GroupList=["Readers"],
        Tags=[{"Key": "team", "Value": "a"}],
        AttachedManagedPolicies=[{"PolicyName": "p", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        UserPolicyList=[{"PolicyName": "inline", "PolicyDocument": "{}"}],
        PermissionsBoundary={
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/b",
        },
    )
    iam.answers("get_account_authorization_details", page([detail], []), **BULK)
    ann = read().users["ann"]
    assert (ann.path, ann.groups, ann.tags) == ("/hsm/", {"Readers"}, {"team": "a"})
    assert ann.managed_policies == {"arn:aws:iam::aws:policy/ReadOnlyAccess"}
    assert (ann.inline_policies, ann.boundary) == ({"inline"}, "arn:aws:iam::123456789012:policy/b")
    assert (ann.console_access, ann.credentials) == (None, None)


@pytest.mark.parametrize(
    "cut",
    [
        page([user("ann")], [], IsTruncated=True),
        {"UserDetailList": [user("ann")], "IsTruncated": False},
        {"GroupDetailList": [], "IsTruncated": False},
        {},
    ],
)
def test_a_read_that_was_cut_short_is_no_read(iam: Stubbed, read: t.Any, cut: dict[str, t.Any]) -> None:
    iam.answers("get_account_authorization_details", cut, **BULK)
    with pytest.raises(IncompleteReadError, match="GetAccountAuthorizationDetails"):
        read()


def test_a_page_that_fails_fails_the_read(iam: Stubbed, read: t.Any) -> None:
    iam.answers("get_account_authorization_details", page([user("ann")], [], IsTruncated=True, Marker="m"), **BULK)
    iam.refuses("get_account_authorization_details", "ServiceFailure", **BULK, Marker="m")
    with pytest.raises(ClientError, match="ServiceFailure"):
        read()


class Details(t.Protocol):
    def __call__(self, account: Account, *desired: DesiredUser, deleted: Sequence[str] = ...) -> Account: ...


@pytest.fixture
def details(iam: Stubbed, pool: ThreadPoolExecutor) -> Details:
    def run(account: Account, *desired: DesiredUser, deleted: Sequence[str] = ()) -> Account:
        return snapshot.read_details(iam.client, pool, account, desired, deleted)

    return run


LOGIN = {"LoginProfile": {"UserName": "ann", "CreateDate": "2026-11-24"}}
ANN = account_with("ann", console_access=None, credentials=None)


def test_a_login_profile_is_read_only_where_it_matters(iam: Stubbed, details: Details) -> None:
    assert details(ANN, DesiredUser("ann", groups=frozenset()), DesiredUser("new", console_access=True)) == ANN
    iam.answers("get_login_profile", LOGIN, UserName="ann")
    assert details(ANN, DesiredUser("ann", console_access=False)).users["ann"].console_access is True
    iam.refuses("get_login_profile", "NoSuchEntity", UserName="ann")
    assert details(ANN, DesiredUser("ann", console_access=True)).users["ann"].console_access is False


def test_a_login_profile_that_cannot_be_read_is_not_taken_for_missing(iam: Stubbed, details: Details) -> None:
    iam.refuses("get_login_profile", "AccessDenied", UserName="ann")
    with pytest.raises(ClientError, match="AccessDenied"):
        details(ANN, DesiredUser("ann", console_access=True))


def test_a_boundary_that_the_bulk_read_left_out_is_asked_for(iam: Stubbed, details: Details) -> None:
    boundary = {"PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/b"}
    found = {**user("ann"), "UserId": "AIDAEXAMPLEEXAMPLE", "CreateDate": "2026-11-24", "PermissionsBoundary": boundary}
    iam.answers("get_user", {"User": found}, UserName="ann")
    account = details(ANN, DesiredUser("ann", boundary=""))
    assert account.users["ann"].boundary == "arn:aws:iam::123456789012:policy/b"


def _scripts_credentials(iam: Stubbed, name: str) -> None:
    keys = [
        {"UserName": name, "AccessKeyId": "AKIAEXAMPLEEXAMPLE1", "Status": "Active", "CreateDate": "2026-11-24"},
        {"UserName": name, "AccessKeyId": "AKIAEXAMPLEEXAMPLE2", "Status": "Inactive", "CreateDate": "2026-11-24"},
    ]
    device = {"UserName": name, "SerialNumber": "arn:aws:iam::123456789012:mfa/ann", "EnableDate": "2026-11-24"}
    iam.answers("get_login_profile", LOGIN, UserName=name)
    first = {"AccessKeyMetadata": keys[:1], "IsTruncated": True, "Marker": "more"}
    iam.answers("list_access_keys", first, UserName=name)
    iam.answers("list_access_keys", {"AccessKeyMetadata": keys[1:]}, UserName=name, Marker="more")
    iam.answers("list_mfa_devices", {"MFADevices": [device]}, UserName=name)
    iam.answers("list_ssh_public_keys", {"SSHPublicKeys": []}, UserName=name)
    iam.answers("list_signing_certificates", {"Certificates": []}, UserName=name)


def test_a_user_that_goes_is_read_in_full(iam: Stubbed, details: Details) -> None:
    _scripts_credentials(iam, "ann")
    credential = {
        "UserName": "ann",
        "Status": "Active",
        "ServiceUserName": "ann-at-123456789012",
        "CreateDate": "2026-11-24",
        "ServiceSpecificCredentialId": "ACCAEXAMPLEEXAMPLE12",
        "ServiceName": "codecommit.amazonaws.com",
    }
    first = {"ServiceSpecificCredentials": [credential], "IsTruncated": True, "Marker": "more"}
    iam.answers("list_service_specific_credentials", first, UserName="ann")
    iam.answers("list_service_specific_credentials", {"ServiceSpecificCredentials": []}, UserName="ann", Marker="more")
    ann = details(ANN, DesiredUser("ann", present=False)).users["ann"]
    assert ann.console_access is True
    assert ann.credentials == Credentials(
        access_keys=("AKIAEXAMPLEEXAMPLE1", "AKIAEXAMPLEEXAMPLE2"),
        active_access_keys=("AKIAEXAMPLEEXAMPLE1",),
        mfa_devices=("arn:aws:iam::123456789012:mfa/ann",),
        service_specific_credentials=("ACCAEXAMPLEEXAMPLE12",),
        active_service_specific_credentials=("ACCAEXAMPLEEXAMPLE12",),
    )


@pytest.mark.parametrize("tags", [{}, {SUSPENDED: "true"}])
def test_a_user_that_is_or_will_be_suspended_is_read_in_full(iam: Stubbed, details: Details, tags: t.Any) -> None:
    _scripts_credentials(iam, "ann")
    iam.answers("list_service_specific_credentials", {}, UserName="ann")
    account = account_with("ann", console_access=None, credentials=None, tags=tags)
    ann = details(account, DesiredUser("ann", suspended=not tags)).users["ann"]
    assert ann.console_access is True
    assert ann.credentials is not None
    assert ann.credentials.active_access_keys == ("AKIAEXAMPLEEXAMPLE1",)


def test_a_call_that_an_emulator_lacks_does_not_stop_a_deletion(iam: Stubbed, details: Details) -> None:
    _scripts_credentials(iam, "ann")
    iam.refuses("list_service_specific_credentials", "NotImplemented", UserName="ann")
    ann = details(ANN, deleted=["ann"]).users["ann"]
    assert ann.credentials is not None
    assert ann.credentials.service_specific_credentials == ()


def test_a_call_that_is_denied_stops_a_deletion(iam: Stubbed, details: Details) -> None:
    _scripts_credentials(iam, "ann")
    iam.refuses("list_service_specific_credentials", "AccessDenied", UserName="ann")
    with pytest.raises(ClientError, match="AccessDenied"):
        details(ANN, deleted=["ann"])


def test_groups_that_the_bulk_read_does_not_show_yet_are_asked_for(iam: Stubbed, pool: ThreadPoolExecutor) -> None:
    iam.answers("get_group", {"Group": NEW_GROUP, "Users": []}, GroupName="New", MaxItems=1)
    iam.refuses("get_group", "NoSuchEntity", GroupName="Nowhere", MaxItems=1)
    # IAM ignores case here, and says how the group is really spelled.
    iam.answers("get_group", {"Group": NEW_GROUP, "Users": []}, GroupName="new", MaxItems=1)
    assert snapshot.find_groups(iam.client, pool, ["new", "New", "Nowhere"]) == {"New"}


def test_policies_are_missing_only_when_iam_says_so(iam: Stubbed, pool: ThreadPoolExecutor) -> None:
    arns = [f"arn:aws:iam::123456789012:policy/{name}" for name in ("a-there", "b-gone", "c-denied", "d-odd")]
    iam.answers("get_policy", {"Policy": {}}, PolicyArn=arns[0])
    iam.refuses("get_policy", "NoSuchEntity", PolicyArn=arns[1])
    iam.refuses("get_policy", "AccessDenied", PolicyArn=arns[2])
    iam.refuses("get_policy", "InvalidInput", PolicyArn=arns[3])
    assert snapshot.missing_policies(iam.client, pool, arns) == {arns[1], arns[3]}
