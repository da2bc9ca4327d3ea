# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Break-glass users are created and sealed, on an account in this process."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path
from unittest import mock

import pytest
from ansible.parsing.vault import VaultSecretsContext
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass import apply
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_files import FilePassword
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import PluginConnection
from helpers.accounts.break_glass import KINDS, TAG, USER, Half, Pair, administrators, run, tag_of, vault_secrets
from helpers.accounts.credentials import answer_lost, client, device, password_of
from helpers.modules.in_process import run_action
from helpers.moto.in_process import Account
from helpers.moto.kills import KilledError, killed_at

SEALED = re.compile(r"sealed \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# Each kind as either store.
PAIRS = [*zip(KINDS, (*KINDS[1:], KINDS[0]), strict=True)]


@pytest.fixture
def aws() -> t.Iterator[Account]:
    with administrators() as made:
        yield made


@pytest.fixture(params=PAIRS, ids="-".join)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Pair:
    first, second = request.param
    return Pair(first, second, tmp_path)


@pytest.fixture
def files(tmp_path: Path) -> Pair:
    return Pair("file", "file", tmp_path)


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "WAITS", (0.0, 0.0))


def test_a_new_user_is_sealed_and_both_halves_open_it(aws: Account, pair: Pair) -> None:
    planned = pair.run(check_mode=True)
    assert (planned["changed"], aws.writes, pair.first.entry(), pair.second.entry()) == (True, [], None, None)
    made = pair.run()
    assert not made.get("failed"), made["msg"]
    whole = pair.whole()
    assert password_of(USER) == whole
    assert len(whole) == 48
    for half in pair.halves:
        entry = half.entry()
        assert entry
        assert entry[0] not in str(made)
        assert len(entry[0]) == 24
    user = client().get_user(UserName=USER)["User"]
    assert {tag["Key"]: tag["Value"] for tag in user["Tags"]}["cloudhsm.iam/protected"] == "true"
    assert [group["GroupName"] for group in client().list_groups_for_user(UserName=USER)["Groups"]] == [
        "Administrators"
    ]
    assert client().get_login_profile(UserName=USER)["LoginProfile"]["PasswordResetRequired"] is False
    assert client().list_access_keys(UserName=USER)["AccessKeyMetadata"] == []
    assert SEALED.fullmatch(str(tag_of()))
    assert made["changes"] == planned["changes"]
    assert made["diff"] == planned["diff"]
    assert made["lines"][1:] == [
        line.replace("Plan: 1 to create, 0 to change, 0 to delete", "Done: 1 created, 0 changed, 0 deleted")
        for line in planned["lines"][1:]
    ]
    assert made["lines"][0] == planned["lines"][0]
    places = [one["location"] for one in made["halves"]]
    told = made["lines"][0]
    assert told.startswith(f"+ user {USER}: groups Administrators; protected: on; sealed, halves to ")
    assert all(place in told for place in places)
    assert made["without_mfa"] == [USER]
    assert made["lines"][-1].startswith(f"{USER} has no MFA device: register a hardware key")


def test_a_second_run_writes_nothing_and_reads_no_half(aws: Account, pair: Pair) -> None:
    pair.run()
    whole = pair.whole()
    device(USER, "key")
    aws.calls.clear()
    again = pair.run()
    assert (again["changed"], again["sealed"], again["lines"]) == (
        False,
        [],
        ["Done: 0 created, 0 changed, 0 deleted, 1 unchanged"],
    )
    assert aws.writes == []
    assert not {"GetSecretValue", "BatchGetSecretValue", "GetParameter", "GetParameters", "GetParameterHistory"} & set(
        aws.calls
    )
    assert pair.whole() == whole == password_of(USER)


