# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Stores first passwords in AWS: for each user a secret in Secrets Manager, or a parameter in Parameter Store.

The value is only the password. A tag marks the entry as created by this collection, and holds its state.
"""

from __future__ import annotations

import string
import typing as t
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import PENDING

if t.TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

FILE_STORES = ("file", "vault_file")
# By the value of credentials_store: the service's name in boto3 and in messages.
SERVICES = {"secretsmanager": ("secretsmanager", "Secrets Manager"), "ssm_parameter": ("ssm", "Parameter Store")}
STATE_TAG = "cloudhsm.iam/first-password"
DEFAULT_PREFIX = "/cloudhsm-iam/first-passwords/"

_ALPHANUMERIC = string.ascii_letters + string.digits
# By store: the characters of user names that entry names keep, and the one that begins the code of any other.
_NAME_CHARACTERS = {
    "secretsmanager": (frozenset(_ALPHANUMERIC + "_+.@-"), "="),
    "ssm_parameter": (frozenset(_ALPHANUMERIC + ".-"), "_"),
}
# Makes the ID of a secret's next version from that of its current one: if two runs replace the same version, only the
# first succeeds.
_VERSIONS = uuid.UUID("6f1f3c55-6f0c-4b0e-9d43-0f6a4d1c0f5e")
_GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException", "ParameterNotFound", "InvalidResourceId"})


@dataclass(frozen=True)
class Settings:
    """How entries are created."""

    prefix: str = DEFAULT_PREFIX
    kms_key_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    # The key of the tag with the state. It shows what is stored: first passwords have one key, access keys another.
    state_tag: str = STATE_TAG

    def folder(self, account_id: str) -> str:
        """Return the prefix of the names of an account's entries."""
        return f"{self.prefix}{account_id}/"

    def tag_list(self, state: str) -> list[t.Any]:
        """Return the tags of an entry in this state, in the form that AWS's calls take."""
        return [{"Key": key, "Value": value} for key, value in {**self.tags, self.state_tag: state}.items()]

    def state(self, tags: t.Iterable[t.Mapping[str, t.Any]]) -> str | None:
        """Return the state of an entry with these tags; None if this collection did not create it."""
        return next((str(tag["Value"]) for tag in tags if tag["Key"] == self.state_tag), None)


@dataclass(frozen=True)
class Entry:
    """An entry without its password. If it has no state, this collection did not create it."""

    state: str | None
    version: str = ""
    # Whether it is scheduled for deletion. It then exists until the recovery window ends.
    leaving: bool = False
    # Why no password may be stored in it: its settings could let others read it.
    flaws: tuple[str, ...] = ()
    # The ID for the next version, if the store lets callers choose it.
    next_version: str = ""
    # The description, which is written in the same call as the value.
    description: str = ""


class Store(t.Protocol):
    """Keeps one entry for each name. All methods raise botocore's errors."""

    # The value of credentials_store.
    kind: str

    def create(self, name: str, password: str, description: str) -> bool:
        """Create a pending entry. Return False if the name is taken."""

    def find(self, name: str) -> Entry | None:
        """Return the entry of this name; None if it does not exist."""

    def examine(self, name: str, entry: Entry) -> Entry | None:
        """Return the found entry with version and flaws; None if it is gone. May cancel a scheduled deletion."""

    def replace(self, name: str, entry: Entry, password: str) -> bool:
        """Store a new password in the examined entry, as pending. Return False if the entry has changed since."""

    def put_back(self, name: str, entry: Entry) -> None:
        """Undo the replacement of this entry, because its new password was not set."""

    def mark(self, name: str, state: str) -> None:
        """Change the entry's state."""

    def delete(self, name: str) -> None:
        """Delete the entry permanently."""


class DescribedStore(Store, t.Protocol):
    """A store whose entries also have a description of their content."""

    def create(self, name: str, password: str, description: str, state: str = PENDING) -> bool:
        """Create an entry in this state. Return False if the name is taken."""

    def write(self, name: str, entry: Entry, value: str, description: str = "") -> bool:
        """Store a value and a description in the examined entry. Return False if the entry has changed since."""


