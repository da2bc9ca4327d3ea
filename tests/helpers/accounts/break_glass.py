# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account with an administrators group, break-glass users, and two stores for the halves of their passwords."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import yaml
from ansible.parsing.vault import VaultLib, VaultSecret, VaultSecretsContext
from botocore.exceptions import ClientError
from helpers.accounts.credentials import ACCOUNT, client
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.clients import client_with, iam_client
from helpers.moto.in_process import Account, account
from helpers.moto.open_moto import with_values
from moto.iam.models import iam_backends
from moto.secretsmanager.models import SecretsManagerBackend

USER = "break-glass"
TAG = "cloudhsm.iam/break-glass"
SECRETS = {"first": b"of-the-first-person", "second": b"of-the-second-person"}
MOVE = "update_secret_version_stage"
KINDS = ("file", "vault_file", "secretsmanager", "ssm_parameter")


def vault_secrets(secrets: t.Mapping[str, bytes] | None = None) -> VaultSecretsContext:
    """The play's vault secrets, one for each person."""
    given = SECRETS if secrets is None else secrets
    return VaultSecretsContext([(name, VaultSecret(secret)) for name, secret in given.items()])


@contextmanager
def administrators() -> Iterator[Account]:
    """An account with the group that break-glass users join."""
    with account() as made, actions():
        client().create_group(GroupName="Administrators")
        made.calls.clear()
        with (
            mock.patch.object(VaultSecretsContext, "current", return_value=vault_secrets()),
            mock.patch.object(SecretsManagerBackend, MOVE, with_values(getattr(SecretsManagerBackend, MOVE))),
        ):
            yield made


def run(*stores: t.Mapping[str, t.Any], check_mode: bool = False, **options: t.Any) -> Result:
    """The result of a run with these stores."""
    return run_action("iam_break_glass", {"stores": list(stores), **options}, {}, check_mode=check_mode)


class Half:
    """One of the two stores: the options that name it, and what it has."""

    def __init__(self, kind: str, which: str, folder: Path) -> None:
        self.kind, self.which = kind, which
        self.path = folder / which / "halves.yml"
        self.options: dict[str, t.Any] = {"store": kind}
        if kind in ("file", "vault_file"):
            self.options["path"] = str(self.path)
        if kind == "vault_file":
            self.options["vault_id"] = which
            self.path.parent.mkdir(exist_ok=True)

    @property
    def name(self) -> str:
        """The entry's name in AWS."""
        return f"/cloudhsm-iam/break-glass/{self.which}/{ACCOUNT}/{USER}"

    def text(self) -> str:
        """Everything that the file has, decrypted with the secret of its own person."""
        content = self.path.read_bytes()
        if self.kind == "vault_file":
            content = VaultLib([(self.which, VaultSecret(SECRETS[self.which]))]).decrypt(content)
        return content.decode()

    def entry(self, user: str = USER) -> tuple[str, str] | None:
        """The half and its state."""
        name = self.name.replace(USER, user) if user != USER else self.name
        if self.kind in ("file", "vault_file"):
            if not self.path.exists():
                return None
            found = yaml.safe_load(self.text()).get(ACCOUNT, {}).get(user)
            return found and (found[f"{self.which}_half"], found["state"])
        try:
            if self.kind == "secretsmanager":
                tags = client("secretsmanager").describe_secret(SecretId=name)["Tags"]
                value = client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
            else:
                tags = client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
                value = client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        except ClientError:
            return None
        state = {tag["Key"]: tag["Value"] for tag in tags}[f"cloudhsm.iam/break-glass-{self.which}-half"]
        return value, state

    def kept(self) -> list[str]:
        """The halves that can be read in any way that the documentation names, the newest first."""
        entry = self.entry()
        if entry is None:
            return []
        if self.kind in ("file", "vault_file"):
            found = yaml.safe_load(self.text())[ACCOUNT][USER]
            return [entry[0], *(one[f"{self.which}_half"] for one in found.get("earlier", ()))]
        if self.kind == "secretsmanager":
            manager = client("secretsmanager")
            ids = manager.describe_secret(SecretId=self.name)["VersionIdsToStages"]
            values = [manager.get_secret_value(SecretId=self.name, VersionId=one)["SecretString"] for one in ids]
            return [entry[0], *values]
        history = client("ssm").get_parameter_history(Name=self.name, WithDecryption=True)["Parameters"]
        return [one["Value"] for one in reversed(history)]

    def remove(self) -> None:
        """Take the half away, as a person might."""
        if self.kind in ("file", "vault_file"):
            self.path.unlink()
        elif self.kind == "secretsmanager":
            client("secretsmanager").delete_secret(SecretId=self.name, ForceDeleteWithoutRecovery=True)
        else:
            client("ssm").delete_parameter(Name=self.name)


class Pair:
    """Both stores."""

    def __init__(self, first: str, second: str, folder: Path) -> None:
        self.halves = (Half(first, "first", folder), Half(second, "second", folder))
        self.first, self.second = self.halves

    def run(self, check_mode: bool = False, **options: t.Any) -> Result:
        """The result of a run with them."""
        return run(*(half.options for half in self.halves), check_mode=check_mode, **options)

    def whole(self) -> str:
        """What two people who meet type in. Fails where a half is not there or not known to have been set."""
        entries = [half.entry() for half in self.halves]
        assert all(entry and entry[1] == "set" for entry in entries), entries
        return "".join(entry[0] for entry in entries if entry)

    def opens(self, user: str = USER) -> bool:
        """Whether two people who meet can find the password, with all that the stores still have."""
        profile = iam_backends[ACCOUNT]["aws"].users and iam_backends[ACCOUNT]["aws"].get_user(user).password
        return any(first + second == profile for first in self.first.kept() for second in self.second.kept())


def seal(moto: str, user: str) -> None:
    """A sealed user in the account of a server, with a half in each of the two stores of AWS's."""
    iam = iam_client(moto)
    tags = {"cloudhsm.iam/protected": "true", TAG: "sealed 2026-11-01T12:00:00Z"}
    iam.create_user(UserName=user, Tags=t.cast(t.Any, [{"Key": key, "Value": value} for key, value in tags.items()]))
    iam.create_login_profile(UserName=user, Password="First-half-1Second-half-2")
    names = {which: f"/cloudhsm-iam/break-glass/{which}/{ACCOUNT}/{user}" for which in SECRETS}
    states = {which: [{"Key": f"cloudhsm.iam/break-glass-{which}-half", "Value": "set"}] for which in SECRETS}
    client_with(moto, "secretsmanager").create_secret(
        Name=names["first"], SecretString="First-half-1", Tags=states["first"]
    )
    client_with(moto, "ssm").put_parameter(
        Name=names["second"], Value="Second-half-2", Type="SecureString", Tags=states["second"]
    )


def tag_of(user: str = USER) -> str | None:
    """What the user's tag says."""
    tags = client().list_user_tags(UserName=user)["Tags"]
    return next((tag["Value"] for tag in tags if tag["Key"] == TAG), None)
