# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""First passwords in Secrets Manager and in Parameter Store: what is stored there is what is set, whatever happens."""

from __future__ import annotations

import json
import subprocess
import typing as t
from collections.abc import Iterator, Mapping
from pathlib import Path

import moto_server
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import stores
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Change, Outcome, UserPlan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import StoredPasswords
from ansible_collections.cloudhsm.iam.plugins.modules import iam_users
from helpers.moto import open_moto
from helpers.moto.clients import iam_client, secretsmanager_client, ssm_client
from helpers.moto.fault_proxy import NO_FAULTS, FaultProxy, Faults
from helpers.moto.open_moto import read_passwords
from helpers.processes.control_node import GUARD_CALLS, ControlNode
from helpers.processes.module_process import Result, result_of, start_module
from moto_server import MotoServer

if t.TYPE_CHECKING:
    from helpers.moto.fault_rules import Moment

KINDS = ("secretsmanager", "ssm_parameter")
STATE = "cloudhsm.iam/first-password"
FOLDER = "/cloudhsm-iam/first-passwords/123456789012/"
STORE_CALLS = ("Secret", "Parameter", "TagResource", "TagsToResource", "TagsForResource")
LEAVERS = "Going-away-12345"
# fresh is made, winner gets console access, leaver goes.
USERS: list[dict[str, t.Any]] = [
    {"name": "fresh", "console_access": True},
    {"name": "winner", "console_access": True},
    {"name": "leaver", "state": "absent"},
]


class Account:
    """An account of moto's, the proxy before it, and what its store holds."""

    def __init__(self, moto: str, proxy: FaultProxy) -> None:
        self.moto = moto
        self.proxy = proxy
        self.iam = iam_client(moto)
        self.secrets = secretsmanager_client(moto)
        self.parameters = ssm_client(moto)

    def begin(self, kind: str = KINDS[0]) -> None:
        """The account as it is before a run: one to get console access, and one to leave, whose password is stored."""
        moto_server.reset(self.moto)
        self.proxy.faults = NO_FAULTS
        self.proxy.clear()
        for user in ("winner", "leaver"):
            self.iam.create_user(UserName=user)
        self.iam.create_login_profile(UserName="leaver", Password=LEAVERS)
        name, tags = f"{FOLDER}leaver", [t.cast(t.Any, {"Key": STATE, "Value": "set"})]
        if kind == "secretsmanager":
            self.secrets.create_secret(Name=name, SecretString=LEAVERS, Tags=tags)
        else:
            self.parameters.put_parameter(Name=name, Value=LEAVERS, Type="SecureString", Tags=tags)

    def start(
        self, kind: str, users: list[dict[str, t.Any]], check: bool = False, **options: t.Any
    ) -> subprocess.Popen[str]:
        asked = {"users": users, "credentials_store": kind, **options}
        return start_module(iam_users, self.proxy.url, asked, check)

    def run(self, kind: str, users: list[dict[str, t.Any]], check: bool = False, **options: t.Any) -> Result:
        return result_of(self.start(kind, users, check, **options))

    def stored(self, kind: str) -> Mapping[str, tuple[str, str]]:
        """Password and state of all entries, by the rest of their names."""
        found = {}
        if kind == "secretsmanager":
            for secret in self.secrets.list_secrets(MaxResults=100)["SecretList"]:
                value = self.secrets.get_secret_value(SecretId=secret["Name"])["SecretString"]
                found[secret["Name"]] = value, _state(secret["Tags"])
        else:
            pages = self.parameters.get_paginator("get_parameters_by_path").paginate(Path=FOLDER, WithDecryption=True)
            for parameter in (parameter for page in pages for parameter in page["Parameters"]):
                name = parameter["Name"]
                tags = self.parameters.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
                found[name] = parameter["Value"], _state(tags)
        return {name.removeprefix(FOLDER): entry for name, entry in found.items()}

    def store_calls(self) -> list[str]:
        return [call.action for call in self.proxy.calls if call.action.endswith(STORE_CALLS)]


def _state(tags: t.Iterable[t.Any]) -> str:
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags}[STATE]


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with (
        MotoServer(program=Path(open_moto.__file__)) as server,
        FaultProxy(server.url) as proxy,
    ):
        yield Account(server.url, proxy)


@pytest.mark.parametrize("kind", KINDS)
def test_passwords_come_and_go_with_the_access_that_they_give(account: Account, kind: str) -> None:
    account.begin(kind)
    predicted = account.run(kind, USERS, check=True)
    assert account.proxy.writes == []
    result = account.run(kind, USERS)
    assert predicted["credentials"] == result["credentials"]
    assert result["credentials"]["users"] == ["fresh", "winner"]
    assert result["credentials"]["path"] == FOLDER
    passwords = read_passwords(account.moto)
    assert account.stored(kind) == {name: (passwords[name], "set") for name in ("fresh", "winner")}
    account.proxy.clear()
    assert not account.run(kind, USERS)["changed"]
    assert account.store_calls() == []
    account.run(kind, [{"name": "fresh", "console_access": False}, {"name": "winner", "state": "absent"}])
    assert account.stored(kind) == {}


