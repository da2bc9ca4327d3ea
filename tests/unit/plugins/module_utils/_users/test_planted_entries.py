# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever somebody has put where a first password is to be stored: it is never set, and nobody else can read ours."""

from __future__ import annotations

import itertools
import json
import typing as t
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.store import AwsKeys
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import StoredPasswords
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import STATE_TAG, Settings, open_store
from botocore import xform_name

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed

Answer = dict[str, t.Any]
FOLDER = "/p/123456789012/"
PLANTED = "Planted-password-12345"
KEY = "alias/passwords"
STATES = (None, "pending", "set", "anything")
KEYS = (KEY, "alias/theirs", "arn:aws:kms:eu-central-1:999999999999:alias/passwords")


class Planted:
    """One entry of somebody else's, in the place of AWS: a real client gets its answers."""

    service: str

    def __init__(self, stubbed: Stubbed) -> None:
        stubbed.stubber.deactivate()
        stubbed.client.meta.events.register(f"before-call.{self.service}", self._answer)
        self.plant({"state": None})

    def plant(self, entry: Answer) -> None:
        self.value = PLANTED
        self.entry = dict(entry)
        self.state = self.entry.pop("state")

    def _answer(self, model: t.Any, params: t.Any, **_kwargs: t.Any) -> tuple[t.Any, Answer]:
        code, answer = getattr(self, xform_name(model.name))(json.loads(params["body"]))
        error = {"Error": {"Code": code, "Message": code}} if code else {}
        return SimpleNamespace(status_code=400 if code else 200), {**answer, **error, "ResponseMetadata": {}}

    @property
    def tags(self) -> list[dict[str, str]]:
        return [{"Key": STATE_TAG, "Value": self.state}] if self.state else []

    def _tag(self, listed: list[dict[str, str]]) -> tuple[str, Answer]:
        self.state = next(tag["Value"] for tag in listed if tag["Key"] == STATE_TAG)
        return "", {}


class Secret(Planted):
    service = "secrets-manager"

    def create_secret(self, _given: Answer) -> tuple[str, Answer]:
        return ("InvalidRequestException" if "DeletedDate" in self.entry else "ResourceExistsException"), {}

    def describe_secret(self, _given: Answer) -> tuple[str, Answer]:
        shown = {key: value for key, value in self.entry.items() if key != "ResourcePolicy"}
        return "", {"Tags": self.tags, "VersionIdsToStages": {"1" * 32: ["AWSCURRENT"]}, **shown}

    def restore_secret(self, _given: Answer) -> tuple[str, Answer]:
        del self.entry["DeletedDate"]
        return "", {}

    def delete_secret(self, given: Answer) -> tuple[str, Answer]:
        assert not given.get("ForceDeleteWithoutRecovery")
        self.entry["DeletedDate"] = 1764000000
        return "", {}

    def get_resource_policy(self, _given: Answer) -> tuple[str, Answer]:
        if "DeletedDate" in self.entry:
            return "InvalidRequestException", {}
        return "", {key: value for key, value in self.entry.items() if key == "ResourcePolicy"}

    def update_secret(self, given: Answer) -> tuple[str, Answer]:
        self.value = given["SecretString"]
        return "", {}

    def tag_resource(self, given: Answer) -> tuple[str, Answer]:
        return self._tag(given["Tags"])


class Parameter(Planted):
    service = "ssm"

    def put_parameter(self, given: Answer) -> tuple[str, Answer]:
        if not given.get("Overwrite"):
            return "ParameterAlreadyExists", {}
        self.value = given["Value"]
        return "", {"Version": 8}

    def list_tags_for_resource(self, _given: Answer) -> tuple[str, Answer]:
        return "", {"TagList": self.tags}

    def get_parameter_history(self, _given: Answer) -> tuple[str, Answer]:
        return "", {"Parameters": [{"Version": 7, **self.entry}]}

    def add_tags_to_resource(self, given: Answer) -> tuple[str, Answer]:
        return self._tag(given["Tags"])


def combinations(**kinds: t.Sequence[t.Any]) -> list[Answer]:
    """Each with each. What is None is left out, but for the state."""
    rows = [dict(zip(kinds, row, strict=True)) for row in itertools.product(*kinds.values())]
    return [{key: value for key, value in row.items() if value is not None or key == "state"} for row in rows]


def stored(kind: str, client: t.Any) -> StoredPasswords:
    store = open_store(kind, client, Settings(kms_key_id=KEY))
    return StoredPasswords([], store, FOLDER, 20, has_login_profile=lambda _user: False, sleep=lambda _seconds: None)


def assert_never_set(passwords: StoredPasswords, planted: Planted, harmless: bool) -> None:
    if harmless:
        password = passwords.password("ann")
        assert password != PLANTED
        assert (planted.value, planted.state) == (password, "pending")
        return
    before = planted.state
    with pytest.raises(StoreError, match=f"{FOLDER}ann already exists and"):
        passwords.password("ann")
    assert (planted.value, planted.state) == (PLANTED, before)


SECRETS = combinations(
    state=STATES,
    KmsKeyId=(*KEYS, None),
    OwningService=(None, "rds"),
    PrimaryRegion=(None, "us-east-1"),
    RotationEnabled=(None, True),
    DeletedDate=(None, 1764000000),
    ResourcePolicy=(None, "{}"),
)
PARAMETERS = combinations(
    state=STATES, Type=("SecureString", "String", "StringList"), KeyId=(*KEYS, None), Tier=("Standard", "Advanced")
)


def test_no_planted_secret_is_set_or_filled(secretsmanager: Stubbed) -> None:
    planted = Secret(secretsmanager)
    for entry in SECRETS:
        planted.plant(entry)
        harmless = entry.keys() <= {"state", "KmsKeyId", "DeletedDate"} and entry.get("KmsKeyId") == KEY
        passwords = stored("secretsmanager", secretsmanager.client)
        assert_never_set(passwords, planted, harmless and bool(entry["state"]))
        # One that is refused goes when its owner wanted it to go.
        kept = "DeletedDate" in entry and not (harmless and entry["state"])
        assert ("DeletedDate" in planted.entry) == kept


def test_a_secret_that_is_to_go_is_not_kept_for_an_access_key_that_it_may_not_hold(secretsmanager: Stubbed) -> None:
    planted = Secret(secretsmanager)
    planted.plant({"state": "set", "KmsKeyId": KEY, "DeletedDate": 1764000000, "ResourcePolicy": "{}"})
    store = open_store("secretsmanager", secretsmanager.client, Settings(kms_key_id=KEY))
    waits: list[float] = []
    with pytest.raises(StoreError, match="ann already exists in Secrets Manager and has a resource policy"):
        AwsKeys(store, FOLDER, "ann", waits.append).begin(datetime(2026, 11, 27, tzinfo=UTC), frozenset())
    assert ("DeletedDate" in planted.entry, len(waits)) == (True, 1)


def test_no_planted_parameter_is_set_or_filled(ssm: Stubbed) -> None:
    planted = Parameter(ssm)
    for entry in PARAMETERS:
        planted.plant(entry)
        harmless = {"Type": "SecureString", "KeyId": KEY, "Tier": "Standard"}.items() <= entry.items()
        assert_never_set(stored("ssm_parameter", ssm.client), planted, harmless and bool(entry["state"]))
