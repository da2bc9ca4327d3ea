# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""First passwords on the controller: one YAML file of account, user, password; plain or vault-encrypted."""

from __future__ import annotations

import fcntl
import os
import tempfile
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._passwords import (
    PENDING,
    SET,
    StoreError,
    generate_password,
)

Entry = dict[str, str]
# By account and user.
Entries = dict[str, dict[str, Entry]]


class CredentialsStore:
    """A file of first passwords, replaced as a whole at each change and locked while it is worked on.

    encrypt and decrypt turn the file's bytes into what is written and back.
    """

    def __init__(
        self, path: str, encrypt: Callable[[bytes], bytes], decrypt: Callable[[bytes], bytes], private_folder: bool
    ) -> None:
        self.path = os.path.realpath(os.path.expanduser(path))
        self._encrypt = encrypt
        self._decrypt = decrypt
        self._private_folder = private_folder
        self._before: Entries = {}

    def check(self) -> None:
        """Raise StoreError if the store could not be read and written, without writing anything.

        Comes before the account is looked at, so that entries can be told from those that another run set later.
        """
        if os.path.isdir(self.path):
            raise StoreError(f"credentials_path: {self.path} is a folder; name a file in it")
        folder = os.path.dirname(self.path)
        if os.path.isdir(folder):
            if self._private_folder and os.stat(folder).st_mode & 0o077:
                raise StoreError(
                    f"credentials_path: the folder {folder} is open to other users; "
                    f"use a folder of its own, or close it with chmod 700 {folder}"
                )
            if not os.access(folder, os.W_OK | os.X_OK):
                raise StoreError(f"credentials_path: the folder {folder} can't be written to")
        # Encrypting shows now, and not after the first user, that there is no vault secret.
        self._encrypt(b"")
        self._before = self._read()

    def prepare(self, account_id: str, users: Iterable[str], length: int, minimum: int = 0) -> dict[str, str]:
        """Passwords for these users, who have no login profile, on disk when this returns.

        A pending entry is what an interrupted run left: its password may already be set, so it is used
        again, unless the account takes none with less than minimum characters. An entry that was set before the
        account was looked at belongs to a login profile that has gone, and is replaced. One that another run has set
        since is that run's first password, and stays.
        """
        before = self._before.get(account_id, {})
        with self._locked() as entries:
            account = entries.setdefault(account_id, {})
            for user in users:
                entry = account.get(user)
                if entry is None or _is_spent(entry, before.get(user), minimum):
                    account[user] = {"password": generate_password(length), "state": PENDING}
            self._write(entries)
            return {user: str(account[user]["password"]) for user in users}

    def confirm(self, account_id: str, users: Iterable[str]) -> None:
        """Mark the entries of these users as set."""
        with self._locked() as entries:
            account = entries.get(account_id, {})
            for user in users:
                if user in account:
                    account[user]["state"] = SET
            self._write(entries)

    def forget(self, account_id: str, users: Iterable[str]) -> None:
        """Drop the entries of users that have no login profile any more."""
        with self._locked() as entries:
            account = entries.get(account_id, {})
            gone = [user for user in users if account.pop(user, None)]
            if gone:
                self._write(entries)

    @contextmanager
    def _locked(self) -> Iterator[Entries]:
        folder = os.path.dirname(self.path)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield self._read()
        finally:
            os.close(descriptor)

    def _read(self) -> Entries:
        try:
            with open(self.path, "rb") as stream:
                content = stream.read()
        except FileNotFoundError:
            return {}
        except OSError as exc:
            raise StoreError(f"credentials_path: {self.path} can't be read: {exc.strerror}") from exc
        try:
            entries = yaml.safe_load(self._decrypt(content)) or {}
        except yaml.YAMLError as exc:
            # The parser's own message quotes the file, and with it passwords.
            raise StoreError(f"credentials_path: {self.path} is not the YAML that this collection writes") from exc
        if not _is_store(entries):
            raise StoreError(f"credentials_path: {self.path} holds something else than first passwords")
        return t.cast(Entries, entries)

    def _write(self, entries: Mapping[str, t.Any]) -> None:
        """Replace the file in one step: it is the old one or the new one, and never open to others."""
        folder = os.path.dirname(self.path)
        content = self._encrypt(yaml.safe_dump(entries, default_flow_style=False).encode())
        # mkstemp makes the file with mode 0600.
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".credentials-")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            os.unlink(temporary)
            raise
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _is_spent(entry: Entry, before: Entry | None, minimum: int) -> bool:
    """Whether the entry of a user without a login profile is of no use any more; before is what it was at the start."""
    if entry.get("state") == PENDING:
        return len(str(entry["password"])) < minimum
    return entry == before


def _is_store(entries: object) -> bool:
    return isinstance(entries, dict) and all(
        isinstance(users, dict) and all(isinstance(entry, dict) and "password" in entry for entry in users.values())
        for users in entries.values()
    )