def test_resealing_sets_another_password(aws: Account, pair: Pair) -> None:
    pair.run()
    before = pair.whole()
    aws.calls.clear()
    planned = pair.run(check_mode=True, reseal=True)
    assert aws.writes == []
    made = pair.run(reseal=True)
    assert made["changes"] == planned["changes"]
    assert [change["operation"] for change in made["changes"]] == ["tag_user", "update_login_profile", "tag_user"]
    assert made["lines"][0].startswith(f"~ user {USER}: sealed anew, halves to ")
    assert pair.whole() == password_of(USER)
    after = pair.whole()
    assert not {before[:24], before[24:]} & {after[:24], after[24:]}


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("reseal", [False, True], ids=["new", "resealed"])
def test_a_run_that_is_killed_loses_nothing_and_is_finished_by_the_next(pair: Pair, after: bool, reseal: bool) -> None:
    for number in range(1, 20):
        with administrators():
            for half in pair.halves:
                if half.kind in ("file", "vault_file") and half.path.exists():
                    half.path.unlink()
            if reseal:
                pair.run()
            try:
                with killed_at(number, after=after):
                    pair.run(reseal=reseal)
            except KilledError:
                # Whichever password is set, the two people find it. A new user may have none yet.
                if reseal or "password" in found(USER):
                    assert pair.opens(), number
                made = pair.run()
                assert not made.get("failed"), made["msg"]
                assert pair.whole() == password_of(USER), number
                assert SEALED.fullmatch(str(tag_of()))
                assert not pair.run()["changed"]
            else:
                break
    # Two tags and the password at least.
    assert number > 3 - after


def found(user: str) -> set[str]:
    """What the user has by now."""
    try:
        return {"password"} if client().get_login_profile(UserName=user) else set()
    except client().exceptions.NoSuchEntityException:
        return set()


@pytest.mark.parametrize("place", ["password", "was_set"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_run_that_is_killed_at_a_file_loses_nothing(aws: Account, files: Pair, place: str, which: int) -> None:
    assert aws
    files.run()
    count = 0
    work = getattr(FilePassword, place)

    def kill(self: FilePassword) -> t.Any:
        nonlocal count
        count += 1
        if count > which:
            raise KilledError
        return work(self)

    with mock.patch.object(FilePassword, place, kill), pytest.raises(KilledError):
        files.run(reseal=True)
    assert files.opens()
    files.run()
    assert files.whole() == password_of(USER)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", [0, 1])
def test_a_half_that_is_gone_is_noticed(aws: Account, tmp_path: Path, kind: str, which: int) -> None:
    assert aws
    pair = Pair(kind, kind, tmp_path)
    pair.run()
    pair.halves[which].remove()
    made = pair.run()
    assert made["sealed"] == [{"name": USER, "reason": f"no half in stores[{which}]"}]
    assert pair.whole() == password_of(USER)


def _no_password() -> None:
    client().delete_login_profile(UserName=USER)


def _reset_by_others() -> None:
    client().update_login_profile(UserName=USER, Password="Set-by-others-1", PasswordResetRequired=True)


def _not_sealed() -> None:
    client().untag_user(UserName=USER, TagKeys=[TAG])


def _not_finished() -> None:
    client().tag_user(UserName=USER, Tags=[{"Key": TAG, "Value": "sealing 0123456789abcdef"}])


def _no_time() -> None:
    client().tag_user(UserName=USER, Tags=[{"Key": TAG, "Value": "sealed yesterday"}])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_no_password, "the user has no password"),
        (_reset_by_others, "somebody has set another password since"),
        (_not_sealed, "it was not sealed yet"),
        (_not_finished, "an earlier run did not finish"),
        (_no_time, "it was not sealed yet"),
    ],
)
def test_what_is_not_sealed_is_sealed(aws: Account, files: Pair, change: t.Callable[[], None], reason: str) -> None:
    assert aws
    files.run()
    change()
    assert files.run(check_mode=True)["sealed"] == [{"name": USER, "reason": reason}]
    assert files.run()["sealed"] == [{"name": USER, "reason": reason}]
    assert files.whole() == password_of(USER)
    assert not files.run()["changed"]


