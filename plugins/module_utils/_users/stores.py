# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""First passwords in AWS itself: a secret of Secrets Manager, or a parameter of Parameter Store, for each user.

The value is the password and nothing else. A tag tells that the entry is ours, and its state.
"""

from __future__ import annotations

import re
import string
import typing as t
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import PENDING

if t.TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

FILE_STORES = ("file", "vault_file")
# By the value of credentials_store: boto3's name of the service, and the name that people know it by.
SERVICES = {"secretsmanager": ("secretsmanager", "Secrets Manager"), "ssm_parameter": ("ssm", "Parameter Store")}
STATE_TAG = "cloudhsm.iam/first-password"
DEFAULT_PREFIX = "/cloudhsm-iam/first-passwords/"

# What names may hold in either store. Parameter Store allows 15 levels, of which two are account and user.
_PREFIX = re.compile(r"/(?:[A-Za-z0-9_.-]+/){1,13}")
_PREFIX_LENGTH = 256
_KMS_KEY = re.compile(r"[A-Za-z0-9:/_-]{1,2048}")
_ALPHANUMERIC = string.ascii_letters + string.digits
# By store: the characters of user names that entries may have too, and the one that announces the code of another.
_NAME_CHARACTERS = {
    "secretsmanager": (frozenset(_ALPHANUMERIC + "_+.@-"), "="),
    "ssm_parameter": (frozenset(_ALPHANUMERIC + ".-"), "_"),
}
# Makes the identifier of a secret's next version from that of its last: of two runs that replace the same version
# only the first can.
_VERSIONS = uuid.UUID("6f1f3c55-6f0c-4b0e-9d43-0f6a4d1c0f5e")
_GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException", "ParameterNotFound", "InvalidResourceId"})


@dataclass(frozen=True)
class Settings:
    """How entries are made."""

    prefix: str = DEFAULT_PREFIX
    kms_key_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    # What is stored goes by the tag: first passwords have one, access keys another.
    state_tag: str = STATE_TAG

    def folder(self, account_id: str) -> str:
        """What the names of an account's entries begin with."""
        return f"{self.prefix}{account_id}/"

    def tag_list(self, state: str) -> list[t.Any]:
        """The tags of an entry in this state, as AWS's calls have them."""
        return [{"Key": key, "Value": value} for key, value in {**self.tags, self.state_tag: state}.items()]

    def state(self, tags: t.Iterable[t.Mapping[str, t.Any]]) -> str | None:
        """The state of the entry with these tags; None where it is not ours."""
        return next((str(tag["Value"]) for tag in tags if tag["Key"] == self.state_tag), None)


@dataclass(frozen=True)
class Entry:
    """An entry without its password. An entry without a state was made by somebody else."""

    state: str | None
    version: str = ""
    # Marked for deletion, and still there until the recovery window ends.
    leaving: bool = False
    # Why no password may be put into it: by what it is, others could read it.
    flaws: tuple[str, ...] = ()
    # What the next version is to be called, where the store has names for versions.
    next_version: str = ""
    # What was written beside the value, in the same call.
    description: str = ""


class Store(t.Protocol):
    """One entry for each name. All methods raise what botocore raises."""

    # The value of credentials_store.
    kind: str

    def create(self, name: str, password: str, description: str) -> bool:
        """Make a pending entry; False when the name is taken."""

    def find(self, name: str) -> Entry | None:
        """The entry of this name, if there is one."""

    def examine(self, name: str, entry: Entry) -> Entry | None:
        """The entry that was found with its version, and with all that speaks against it; None when it has gone."""

    def replace(self, name: str, entry: Entry, password: str) -> bool:
        """Give the entry that was examined a new password and make it pending; False when it has changed since."""

    def put_back(self, name: str, entry: Entry) -> None:
        """Undo the replacement of this entry, because its new password was not set."""

    def mark(self, name: str, state: str) -> None:
        """Change the entry's state."""

    def delete(self, name: str) -> None:
        """Remove the entry for good."""


class DescribedStore(Store, t.Protocol):
    """One whose entries also tell of themselves what is in them."""

    def create(self, name: str, password: str, description: str, state: str = PENDING) -> bool:
        """Make an entry in this state; False when the name is taken."""

    def write(self, name: str, entry: Entry, value: str, description: str = "") -> bool:
        """Give the entry that was examined another value, and a description; False when it has changed since."""


class SecretsManager:
    """Secrets: each password a secret of its own."""

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
        # InvalidRequestException: a secret of this name is marked for deletion.
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
        # After a version was put back the one that is current has had a successor already: so the previous one counts.
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
        try:
            if entry.leaving and not entry.flaws:
                # One that is marked for deletion tells nothing about its policy, and takes no value.
                self._client.restore_secret(SecretId=name)
                entry = replace(entry, leaving=False)
            policy = None if entry.flaws else self._client.get_resource_policy(SecretId=name).get("ResourcePolicy")
        except self._client.exceptions.ClientError as exc:
            if error_code(exc) in _GONE:
                return None
            raise
        return replace(entry, flaws=("has a resource policy",)) if policy else entry

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
        """Writes the password first: where the run is stopped before the state, the next run replaces it again."""
        if not self.write(name, entry, password):
            return False
        if entry.state != PENDING:
            self.mark(name, PENDING)
        return True

    def put_back(self, name: str, entry: Entry) -> None:
        """Makes the version before the current one, unless another run has written since. No value is read."""
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
        # Without a recovery window: the password opens nothing any more, and the name is free if the user comes back.
        self._client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


