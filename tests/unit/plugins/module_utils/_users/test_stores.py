# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stores in AWS: their calls, the names of their entries, and mistakes in the options about them."""

from __future__ import annotations

import re
import string
import typing as t
import uuid
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.store_options import store_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import (
    DEFAULT_PREFIX,
    STATE_TAG,
    Entry,
    ParameterStore,
    SecretsManager,
    Settings,
    entry_name,
    open_store,
    same_key,
    settings_from,
)
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed

NAME = "/cloudhsm-iam/first-passwords/123456789012/ann"
KEY = "alias/passwords"
SETTINGS = Settings(kms_key_id=KEY, tags={"team": "security"})
VERSION = "11111111-2222-4333-8444-555555555555"
EARLIER = "0" * 32
NEXT = "9" * 32

USER_NAMES: SearchStrategy[str] = st.text(string.ascii_letters + string.digits + "_+=,.@-", min_size=1, max_size=64)


def tags(state: str) -> list[dict[str, str]]:
    return [{"Key": "team", "Value": "security"}, {"Key": STATE_TAG, "Value": state}]


# Secrets Manager


@pytest.fixture
def secrets(secretsmanager: Stubbed) -> SecretsManager:
    return SecretsManager(secretsmanager.client, SETTINGS)


def expect_creation(secretsmanager: Stubbed, refused: str | None = None) -> None:
    params: dict[str, t.Any] = {
        "Name": NAME,
        "SecretString": "Secret-1",
        "Description": "for ann",
        "Tags": tags("pending"),
        "KmsKeyId": KEY,
    }
    if refused:
        secretsmanager.stubber.add_client_error("create_secret", refused, "scheduled for deletion")
    else:
        secretsmanager.answers("create_secret", {"Name": NAME}, **params)