def test_a_password_that_aws_refuses_leaves_the_halves_as_they_were(aws: Account, pair: Pair) -> None:
    pair.run()
    before = pair.whole()
    aws.denied.add("UpdateLoginProfile")
    failed = pair.run(reseal=True)
    assert failed["failed"]
    assert "may not call iam:UpdateLoginProfile" in failed["msg"]
    assert [change["operation"] for change in failed["failed_users"][0]["not_done"]] == [
        "update_login_profile",
        "tag_user",
    ]
    assert pair.whole() == before == password_of(USER)
    # That is not known for certain to those who look at the tag, so the next run seals anew.
    assert str(tag_of()).startswith("sealing ")
    aws.denied.clear()
    pair.run()
    assert pair.whole() == password_of(USER)


def test_an_answer_that_is_lost_loses_no_half(aws: Account, files: Pair) -> None:
    assert aws
    files.run()
    with answer_lost("UpdateLoginProfile"):
        assert files.run(reseal=True)["failed"]
    assert files.opens()
    files.run()
    assert files.whole() == password_of(USER)


def test_a_store_that_fails_leaves_the_other_as_it_was(aws: Account, tmp_path: Path) -> None:
    assert aws
    pair = Pair("file", "secretsmanager", tmp_path)
    pair.run()
    before = pair.whole()
    aws.denied.add("UpdateSecret")
    failed = pair.run(reseal=True)
    assert failed["failed"]
    assert "second half" in failed["msg"]
    assert pair.whole() == before == password_of(USER)


def test_two_runs_at_the_same_time_are_noticed(aws: Account, files: Pair) -> None:
    files.run()
    answer = Account.answer
    other = {"Key": TAG, "Value": "sealing fedcba9876543210"}

    def disturb(self: Account, action: str, request: t.Any) -> t.Any:
        made = answer(self, action, request)
        if action == "TagUser" and self is aws and not disturbed:
            disturbed.append(action)
            client().tag_user(UserName=USER, Tags=[other])
        return made

    disturbed: list[str] = []
    before = files.whole()
    with mock.patch.object(Account, "answer", disturb):
        failed = files.run(reseal=True)
    assert f"another run is sealing {USER} at the same time" in failed["msg"]
    assert files.whole() == before == password_of(USER)
    assert tag_of() == other["Value"]


def test_several_users_are_sealed_each_with_a_password_of_its_own(aws: Account, files: Pair) -> None:
    assert aws
    files.run(users=["bg-1", "bg-2"])
    words = {half.entry(user) for half in files.halves for user in ("bg-1", "bg-2")}
    assert len(words) == 4
    for user in ("bg-1", "bg-2"):
        entries = [half.entry(user) for half in files.halves]
        assert "".join(entry[0] for entry in entries if entry) == password_of(user)


def test_halves_grow_with_the_password_policy(aws: Account, files: Pair) -> None:
    assert aws
    client().update_account_password_policy(MinimumPasswordLength=127, RequireSymbols=True, RequireNumbers=True)
    assert not [line for line in files.run()["lines"] if "expire" in line]
    assert len(files.whole()) == 128


def test_that_passwords_expire_is_told(aws: Account, files: Pair) -> None:
    assert aws
    client().update_account_password_policy(MinimumPasswordLength=14, MaxPasswordAge=90)
    assert files.run()["lines"][-1].startswith("Passwords of this account expire after 90 days: seal new ones before")


def test_both_stores_that_can_not_be_asked_are_told(aws: Account, tmp_path: Path) -> None:
    aws.denied |= {"DescribeSecret", "ListTagsForResource"}
    told = Pair("secretsmanager", "ssm_parameter", tmp_path).run()["problems"]
    assert ["first half" in told[0], "second half" in told[1]] == [True, True]
    assert aws.writes == []


# Refusals


@pytest.mark.usefixtures("aws")
def test_everything_that_is_wrong_with_the_options_is_told_at_once() -> None:
    told = run(
        {"store": "file", "prefix": "/x/", "tags": {"a": "b"}},
        {"store": "s3", "path": 7, "colour": "red"},
        users=["a b", "bob", "Bob"],
        group="no group",
        half_length=8,
    )["problems"]
    assert told == [
        "stores[1].path: must be text, not a number: put it in quotes, as YAML changes 0123 to 83",
        "users[0]: 'a b' can't be a name: 1 to 64 of A-Z a-z 0-9 _+=,.@-",
        "users[2]: Bob is listed before as bob",
        "group: 'no group' can't be a name: 1 to 128 of A-Z a-z 0-9 _+=,.@-",
        "half_length: must be from 20 to 64, not 8",
        "stores[0].prefix: is not for the store file",
        "stores[0].path: is needed with this store",
        "stores[0].tags: is for store secretsmanager and ssm_parameter, not for file",
        "stores[1].colour: is not an option of a store; known are store, path, vault_id, prefix, kms_key_id, tags",
        "stores[1].store: can't be 's3'; it is one of file, vault_file, secretsmanager, ssm_parameter",
    ]


