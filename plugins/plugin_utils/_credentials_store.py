# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""First passwords on the controller: a YAML file of passwords by account and user, plain or vault-encrypted."""

from __future__ import annotations

import errno
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import yaml
from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecretsContext, match_encrypt_secret
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import (
    PENDING,
    SET,
    StoreError,
    generate_password,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _private_files as private_files
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory

# A password, its state and, until it is known which password was set, the previous content of the entry.
Entry = dict[str, t.Any]
OneOfThese = t.TypeVar("OneOfThese", bound="CredentialsStore")
# By account and user.
Entries = dict[str, dict[str, Entry]]

VAULT_HEADER = b"$ANSIBLE_VAULT;"
EARLIER = "earlier"
# Previous contents to keep: more than the number of runs in a row that are likely to be interrupted.
KEPT = 10
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_VAULT_SECRET = (
    "credentials_store: vault_file needs a vault secret to encrypt with; "
    "give one with --vault-password-file, --vault-id or ANSIBLE_VAULT_PASSWORD_FILE"
)


def open_file_store(kind: str, path: str, vault_id: str | None = None) -> CredentialsStore:
    """Return the store file or vault_file. Raises StoreError if a vault secret is needed and missing."""
    return open_file(CredentialsStore, kind, path, vault_id)


def open_file(made: type[OneOfThese], kind: str, path: str, vault_id: str | None = None) -> OneOfThese:
    """Return the same for a file with another kind of entries."""
    try:
        path = from_working_directory(path)
    except AnsibleError as exc:
        raise StoreError(f"credentials_path: {exc.message}") from exc
    if kind == "file":
        return made(path, _as_it_is, _as_it_is, private_folder=True)
    context = VaultSecretsContext.current(optional=True)
    secrets = context.secrets if context else []
    if not secrets:
        raise StoreError(NO_VAULT_SECRET)
    vault = VaultLib(secrets)
    try:
        chosen, secret = match_encrypt_secret(secrets, encrypt_vault_id=vault_id)
    except AnsibleError as exc:
        raise StoreError(f"credentials_vault_id: the play has no vault secret named {vault_id!r}") from exc

    def decrypt(content: bytes) -> bytes:
        try:
            return t.cast(bytes, vault.decrypt(content))
        except AnsibleError as exc:
            raise StoreError(f"credentials_path: {path} can't be decrypted with the play's vault secrets") from exc

    def encrypt(content: bytes) -> bytes:
        return t.cast(bytes, vault.encrypt(content, secret, chosen))

    return made(path, encrypt, decrypt, private_folder=False)


def _as_it_is(content: bytes) -> bytes:
    return content


class CredentialsStore:
    """A file of first passwords. Each change replaces all of it, while it is locked.

    encrypt turns content into the bytes of the file, and decrypt turns them back.

    A password that was in the file before this run is never used: the person who put it there would know it. The entry
    keeps it until it is known that the new one was set, because an interrupted run may have set the old one.
    """

    # The field of each entry, and what messages call the entries.
    HOLDS: t.ClassVar[tuple[str, str]] = ("password", "first passwords")

    def __init__(
        self, path: str, encrypt: Callable[[bytes], bytes], decrypt: Callable[[bytes], bytes], private_folder: bool
    ) -> None:
        self._given = path
        with self._told("used"):
            self._place = private_files.place_of(path, secret=private_folder)
        self.path = self._place.path
        self._encrypt = encrypt
        self._decrypt = decrypt

    def check(self) -> None:
        """Raise StoreError if the store could not be read and written, without writing anything."""
        with self._told("used"):
            private_files.check(self._place)
        # Without a vault secret, this fails now, and not after the first user.
        self._encrypt(b"")
        self.read()

    def prepare(self, account_id: str, users: Iterable[str], length: int) -> dict[str, str]:
        """Return new passwords for these users, who have no login profile. They are on disk when this returns."""
        passwords = {user: generate_password(length) for user in users}
        field = self.HOLDS[0]
        with self.locked() as (entries, write):
            account = entries.setdefault(account_id, {})
            for user, password in passwords.items():
                before = account.get(user)
                account[user] = {field: password, "state": PENDING}
                if before:
                    account[user][EARLIER] = [_bare(before), *_earlier(before, field)][:KEPT]
            write(entries)
        return passwords

    def settle(self, account_id: str, made: Mapping[str, str], unused: Mapping[str, str], gone: Iterable[str]) -> None:
        """Update the entries: passwords that were set, passwords that were not, and users without console access."""
        field = self.HOLDS[0]
        with self.locked() as (entries, write):
            account = entries.setdefault(account_id, {})
            before = {user: dict(entry) for user, entry in account.items()}
            # Even if another run has written since: this run knows which password was set.
            account.update({user: {field: password, "state": SET} for user, password in made.items()})
            for user, password in unused.items():
                _put_back(account, user, password, field)
            for user in gone:
                account.pop(user, None)
            if account != before:
                write(entries)

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Turn errors into a StoreError that names the path."""
        try:
            yield
        except private_files.UnsafeFileError as exc:
            raise StoreError(f"credentials_path: {exc}") from exc
        except OSError as exc:
            reason = exc.strerror or str(exc) or type(exc).__name__
            advice = "make room and run again" if exc.errno in FULL else "name another file"
            raise StoreError(f"credentials_path: {self._given} can't be {doing}: {reason}; {advice}") from exc

    @contextmanager
    def locked(self) -> Iterator[tuple[Entries, Callable[[Entries], None]]]:
        """Yield the entries, while no other run can change them, and a function that replaces them."""
        with self._told("written"), private_files.opened(self._place) as folder:
            yield self.read(), lambda entries: folder.write(self._encrypt(_as_yaml(entries)))

    def read(self) -> Entries:
        """Return the entries. Raises StoreError."""
        with self._told("read"):
            content = private_files.read(self._place)
        if content is None or not content.strip():
            return {}
        encrypted = content.startswith(VAULT_HEADER)
        if encrypted and self._place.secret:
            raise StoreError(
                f"credentials_path: {self.path} is encrypted, as credentials_store: vault_file makes it; set that, or "
                f"decrypt it: ansible-vault decrypt {self.path}"
            )
        if encrypted or self._place.secret:
            return self._entries(self._decrypt(content))
        # Check that the file is ours first: the message must not advise to encrypt a file of others.
        self._entries(content)
        raise StoreError(
            f"credentials_path: {self.path} is not encrypted, as credentials_store: file makes it; set that, or "
            f"encrypt it: ansible-vault encrypt {self.path}"
        )

    def _entries(self, content: bytes) -> Entries:
        try:
            entries = yaml.safe_load(content) or {}
        except (yaml.YAMLError, ValueError, RecursionError) as exc:
            # The parser's own message quotes the file, and so may show passwords.
            raise StoreError(f"credentials_path: {self.path} is not the YAML that this collection writes") from exc
        field, what = self.HOLDS
        if not _is_store(entries, field):
            raise StoreError(f"credentials_path: {self.path} holds something other than {what}")
        return t.cast(Entries, entries)


def _as_yaml(entries: Entries) -> bytes:
    return yaml.safe_dump(entries, default_flow_style=False).encode()


def _bare(entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if key != EARLIER}


def _earlier(entry: Entry, field: str) -> list[Entry]:
    found = entry.get(EARLIER)
    return [item for item in found if _is_entry(item, field)] if isinstance(found, list) else []


def _put_back(account: dict[str, Entry], user: str, password: str, field: str) -> None:
    """Restore an entry if its new password was not set, unless another run has written it since."""
    entry = account.get(user)
    if entry is None or entry.get("state") != PENDING or entry[field] != password:
        return
    earlier = _earlier(entry, field)
    if not earlier:
        del account[user]
        return
    account[user] = {**earlier[0], **({EARLIER: earlier[1:]} if earlier[1:] else {})}


def _is_entry(entry: object, field: str) -> bool:
    return isinstance(entry, dict) and field in entry


def _is_store(entries: object, field: str) -> bool:
    return isinstance(entries, dict) and all(
        isinstance(users, dict) and all(_is_entry(entry, field) for entry in users.values())
        for users in entries.values()
    )