def test_a_secret_is_made_pending_with_key_and_tags(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    expect_creation(secretsmanager)
    assert secrets.create(NAME, "Secret-1", "for ann")


@pytest.mark.parametrize("code", ["ResourceExistsException", "InvalidRequestException"])
def test_the_name_of_a_secret_may_be_taken(secretsmanager: Stubbed, secrets: SecretsManager, code: str) -> None:
    expect_creation(secretsmanager, code)
    assert not secrets.create(NAME, "Secret-1", "for ann")


def test_other_errors_of_secrets_manager_are_raised(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    expect_creation(secretsmanager, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        secrets.create(NAME, "Secret-1", "for ann")


OURS = {"KmsKeyId": KEY}
STAGES = {EARLIER: ["AWSPREVIOUS"], VERSION: ["AWSCURRENT"]}


@pytest.mark.parametrize(
    ("described", "entry"),
    [
        ({"Tags": tags("set"), "VersionIdsToStages": {VERSION: ["AWSCURRENT"]}}, Entry("set", VERSION)),
        ({"Tags": tags("pending"), "DeletedDate": "2026-11-24"}, Entry("pending", leaving=True)),
        ({"VersionIdsToStages": STAGES}, Entry(None, VERSION)),
    ],
)
def test_a_secret_is_found(
    secretsmanager: Stubbed, secrets: SecretsManager, described: dict[str, t.Any], entry: Entry
) -> None:
    secretsmanager.answers("describe_secret", {"Name": NAME, **OURS, **described}, SecretId=NAME)
    found = secrets.find(NAME)
    assert found is not None
    assert replace(found, next_version="") == entry


def test_a_secret_that_is_not_there_is_not_found(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    secretsmanager.refuses("describe_secret", "ResourceNotFoundException", SecretId=NAME)
    assert secrets.find(NAME) is None


@pytest.mark.parametrize(
    ("described", "flaw"),
    [
        ({"KmsKeyId": "alias/theirs"}, "another KMS key (alias/theirs)"),
        ({"KmsKeyId": "arn:aws:kms:eu-central-1:999999999999:alias/passwords"}, "another KMS key"),
        ({"KmsKeyId": None}, "another KMS key (that of the service)"),
        ({"OwningService": "rds"}, "belongs to the service rds"),
        ({"PrimaryRegion": "us-east-1"}, "replicated"),
        ({"ReplicationStatus": [{"Region": "us-east-1"}]}, "replicated"),
        ({"RotationEnabled": True}, "rotated"),
    ],
)
def test_a_secret_that_others_may_read_is_told_by_what_it_is(
    secretsmanager: Stubbed, secrets: SecretsManager, described: dict[str, t.Any], flaw: str
) -> None:
    answer = {"Name": NAME, "Tags": tags("pending"), **OURS, **described}
    answer = {key: value for key, value in answer.items() if value is not None}
    secretsmanager.answers("describe_secret", answer, SecretId=NAME)
    entry = secrets.find(NAME)
    assert entry is not None
    assert flaw in " ".join(entry.flaws)
    # Nothing more is asked of it, and one that is marked for deletion is not restored.
    leaving = replace(entry, leaving=True)
    assert secrets.examine(NAME, leaving) == leaving


def test_a_secret_with_a_policy_of_its_own_is_flawed(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    secretsmanager.answers("get_resource_policy", {"Name": NAME}, SecretId=NAME)
    assert secrets.examine(NAME, Entry("pending")) == Entry("pending")
    secretsmanager.answers("get_resource_policy", {"Name": NAME, "ResourcePolicy": "{}"}, SecretId=NAME)
    assert secrets.examine(NAME, Entry("pending")) == Entry("pending", flaws=("has a resource policy",))


def test_a_secret_marked_for_deletion_is_restored(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    secretsmanager.answers("restore_secret", {"Name": NAME}, SecretId=NAME)
    secretsmanager.answers("get_resource_policy", {"Name": NAME}, SecretId=NAME)
    assert secrets.examine(NAME, Entry("set", VERSION, leaving=True)) == Entry("set", VERSION)


def test_a_secret_with_a_policy_of_its_own_stays_marked_for_deletion(
    secretsmanager: Stubbed, secrets: SecretsManager
) -> None:
    secretsmanager.answers("restore_secret", {"Name": NAME}, SecretId=NAME)
    secretsmanager.answers("get_resource_policy", {"Name": NAME, "ResourcePolicy": "{}"}, SecretId=NAME)
    secretsmanager.answers("delete_secret", {"Name": NAME}, SecretId=NAME)
    flawed = Entry("set", VERSION, leaving=True, flaws=("has a resource policy",))
    assert secrets.examine(NAME, Entry("set", VERSION, leaving=True)) == flawed


def test_a_secret_whose_policy_is_not_shown_stays_marked_for_deletion(
    secretsmanager: Stubbed, secrets: SecretsManager
) -> None:
    secretsmanager.answers("restore_secret", {"Name": NAME}, SecretId=NAME)
    secretsmanager.refuses("get_resource_policy", "AccessDeniedException", SecretId=NAME)
    secretsmanager.answers("delete_secret", {"Name": NAME}, SecretId=NAME)
    with pytest.raises(ClientError, match="AccessDenied"):
        secrets.examine(NAME, Entry("set", VERSION, leaving=True))


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "InvalidRequestException"])
def test_a_secret_on_its_way_out_is_looked_for_again(
    secretsmanager: Stubbed, secrets: SecretsManager, code: str
) -> None:
    secretsmanager.refuses("restore_secret", code, SecretId=NAME)
    assert secrets.examine(NAME, Entry("set", VERSION, leaving=True)) is None


def test_other_errors_while_a_secret_is_examined_are_raised(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    secretsmanager.refuses("get_resource_policy", "AccessDeniedException", SecretId=NAME)
    with pytest.raises(ClientError, match="AccessDenied"):
        secrets.examine(NAME, Entry("set", VERSION))


def found_secret(secretsmanager: Stubbed, secrets: SecretsManager, state: str, stages: dict[str, list[str]]) -> Entry:
    answer = {"Name": NAME, "Tags": tags(state), "VersionIdsToStages": stages, **OURS}
    secretsmanager.answers("describe_secret", answer, SecretId=NAME)
    entry = secrets.find(NAME)
    assert entry is not None
    return entry


def replaced(secretsmanager: Stubbed, entry: Entry, refused: str | None = None) -> None:
    """Script the calls that replace this version of a secret."""
    params = {"SecretId": NAME, "SecretString": "Secret-2", "KmsKeyId": KEY, "ClientRequestToken": entry.next_version}
    if refused:
        secretsmanager.refuses("update_secret", refused, **params)
        return
    secretsmanager.answers("update_secret", {"Name": NAME}, **params)
    if entry.state != "pending":
        secretsmanager.answers("tag_resource", {}, SecretId=NAME, Tags=tags("pending"))


@pytest.mark.parametrize("state", ["set", "pending"])
def test_a_secret_is_replaced_value_first(secretsmanager: Stubbed, secrets: SecretsManager, state: str) -> None:
    entry = found_secret(secretsmanager, secrets, state, STAGES)
    replaced(secretsmanager, entry)
    assert secrets.replace(NAME, entry, "Secret-2")


@pytest.mark.parametrize("code", ["ResourceExistsException", "ResourceNotFoundException", "InvalidRequestException"])
def test_of_two_runs_only_the_first_replaces_a_version(
    secretsmanager: Stubbed, secrets: SecretsManager, code: str
) -> None:
    # AWS refuses another value for the identifier that the first run gave to the next version.
    entry = found_secret(secretsmanager, secrets, "set", STAGES)
    replaced(secretsmanager, entry, code)
    assert not secrets.replace(NAME, entry, "Secret-2")


def test_each_version_has_a_successor_of_its_own(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    def successor(stages: dict[str, list[str]]) -> str:
        return found_secret(secretsmanager, secrets, "set", stages).next_version

    first = successor(STAGES)
    assert uuid.UUID(first)
    assert first == successor(STAGES)
    # Put back, the same version is current, and the identifier of its successor is used up.
    put_back = successor({first: ["AWSPREVIOUS"], VERSION: ["AWSCURRENT"]})
    assert len({first, put_back, VERSION, successor({VERSION: ["AWSPREVIOUS"], first: ["AWSCURRENT"]})}) == 4


def test_a_refused_replacement_is_raised(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    entry = found_secret(secretsmanager, secrets, "set", STAGES)
    replaced(secretsmanager, entry, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        secrets.replace(NAME, entry, "Secret-2")


BACK = {"SecretId": NAME, "VersionStage": "AWSCURRENT", "RemoveFromVersionId": NEXT, "MoveToVersionId": VERSION}


def test_a_secret_is_put_back_without_being_read(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    secretsmanager.answers("update_secret_version_stage", {"Name": NAME}, **BACK)
    secretsmanager.answers("tag_resource", {}, SecretId=NAME, Tags=tags("set"))
    secrets.put_back(NAME, Entry("set", VERSION, next_version=NEXT))
    secretsmanager.answers("update_secret_version_stage", {"Name": NAME}, **BACK)
    secrets.put_back(NAME, Entry("pending", VERSION, next_version=NEXT))
    # Without a value there is nothing to put back.
    secrets.put_back(NAME, Entry("pending"))


def test_what_another_run_wrote_since_is_not_taken_back(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    entry = Entry("set", VERSION, next_version=NEXT)
    secretsmanager.refuses("update_secret_version_stage", "InvalidParameterException", **BACK)
    secrets.put_back(NAME, entry)
    secretsmanager.refuses("update_secret_version_stage", "AccessDeniedException", **BACK)
    with pytest.raises(ClientError, match="AccessDenied"):
        secrets.put_back(NAME, entry)


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (None, None, True),
        (None, "alias/aws/ssm", True),
        ("alias/aws/ssm", None, True),
        ("alias/a", "arn:aws:kms:eu-central-1:123456789012:alias/a", True),
        ("arn:aws-cn:kms:cn-north-1:123456789012:key/1234", "1234", True),
        ("1234", "arn:aws:kms:eu-central-1:123456789012:key/1234", True),
        ("arn:aws:kms:eu-central-1:999999999999:key/1234", "arn:aws:kms:eu-central-1:999999999999:key/1234", True),
        (None, "alias/a", False),
        ("alias/a", None, False),
        ("alias/a", "alias/b", False),
        ("alias/a", "arn:aws:kms:eu-central-1:999999999999:alias/a", False),
        ("alias/1234", "1234", False),
    ],
)
def test_keys_are_compared_in_all_spellings(wanted: str | None, found: str | None, same: bool) -> None:
    assert same_key(wanted, found, "alias/aws/ssm", "123456789012") == same


def test_a_secret_is_deleted_without_a_recovery_window(secretsmanager: Stubbed, secrets: SecretsManager) -> None:
    secretsmanager.answers("delete_secret", {}, SecretId=NAME, ForceDeleteWithoutRecovery=True)
    secrets.delete(NAME)


# Parameter Store


@pytest.fixture
def parameters(ssm: Stubbed) -> ParameterStore:
    return ParameterStore(ssm.client, SETTINGS)


FIXED = {"Name": NAME, "Type": "SecureString", "Tier": "Standard", "KeyId": KEY}
PARAMETER: dict[str, t.Any] = {**FIXED, "Value": "Secret-1", "Description": "for ann", "Tags": tags("pending")}
TAGGED = {"ResourceType": "Parameter", "ResourceId": NAME}


def test_a_parameter_is_made_pending_with_key_and_tags(ssm: Stubbed, parameters: ParameterStore) -> None:
    ssm.answers("put_parameter", {"Version": 1}, **PARAMETER)
    assert parameters.create(NAME, "Secret-1", "for ann")


def test_the_name_of_a_parameter_may_be_taken(ssm: Stubbed, parameters: ParameterStore) -> None:
    ssm.refuses("put_parameter", "ParameterAlreadyExists", **PARAMETER)
    assert not parameters.create(NAME, "Secret-1", "for ann")


def test_a_parameter_is_found(ssm: Stubbed, parameters: ParameterStore) -> None:
    ssm.answers("list_tags_for_resource", {"TagList": tags("set")}, **TAGGED)
    ssm.refuses("list_tags_for_resource", "InvalidResourceId", **TAGGED)
    assert parameters.find(NAME) == Entry("set")
    assert parameters.find(NAME) is None


def expect_history(ssm: Stubbed, *versions: dict[str, t.Any]) -> None:
    """Script the answer about the versions of a parameter, two pages of them."""
    first = {"Name": NAME, "Version": 1, "Type": "String", "Tier": "Standard"}
    ssm.answers("get_parameter_history", {"Parameters": [first], "NextToken": "2"}, Name=NAME)
    ssm.answers("get_parameter_history", {"Parameters": list(versions)}, Name=NAME, NextToken="2")


SECURE = {"Name": NAME, "Version": 2, "Type": "SecureString", "Tier": "Standard", "KeyId": KEY}


@pytest.mark.parametrize(
    ("version", "flaws"),
    [
        ({}, ()),
        ({"KeyId": "arn:aws:kms:eu-central-1:123456789012:alias/passwords"}, ()),
        ({"Type": "String"}, ("is not encrypted (its type is String)",)),
        ({"Type": "StringList"}, ("is not encrypted (its type is StringList)",)),
        ({"KeyId": "alias/aws/ssm"}, ("is encrypted with another KMS key (alias/aws/ssm)",)),
        ({"Tier": "Advanced"}, ("may be shared with other accounts (its tier is Advanced)",)),
    ],
)
def test_a_parameter_that_others_may_read_is_told_by_what_it_is(
    ssm: Stubbed, parameters: ParameterStore, version: dict[str, t.Any], flaws: tuple[str, ...]
) -> None:
    expect_history(ssm, {**SECURE, **version})
    assert parameters.examine(NAME, Entry("pending")) == Entry("pending", "2", flaws=flaws)


def test_a_parameter_that_goes_meanwhile_is_looked_for_again(ssm: Stubbed, parameters: ParameterStore) -> None:
    ssm.refuses("get_parameter_history", "ParameterNotFound", Name=NAME)
    assert parameters.examine(NAME, Entry("pending")) is None
    ssm.answers("get_parameter_history", {"Parameters": []}, Name=NAME)
    assert parameters.examine(NAME, Entry("pending")) is None


@pytest.mark.parametrize("state", ["set", "pending"])
def test_a_parameter_is_replaced_value_first(ssm: Stubbed, parameters: ParameterStore, state: str) -> None:
    ssm.answers("put_parameter", {"Version": 3}, **FIXED, Value="Secret-2", Overwrite=True)
    if state == "set":
        ssm.answers("add_tags_to_resource", {}, **TAGGED, Tags=tags("pending"))
    assert parameters.replace(NAME, Entry(state, "2"), "Secret-2")


def restored(ssm: Stubbed, version: int) -> None:
    """Script the calls that give a parameter the value of this version again."""
    former = {"Parameter": {"Value": "Secret-1", "Version": version}}
    ssm.answers("get_parameter", former, Name=f"{NAME}:{version}", WithDecryption=True)
    ssm.answers("put_parameter", {"Version": 9}, **FIXED, Value="Secret-1", Overwrite=True)


def test_what_another_run_stored_between_look_and_replacement_comes_back(
    ssm: Stubbed, parameters: ParameterStore
) -> None:
    ssm.answers("put_parameter", {"Version": 4}, **FIXED, Value="Secret-2", Overwrite=True)
    restored(ssm, 3)
    assert not parameters.replace(NAME, Entry("pending", "2"), "Secret-2")


def test_a_parameter_is_put_back(ssm: Stubbed, parameters: ParameterStore) -> None:
    ssm.answers("get_parameter", {"Parameter": {"Version": 3}}, Name=NAME)
    restored(ssm, 2)
    ssm.answers("add_tags_to_resource", {}, **TAGGED, Tags=tags("set"))
    parameters.put_back(NAME, Entry("set", "2"))
    # Another run has written since.
    ssm.answers("get_parameter", {"Parameter": {"Version": 4}}, Name=NAME)
    parameters.put_back(NAME, Entry("set", "2"))


def test_a_parameter_is_deleted_once(ssm: Stubbed, parameters: ParameterStore) -> None:
    ssm.answers("delete_parameter", {}, Name=NAME)
    ssm.refuses("delete_parameter", "ParameterNotFound", Name=NAME)
    parameters.delete(NAME)
    parameters.delete(NAME)


# Names and options


@pytest.mark.parametrize(("kind", "store"), [("secretsmanager", SecretsManager), ("ssm_parameter", ParameterStore)])
def test_each_kind_has_its_store(secretsmanager: Stubbed, ssm: Stubbed, kind: str, store: type[t.Any]) -> None:
    client = secretsmanager.client if kind == "secretsmanager" else ssm.client
    opened = open_store(kind, client, Settings())
    assert isinstance(opened, store)
    assert opened.kind == kind


@given(USER_NAMES, USER_NAMES)
def test_names_hold_what_the_store_allows_and_are_as_different_as_the_users(one: str, other: str) -> None:
    for kind, allowed in (("secretsmanager", r"[\w/+=.@-]+"), ("ssm_parameter", r"[\w/.-]+")):
        names = [entry_name(kind, "/p/1/", user) for user in (one, other)]
        assert all(re.fullmatch(allowed, name, re.ASCII) for name in names)
        assert (names[0] == names[1]) == (one == other)
        escape = "=" if kind == "secretsmanager" else "_"
        back = re.sub(rf"{escape}([0-9A-F]{{2}})", lambda code: chr(int(code[1], 16)), names[0].removeprefix("/p/1/"))
        assert back == one


def test_mail_addresses_stay_readable() -> None:
    assert entry_name("secretsmanager", "/p/1/", "a_b@example.com") == "/p/1/a_b@example.com"
    assert entry_name("secretsmanager", "/p/1/", "a,b=c") == "/p/1/a=2Cb=3Dc"
    assert entry_name("ssm_parameter", "/p/1/", "a_b@example.com") == "/p/1/a_5Fb_40example.com"


REMOTE = {"credentials_store": "secretsmanager"}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"credentials_store": "file", "credentials_path": "p.yml", "credentials_prefix": DEFAULT_PREFIX},
        {**REMOTE, "credentials_prefix": "/a/b.c/d-e_f/"},
        {**REMOTE, "credentials_prefix": "/x" * 13 + "/"},
        {**REMOTE, "credentials_kms_key_id": "arn:aws:kms:eu-central-1:123456789012:alias/passwords"},
        {"credentials_store": "ssm_parameter", "credentials_tags": {"team": "security"}},
        {"credentials_store": "file", "credentials_path": "p.yml", "credentials_tags": {}},
    ],
)
def test_good_options_are_no_problem(options: dict[str, t.Any]) -> None:
    assert store_problems(options) == []


@pytest.mark.parametrize(
    ("options", "complaints"),
    [
        ({"credentials_store": "vault_file"}, ["credentials_path: is needed"]),
        (
            {"credentials_kms_key_id": KEY, "credentials_tags": {"a": "b"}},
            ["credentials_kms_key_id: is for .*, not for none", "credentials_tags: is for .*, not for none"],
        ),
        ({**REMOTE, "credentials_prefix": "first/"}, ["credentials_prefix: 'first/' must begin and end with a slash"]),
        ({**REMOTE, "credentials_prefix": "/first"}, ["must begin and end with a slash"]),
        ({**REMOTE, "credentials_prefix": "/a//b/"}, ["must begin and end with a slash"]),
        ({**REMOTE, "credentials_prefix": "/"}, ["must begin and end with a slash"]),
        ({**REMOTE, "credentials_prefix": ""}, ["must begin and end with a slash"]),
        ({**REMOTE, "credentials_prefix": "/ä/"}, ["must begin and end with a slash"]),
        ({**REMOTE, "credentials_prefix": "/x" * 14 + "/"}, ["at most 13 levels"]),
        ({**REMOTE, "credentials_prefix": "/AWS/"}, ["begins with aws or ssm"]),
        ({**REMOTE, "credentials_prefix": "/ssm-things/"}, ["begins with aws or ssm"]),
        ({**REMOTE, "credentials_prefix": f"/{'x' * 255}/"}, ["has 257 characters"]),
        ({**REMOTE, "credentials_kms_key_id": "not a key"}, ["'not a key' is no key ID"]),
        ({**REMOTE, "credentials_tags": "team"}, ["credentials_tags: must be a dictionary"]),
        (
            {**REMOTE, "credentials_tags": {"aws:x": "1", STATE_TAG: "set", "l": ["x"]}},
            ["credentials_tags.aws:x: .*reserved", "credentials_tags.l: .*a list", "first-password: is set for you"],
        ),
        ({**REMOTE, "credentials_tags": {f"k{n}": "v" for n in range(50)}}, ["credentials_tags: lists 50"]),
    ],
)
def test_mistakes_are_told_all_at_once(options: dict[str, t.Any], complaints: list[str]) -> None:
    problems = store_problems(options)
    assert len(problems) == len(complaints)
    for problem, complaint in zip(problems, complaints, strict=True):
        assert re.search(complaint, problem), problem


def test_settings_are_read_from_the_modules_parameters() -> None:
    settings = settings_from(
        {"credentials_prefix": "/p/", "credentials_kms_key_id": "", "credentials_tags": {"floor": 3}}
    )
    assert settings == Settings("/p/", None, {"floor": "3"})
    assert settings.folder("123456789012") == "/p/123456789012/"