A, B = "/srv/first/halves.yml", "/srv/second/halves.yml"


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        ({"store": "file", "path": A}, {"store": "file", "path": "/srv/x/../first/halves.yml"}, "is the file of"),
        ({"store": "file", "path": A}, {"store": "vault_file", "path": A}, "is the file of stores[0] too"),
        ({"store": "file", "path": A}, {"store": "file", "path": "/srv/first/b.yml"}, "is in the folder of stores[0]"),
        ({"store": "vault_file", "path": A}, {"store": "vault_file", "path": B}, "need two vault IDs"),
        (
            {"store": "vault_file", "path": A, "vault_id": "x"},
            {"store": "vault_file", "path": B, "vault_id": "x"},
            "need two vault IDs",
        ),
        (
            {"store": "secretsmanager", "prefix": "/a/"},
            {"store": "secretsmanager", "prefix": "/a/"},
            "/a/ and /a/ of stores[0] overlap",
        ),
        (
            {"store": "ssm_parameter", "prefix": "/a/b/"},
            {"store": "ssm_parameter", "prefix": "/a/"},
            "/a/ and /a/b/ of stores[0] overlap",
        ),
    ],
)
def test_stores_that_one_person_could_read_are_refused(
    first: dict[str, str], second: dict[str, str], problem: str
) -> None:
    (told,) = run(first, second)["problems"]
    assert problem in told


def test_two_vault_ids_with_one_secret_are_refused(aws: Account, tmp_path: Path) -> None:
    assert aws
    pair = Pair("vault_file", "vault_file", tmp_path)
    same = vault_secrets({"first": b"x", "second": b"x"})
    with mock.patch.object(VaultSecretsContext, "current", return_value=same):
        assert pair.run()["problems"] == [
            "stores[1].vault_id: has the same secret as first, so that one person could read both halves; give each "
            "vault ID a secret of its own"
        ]
    with mock.patch.object(VaultSecretsContext, "current", return_value=vault_secrets({"first": b"x"})):
        (told,) = pair.run()["problems"]
    assert told == "stores[1].vault_id: the play has no vault secret named 'second'"


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("stores", "problem"),
    [
        ([], "stores: has 0; give two stores, one for each of two people"),
        ([{"store": "file", "path": A}], "stores: has 1; give two stores, one for each of two people"),
        ("file", "stores: must be a list, not a string; give two stores, one for each of two people"),
        (["file", "file"], "stores[0]: must be a dictionary with at least a store, not a string"),
    ],
)
def test_two_stores_are_needed(stores: t.Any, problem: str) -> None:
    assert problem in run_action("iam_break_glass", {"stores": stores}, {})["problems"]


@pytest.mark.usefixtures("aws")
def test_messages_name_the_variables_of_the_role() -> None:
    variables = {"break_glass_users": [], "break_glass_stores": [{"store": "file"}, {"store": "file"}]}
    told = run_action("iam_break_glass", {"variables_prefix": "break_glass_"}, variables)["problems"]
    assert told == [
        "break_glass_users: names nobody; name at least one user, as in break-glass",
        "break_glass_stores[0].path: is needed with this store",
        "break_glass_stores[1].path: is needed with this store",
    ]


def test_a_region_is_needed(aws: Account) -> None:
    with mock.patch.object(PluginConnection, "region", None):
        told = run({"store": "secretsmanager"}, {"store": "ssm_parameter"})["problems"]
    assert aws.calls == []
    assert told == [
        "stores[0].store: secretsmanager needs a region; set region, AWS_REGION or one in the profile",
        "stores[1].store: ssm_parameter needs a region; set region, AWS_REGION or one in the profile",
    ]