class SecretsManager:
    """Stores each password as its own secret."""

    kind = "secretsmanager"

    def __init__(self, client: SecretsManagerClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._key: dict[str, t.Any] = {"KmsKeyId": settings.kms_key_id} if settings.kms_key_id else {}

    def create(self, name: str, password: str, description: str, state: str = PENDING) -> bool:
        tags = self._settings.tag_list(state)
        try:
            self._client.create_secret(
                Name=name, SecretString=password, Description=description, Tags=tags, **self._key
            )
        # InvalidRequestException: a secret of this name is scheduled for deletion.
        except (
            self._client.exceptions.ResourceExistsException,
            self._client.exceptions.InvalidRequestException,
        ):
            return False
        return True

    def find(self, name: str) -> Entry | None:
        try:
            secret = self._client.describe_secret(SecretId=name)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        staged = {stage: version for version, names in secret.get("VersionIdsToStages", {}).items() for stage in names}
        current = staged.get("AWSCURRENT", "")
        # If a version was put back, the ID of its first successor is taken. So the ID of AWSPREVIOUS counts too.
        next_version = str(uuid.uuid5(_VERSIONS, current + staged.get("AWSPREVIOUS", "")))
        flaws = []
        if not same_key(self._settings.kms_key_id, secret.get("KmsKeyId"), "alias/aws/secretsmanager", _account(name)):
            flaws.append(f"is encrypted with another KMS key ({secret.get('KmsKeyId', 'that of the service')})")
        if secret.get("OwningService"):
            flaws.append(f"belongs to the service {secret['OwningService']}")
        if secret.get("PrimaryRegion") or secret.get("ReplicationStatus"):
            flaws.append("is replicated to other regions")
        if secret.get("RotationEnabled"):
            flaws.append("is rotated by a function that can read it")
        state = self._settings.state(secret.get("Tags", []))
        described = secret.get("Description", "")
        return Entry(state, current, "DeletedDate" in secret, tuple(flaws), next_version, described)

    def examine(self, name: str, entry: Entry) -> Entry | None:
        if entry.flaws:
            return entry
        try:
            return self._restored(name, entry) if entry.leaving else replace(entry, flaws=self._policy_flaws(name))
        except self._client.exceptions.ClientError as exc:
            if error_code(exc) in _GONE:
                return None
            raise

    def _restored(self, name: str, entry: Entry) -> Entry:
        """Cancel the deletion of a secret, unless it has flaws: then it is scheduled for deletion again.

        AWS refuses to show the policy of a secret that is scheduled for deletion, or to store a value in it.
        """
        self._client.restore_secret(SecretId=name)
        found = entry
        try:
            flaws = self._policy_flaws(name)
            found = replace(entry, flaws=flaws, leaving=bool(flaws))
        finally:
            if found.leaving:
                # How long its recovery window was is unknown. The default is the longest, 30 days.
                self._client.delete_secret(SecretId=name)
        return found

    def _policy_flaws(self, name: str) -> tuple[str, ...]:
        policy = self._client.get_resource_policy(SecretId=name).get("ResourcePolicy")
        return ("has a resource policy",) if policy else ()

    def write(self, name: str, entry: Entry, value: str, description: str = "") -> bool:
        described: dict[str, t.Any] = {"Description": description} if description else {}
        try:
            self._client.update_secret(
                SecretId=name, SecretString=value, ClientRequestToken=entry.next_version, **described, **self._key
            )
        except self._client.exceptions.ClientError as exc:
            if error_code(exc) == "ResourceExistsException" or error_code(exc) in _GONE:
                return False
            raise
        return True

    def replace(self, name: str, entry: Entry, password: str) -> bool:
        """Write the password before the state: if the run is interrupted in between, the next run replaces it again."""
        if not self.write(name, entry, password):
            return False
        if entry.state != PENDING:
            self.mark(name, PENDING)
        return True

    def put_back(self, name: str, entry: Entry) -> None:
        """Make the previous version current, unless another run has written since. This reads no value."""
        if not entry.version:
            return
        try:
            self._client.update_secret_version_stage(
                SecretId=name,
                VersionStage="AWSCURRENT",
                RemoveFromVersionId=entry.next_version,
                MoveToVersionId=entry.version,
            )
        except self._client.exceptions.ClientError as exc:
            if error_code(exc) == "InvalidParameterException" or error_code(exc) in _GONE:
                return
            raise
        if entry.state and entry.state != PENDING:
            self.mark(name, entry.state)

    def mark(self, name: str, state: str) -> None:
        self._client.tag_resource(SecretId=name, Tags=self._settings.tag_list(state))

    def delete(self, name: str) -> None:
        # No recovery window is needed: the password is useless now, and the name is free for a new entry.
        self._client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


class ParameterStore:
    """Stores each password as a parameter of type SecureString in the Standard tier, which is free."""

    kind = "ssm_parameter"

    def __init__(self, client: SSMClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._fixed: dict[str, t.Any] = {"Type": "SecureString", "Tier": "Standard"}
        if settings.kms_key_id:
            self._fixed["KeyId"] = settings.kms_key_id

    def create(self, name: str, password: str, description: str, state: str = PENDING) -> bool:
        tags = self._settings.tag_list(state)
        try:
            self._client.put_parameter(Name=name, Value=password, Description=description, Tags=tags, **self._fixed)
        except self._client.exceptions.ParameterAlreadyExists:
            return False
        return True

    def find(self, name: str) -> Entry | None:
        try:
            tags = self._client.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
        except self._client.exceptions.InvalidResourceId:
            return None
        return Entry(self._settings.state(tags))

    def examine(self, name: str, entry: Entry) -> Entry | None:
        pages = self._client.get_paginator("get_parameter_history").paginate(Name=name)
        try:
            latest = max((one for page in pages for one in page["Parameters"]), key=lambda one: one["Version"])
        # ValueError: the history is empty.
        except (self._client.exceptions.ParameterNotFound, ValueError):
            return None
        flaws = []
        if latest["Type"] != "SecureString":
            flaws.append(f"is not encrypted (its type is {latest['Type']})")
        elif not same_key(self._settings.kms_key_id, latest.get("KeyId"), "alias/aws/ssm", _account(name)):
            flaws.append(f"is encrypted with another KMS key ({latest.get('KeyId')})")
        # Parameters in the Standard tier can't be shared.
        if latest.get("Tier", "Standard") != "Standard":
            flaws.append(f"may be shared with other accounts (its tier is {latest['Tier']})")
        described = latest.get("Description", "")
        return replace(entry, version=str(latest["Version"]), flaws=tuple(flaws), description=described)

    def write(self, name: str, entry: Entry, value: str, description: str = "") -> bool:
        """Write a value. Only the answer shows which version it replaced: if the wrong one, that one is restored."""
        described: dict[str, t.Any] = {"Description": description} if description else {}
        put = self._client.put_parameter(Name=name, Value=value, Overwrite=True, **described, **self._fixed)
        if put["Version"] == int(entry.version) + 1:
            return True
        self._restore(name, put["Version"] - 1)
        return False

    def replace(self, name: str, entry: Entry, password: str) -> bool:
        """Write the password before the state, as in Secrets Manager. The history keeps the previous password."""
        if not self.write(name, entry, password):
            return False
        if entry.state != PENDING:
            self.mark(name, PENDING)
        return True

    def put_back(self, name: str, entry: Entry) -> None:
        """Give the parameter its previous value, unless another run has written since."""
        if self._client.get_parameter(Name=name)["Parameter"]["Version"] != int(entry.version) + 1:
            return
        self._restore(name, int(entry.version))
        if entry.state and entry.state != PENDING:
            self.mark(name, entry.state)

    def _restore(self, name: str, version: int) -> None:
        former = self._client.get_parameter(Name=f"{name}:{version}", WithDecryption=True)["Parameter"]["Value"]
        self._client.put_parameter(Name=name, Value=former, Overwrite=True, **self._fixed)

    def mark(self, name: str, state: str) -> None:
        tags = self._settings.tag_list(state)
        self._client.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=tags)

    def delete(self, name: str) -> None:
        try:
            self._client.delete_parameter(Name=name)
        except self._client.exceptions.ParameterNotFound:
            # Another run has deleted it.
            pass


def _account(name: str) -> str:
    """Return the account ID of an entry, which precedes the user in its name."""
    return name.split("/")[-2]


def same_key(wanted: str | None, found: str | None, default: str, account_id: str) -> bool:
    """Whether an entry's key is the desired one. Each is an ID, an alias or the ARN of either."""
    return _whose_key(wanted or default, account_id) == _whose_key(found or default, account_id)


def _whose_key(key: str, account_id: str) -> tuple[str, str]:
    """Return the account ID of a key, and the key's ID or alias."""
    parts = key.split(":", 5)
    account, name = (parts[4], parts[5]) if len(parts) == 6 else (account_id, key)
    return account, name.removeprefix("key/")


def open_store(kind: str, client: t.Any, settings: Settings) -> DescribedStore:
    """Return the store that credentials_store names."""
    return SecretsManager(client, settings) if kind == "secretsmanager" else ParameterStore(client, settings)


def settings_from(options: Mapping[str, t.Any]) -> Settings:
    """Return how entries are created, from a module's parameters."""
    return Settings(
        prefix=options["credentials_prefix"],
        kms_key_id=options["credentials_kms_key_id"] or None,
        tags={str(key): str(value) for key, value in (options["credentials_tags"] or {}).items()},
    )


def entry_name(kind: str, folder: str, user: str) -> str:
    """Return the name of a user's entry. Characters that the store does not allow become codes, such as _40 for @."""
    allowed, escape = _NAME_CHARACTERS[kind]
    return folder + "".join(c if c in allowed else f"{escape}{ord(c):02X}" for c in user)