def test_key_tags_and_prefix_are_used(account: Account) -> None:
    account.begin()
    options: dict[str, t.Any] = {
        "credentials_prefix": "/ours/",
        "credentials_kms_key_id": "alias/passwords",
        "credentials_tags": {"team": "security"},
    }
    account.run("secretsmanager", USERS[:1], **options)
    secret = account.secrets.describe_secret(SecretId="/ours/123456789012/fresh")
    assert secret["KmsKeyId"] == "alias/passwords"
    assert secret["Tags"] == [{"Key": "team", "Value": "security"}, {"Key": STATE, "Value": "set"}]


def test_a_secret_in_its_recovery_window_is_restored(account: Account) -> None:
    account.begin()
    account.run("secretsmanager", USERS)
    before = account.stored("secretsmanager")
    for user in ("fresh", "winner"):
        iam_client(account.moto).delete_login_profile(UserName=user)
    account.secrets.delete_secret(SecretId=f"{FOLDER}fresh", RecoveryWindowInDays=7)
    account.run("secretsmanager", USERS)
    after = account.stored("secretsmanager")
    passwords = read_passwords(account.moto)
    assert after == {name: (passwords[name], "set") for name in ("fresh", "winner")}
    assert not {entry[0] for entry in before.values()} & {entry[0] for entry in after.values()}


@pytest.mark.parametrize(("kind", "call"), [("secretsmanager", "CreateSecret"), ("ssm_parameter", "PutParameter")])
def test_a_store_that_fails_stops_the_run_before_iam_is_changed(account: Account, kind: str, call: str) -> None:
    account.begin(kind)
    account.proxy.faults = Faults(errors=1, only=frozenset({call}))
    result = account.run(kind, USERS, aws_config={"retries": {"total_max_attempts": 2}})
    assert result["msg"].startswith("Nothing was changed. Could not store the first password of fresh")
    assert {write.action for write in account.proxy.writes} == {call}


def test_throttling_slows_a_store_down_and_does_not_fail_it(account: Account) -> None:
    account.begin()
    account.proxy.faults = Faults(throttle=(30, 10))
    users = [{"name": f"many{number}", "console_access": True} for number in range(25)]
    result = account.run("ssm_parameter", users, workers=16)
    assert not result.get("failed"), result
    throttled = {call.action for call in account.proxy.calls if call.fault == "throttle"}
    assert {"PutParameter", "AddTagsToResource"} & throttled
    passwords = read_passwords(account.moto)
    assert account.stored("ssm_parameter") == {user["name"]: (passwords[str(user["name"])], "set") for user in users}


@pytest.mark.parametrize("kind", KINDS)
def test_two_runs_at_once_agree_on_the_passwords(account: Account, kind: str) -> None:
    account.begin(kind)
    account.proxy.faults = Faults(latency=0.05)
    results = [result_of(process) for process in [account.start(kind, USERS), account.start(kind, USERS)]]
    assert not any(result.get("failed") for result in results), results
    passwords = read_passwords(account.moto)
    stored = {name: password for name, (password, _state) in account.stored(kind).items()}
    assert stored == {name: passwords[name] for name in ("fresh", "winner")}


PLANTED = "Planted-by-somebody-1"