def test_users_that_must_not_be_sealed_are_refused_together(aws: Account, files: Pair) -> None:
    iam = client()
    protected = [{"Key": "cloudhsm.iam/protected", "Value": "true"}]
    iam.create_user(UserName="stranger")
    iam.create_user(UserName="locked", Tags=[*protected, {"Key": "cloudhsm.iam/suspended", "Value": "x"}])
    iam.create_user(UserName="with-key", Tags=protected)
    key = iam.create_access_key(UserName="with-key")["AccessKey"]["AccessKeyId"]
    aws.calls.clear()
    told = files.run(users=["stranger", "locked", "with-key"], group="Administratos")["problems"]
    assert told == [
        "group: the account has no group 'Administratos'; did you mean 'Administrators'?",
        "users[0] (stranger): exists already and is not marked as protected (tag cloudhsm.iam/protected). If you want "
        "it as a break-glass user with a new password, first set protected: true for it with the playbook "
        "provision_users",
        "users[1] (locked): is suspended; restore the user first, with the playbook provision_users",
        f"users[2] (with-key): has active access keys ({key}), which need neither half of the password; deactivate "
        "or delete them first",
    ]
    assert aws.writes == []
    assert [half.entry() for half in files.halves] == [None, None]
    iam.update_access_key(UserName="with-key", AccessKeyId=key, Status="Inactive")
    assert not files.run(users=["with-key"]).get("failed")


@pytest.mark.parametrize("kind", ["secretsmanager", "ssm_parameter"])
@pytest.mark.parametrize("which", [0, 1])
def test_an_entry_that_somebody_has_planted_is_not_filled(aws: Account, tmp_path: Path, kind: str, which: int) -> None:
    assert aws
    pair = Pair(kind, kind, tmp_path)
    half, other = pair.halves[which], pair.halves[1 - which]
    # The tag of the other half is that of a stranger here.
    tags = [{"Key": f"cloudhsm.iam/break-glass-{other.which}-half", "Value": "set"}]
    if kind == "secretsmanager":
        client(kind).create_secret(Name=half.name, SecretString="Planted-1", Tags=tags)
    else:
        client("ssm").put_parameter(Name=half.name, Value="Planted-1", Type="SecureString", Tags=tags)
    failed = pair.run()
    assert f"{half.name} already exists and was not made by this collection" in failed["msg"]
    assert f"choose another stores[{which}].prefix" in failed["msg"]
    assert found(USER) == set()


def test_a_half_that_somebody_has_planted_is_never_part_of_the_password(aws: Account, tmp_path: Path) -> None:
    assert aws
    pair = Pair("secretsmanager", "ssm_parameter", tmp_path)
    client("secretsmanager").create_secret(
        Name=pair.first.name,
        SecretString="Planted-by-mallory-1",
        Tags=[{"Key": "cloudhsm.iam/break-glass-first-half", "Value": "pending"}],
    )
    pair.run()
    assert "Planted" not in pair.whole()
    assert pair.whole() == password_of(USER)


def test_a_file_of_the_other_half_is_refused(aws: Account, files: Pair) -> None:
    assert aws
    files.run()
    first, second = (half.options for half in files.halves)
    told = run(second, first)["problems"]
    assert [problem.partition(":")[0] for problem in told] == ["stores[0].path", "stores[1].path"]
    assert "holds something other than first halves of break-glass passwords" in told[0]


@pytest.mark.parametrize("half", ["first", "second"])
def test_entries_say_which_half_they_are_and_of_whom(aws: Account, tmp_path: Path, half: str) -> None:
    assert aws
    pair = Pair("secretsmanager", "ssm_parameter", tmp_path)
    if half == "second":
        pair = Pair("ssm_parameter", "secretsmanager", tmp_path)
    pair.run()
    store: Half = next(each for each in pair.halves if each.kind == "secretsmanager")
    described = client("secretsmanager").describe_secret(SecretId=store.name)["Description"]
    assert described == f"{half.capitalize()} half of the break-glass password of the IAM user {USER}"