class ParameterStore:
    """Parameters of the type SecureString and the tier Standard, which cost nothing."""

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
        # ValueError: no version at all.
        except (self._client.exceptions.ParameterNotFound, ValueError):
            return None
        flaws = []
        if latest["Type"] != "SecureString":
            flaws.append(f"is not encrypted (its type is {latest['Type']})")
        elif not same_key(self._settings.kms_key_id, latest.get("KeyId"), "alias/aws/ssm", _account(name)):
            flaws.append(f"is encrypted with another KMS key ({latest.get('KeyId')})")
        # Those of the tier Standard can't be shared.
        if latest.get("Tier", "Standard") != "Standard":
            flaws.append(f"may be shared with other accounts (its tier is {latest['Tier']})")
        described = latest.get("Description", "")
        return replace(entry, version=str(latest["Version"]), flaws=tuple(flaws), description=described)

    def write(self, name: str, entry: Entry, value: str, description: str = "") -> bool:
        """Parameter Store can't be told which version is to be replaced, only tells afterwards which one it was."""
        described: dict[str, t.Any] = {"Description": description} if description else {}
        put = self._client.put_parameter(Name=name, Value=value, Overwrite=True, **described, **self._fixed)
        if put["Version"] == int(entry.version) + 1:
            return True
        self._restore(name, put["Version"] - 1)
        return False

    def replace(self, name: str, entry: Entry, password: str) -> bool:
        """Writes the password first, as in Secrets Manager. The parameter's history keeps the one it had."""
        if not self.write(name, entry, password):
            return False
        if entry.state != PENDING:
            self.mark(name, PENDING)
        return True

    def put_back(self, name: str, entry: Entry) -> None:
        """Gives the parameter the value that it had before, unless another run has written since."""
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
            # Another run was faster.
            pass


def _account(name: str) -> str:
    """The account of an entry, which is in its name before the user."""
    return name.split("/")[-2]


def same_key(wanted: str | None, found: str | None, default: str, account_id: str) -> bool:
    """Whether a key that an entry has is the one that was asked for; each is an ID, an alias or the ARN of either."""
    return _whose_key(wanted or default, account_id) == _whose_key(found or default, account_id)


def _whose_key(key: str, account_id: str) -> tuple[str, str]:
    """The account of a key, and its ID or alias."""
    parts = key.split(":", 5)
    account, name = (parts[4], parts[5]) if len(parts) == 6 else (account_id, key)
    return account, name.removeprefix("key/")


def open_store(kind: str, client: t.Any, settings: Settings) -> DescribedStore:
    """The store that credentials_store names."""
    return SecretsManager(client, settings) if kind == "secretsmanager" else ParameterStore(client, settings)


def settings_from(options: Mapping[str, t.Any]) -> Settings:
    """How entries are made, from a module's parameters."""
    return Settings(
        prefix=options["credentials_prefix"],
        kms_key_id=options["credentials_kms_key_id"] or None,
        tags={str(key): str(value) for key, value in (options["credentials_tags"] or {}).items()},
    )


def entry_name(kind: str, folder: str, user: str) -> str:
    """The name of a user's entry. What the store does not allow in names becomes its code: @ becomes _40."""
    allowed, escape = _NAME_CHARACTERS[kind]
    return folder + "".join(c if c in allowed else f"{escape}{ord(c):02X}" for c in user)


def store_problems(options: Mapping[str, t.Any]) -> list[str]:
    """What is wrong with the options about the store, as Ansible or as a playbook gives them."""
    kind = str(options.get("credentials_store") or "none")
    problems = []
    if kind in FILE_STORES and not options.get("credentials_path"):
        problems.append("credentials_path: is needed with this credentials_store")
    if kind not in SERVICES:
        return problems + [
            f"{name}: is for credentials_store secretsmanager and ssm_parameter, not for {kind}"
            for name in ("credentials_kms_key_id", "credentials_tags")
            if options.get(name)
        ]
    prefix = options.get("credentials_prefix")
    if prefix is not None:
        problems += [f"credentials_prefix: {problem}" for problem in _prefix_problems(str(prefix))]
    key = options.get("credentials_kms_key_id")
    if key and not _KMS_KEY.fullmatch(str(key)):
        problems.append(
            f"credentials_kms_key_id: {key!r} is no key ID, ARN or alias of a KMS key, as in alias/passwords"
        )
    return problems + _tags_problems(options.get("credentials_tags") or {})


def _prefix_problems(prefix: str) -> t.Iterable[str]:
    if not _PREFIX.fullmatch(prefix):
        yield (
            f"{prefix!r} must begin and end with a slash, with A-Z a-z 0-9 and _.- between slashes and "
            f"at most 13 levels, as in {DEFAULT_PREFIX}"
        )
    if prefix.lower().startswith(("/aws", "/ssm")):
        yield f"{prefix!r} begins with aws or ssm, which AWS keeps to itself"
    if len(prefix) > _PREFIX_LENGTH:
        yield f"has {len(prefix)} characters, at most {_PREFIX_LENGTH} leave room for account and user"


def _tags_problems(tags: object) -> list[str]:
    # One of them is the state's.
    problems = tag_problems(tags, "credentials_tags", most=limits.TAGS - 1)
    if isinstance(tags, Mapping) and STATE_TAG in tags:
        problems.append(f"credentials_tags.{STATE_TAG}: is set for you; leave it out")
    return problems