def plant(account: Account, kind: str, **how: t.Any) -> None:
    """Make an entry for fresh as somebody does who wants to know the next password. The state is theirs to choose."""
    name, tags = f"{FOLDER}fresh", [t.cast(t.Any, {"Key": STATE, "Value": "pending"})]
    if kind == "secretsmanager":
        account.secrets.create_secret(Name=name, SecretString=PLANTED, Tags=tags, **how)
    else:
        wanted: dict[str, t.Any] = {"Type": "SecureString", **how}
        account.parameters.put_parameter(Name=name, Value=PLANTED, Tags=tags, **wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_password_is_not_set(account: Account, kind: str) -> None:
    account.begin(kind)
    plant(account, kind)
    result = account.run(kind, USERS)
    assert not result.get("failed"), result
    passwords = read_passwords(account.moto)
    assert passwords["fresh"] != PLANTED
    assert account.stored(kind)["fresh"] == (passwords["fresh"], "set")


@pytest.mark.parametrize(
    ("kind", "how", "why"),
    [
        ("secretsmanager", {"KmsKeyId": "alias/theirs"}, "is encrypted with another KMS key (alias/theirs)"),
        ("secretsmanager", {"AddReplicaRegions": [{"Region": "us-west-2"}]}, "is replicated to other regions"),
        ("secretsmanager", {}, "has a resource policy"),
        ("ssm_parameter", {"Type": "String"}, "is not encrypted (its type is String)"),
        ("ssm_parameter", {"KeyId": "alias/theirs"}, "is encrypted with another KMS key (alias/theirs)"),
        ("ssm_parameter", {"Tier": "Advanced"}, "may be shared with other accounts (its tier is Advanced)"),
    ],
)
def test_an_entry_that_others_can_read_gets_no_password(
    account: Account, kind: str, how: dict[str, t.Any], why: str
) -> None:
    account.begin(kind)
    plant(account, kind, **how)
    if why == "has a resource policy":
        statement = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        account.secrets.put_resource_policy(SecretId=f"{FOLDER}fresh", ResourcePolicy=policy)
    result = account.run(kind, USERS)
    (failed,) = result["failed_users"]
    assert failed["name"] == "fresh"
    assert f"{FOLDER}fresh already exists and {why}; remove it, or choose another credentials_prefix" in failed["msg"]
    passwords = read_passwords(account.moto)
    assert passwords["fresh"] is None
    stored = account.stored(kind)
    assert stored["fresh"] == (PLANTED, "pending")
    assert stored["winner"] == (passwords["winner"], "set")


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_that_was_replaced_in_vain_is_put_back_and_can_be_replaced_again(account: Account, kind: str) -> None:
    account.begin(kind)
    plant(account, kind)
    client = account.secrets if kind == "secretsmanager" else account.parameters
    store = stores.open_store(kind, client, stores.Settings())
    passwords = StoredPasswords([], store, FOLDER, 32, has_login_profile=lambda _user: False)
    plan = UserPlan("fresh", None, None, (Change("fresh", "create_login_profile", {}),))
    seen = {PLANTED}
    for _again in range(3):
        seen.add(passwords.password("fresh"))
        assert account.stored(kind)["fresh"] == (passwords.password("fresh"), "pending")
        # Another run was faster, and what it set is what was there before.
        settled = passwords.settled(Outcome(plan, (), "EntityAlreadyExists", conflict=True))
        assert settled.error == "EntityAlreadyExists"
        assert account.stored(kind)["fresh"] == (PLANTED, "pending")
    assert len(seen) == 4
    last = passwords.password("fresh")
    passwords.settled(Outcome(plan, plan.changes))
    assert account.stored(kind)["fresh"] == (last, "set")


# Write calls of one worker: 1 store fresh, 2 make fresh, 3 login profile, 4 note as set, 5 to 7 the same for winner,
# 8 leaver's login profile, 9 leaver, 10 the entry.
@pytest.mark.parametrize(
    ("kind", "number", "moment"),
    [
        ("secretsmanager", 1, "after"),
        ("secretsmanager", 3, "before"),
        ("secretsmanager", 3, "after"),
        ("secretsmanager", 5, "before"),
        ("secretsmanager", 8, "after"),
        ("ssm_parameter", 1, "after"),
        ("ssm_parameter", 3, "after"),
        ("ssm_parameter", 4, "before"),
    ],
)
def test_a_killed_run_loses_no_password(account: Account, kind: str, number: int, moment: Moment) -> None:
    account.begin(kind)
    running: list[subprocess.Popen[str]] = []

    def kill() -> None:
        running[0].kill()

    account.proxy.faults = Faults(kill=(number, moment), on_kill=kill)
    running.append(account.start(kind, USERS, workers=1))
    assert running[0].communicate(timeout=60)[0] == ""
    assert len(account.proxy.writes) == number
    _check_set_passwords_are_stored(account, kind)
    account.proxy.faults = NO_FAULTS
    result = account.run(kind, USERS)
    assert not result.get("failed"), result
    _check_set_passwords_are_stored(account, kind)
    assert account.stored(kind).keys() == {"fresh", "winner"}


def _check_set_passwords_are_stored(account: Account, kind: str) -> None:
    """Every password of the account is in the store: nobody has one that cannot be looked up."""
    stored = account.stored(kind)
    for name, password in read_passwords(account.moto).items():
        assert password is None or stored[name][0] == password, name


def test_without_a_region_one_sentence_tells_it(account: Account) -> None:
    account.begin()
    process = start_module(
        iam_users,
        account.proxy.url,
        {"users": USERS, "credentials_store": "ssm_parameter"},
        AWS_REGION="",
        AWS_DEFAULT_REGION="",
    )
    assert result_of(process)["problems"] == [
        "credentials_store: ssm_parameter needs a region; set region, AWS_REGION or one in the profile"
    ]
    assert account.proxy.calls == []


def test_mistakes_about_the_store_are_told_with_the_others(node: ControlNode, aws: FaultProxy) -> None:
    variables = {
        "user_provisioning_users": [{"name": "a b"}],
        "user_provisioning_credentials_store": "secretsmanager",
        "user_provisioning_credentials_prefix": "first",
        "user_provisioning_credentials_kms_key_id": "no key",
        "user_provisioning_credentials_tags": {STATE: "set"},
    }
    run = node.playbook("cloudhsm.iam.provision_users", "-e", json.dumps(variables))
    assert run.status != 0
    # The role reads the names before the module looks at the rest.
    assert "user_provisioning_users[0] (a b)" in run.failure
    variables["user_provisioning_users"] = [{"name": "ann"}]
    run = node.playbook("cloudhsm.iam.provision_users", "-e", json.dumps(variables))
    for word in ("credentials_prefix", "credentials_kms_key_id", f"credentials_tags.{STATE}"):
        assert word in run.failure
    assert [call.action for call in aws.calls] == GUARD_CALLS * 2
