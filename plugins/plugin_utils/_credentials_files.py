# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Files on the controller with first passwords, secrets of access keys, or halves of break-glass passwords."""

from __future__ import annotations

import typing as t

from ansible.parsing.vault import VaultSecretsContext
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import StoreOptions
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    RESET_PASSWORD,
    KeyEntry,
    Moment,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.store import pending_text, read_state
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import SET
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_store import (
    EARLIER,
    CredentialsStore,
    Entry,
    open_file,
    open_file_store,
)


class FilePassword:
    """One user's first password, in the file that iam_users also writes."""

    def __init__(self, store: CredentialsStore, account_id: str, user: str, length: int) -> None:
        self._store = store
        self._account_id = account_id
        self._user = user
        self._length = length
        self._made: dict[str, str] = {}

    def check(self) -> None:
        self._store.check()

    def password(self) -> str:
        self._made = self._store.prepare(self._account_id, [self._user], self._length)
        return self._made[self._user]

    def was_set(self) -> None:
        self._store.settle(self._account_id, self._made, {}, ())

    def was_not_set(self) -> None:
        self._store.settle(self._account_id, {}, self._made, ())


class AccessKeyFile(CredentialsStore):
    """A file of access keys: by account and user, the key with its secret, the previous key, and the state."""

    HOLDS = ("secret_access_key", "access keys")


class FileKey:
    """One user's access key in such a file."""

    def __init__(self, store: AccessKeyFile, account_id: str, user: str) -> None:
        self._store = store
        self._account_id = account_id
        self._user = user
        self._before: Entry | None = None

    def find(self) -> KeyEntry | None:
        entry = self._store.read().get(self._account_id, {}).get(self._user)
        if entry is None:
            return None
        return read_state(str(entry.get("state", "")), str(entry.get("access_key_id") or ""))

    def begin(self, now: Moment, before: frozenset[str]) -> None:
        def note(entry: Entry | None) -> Entry:
            self._before = entry
            return {"access_key_id": "", "secret_access_key": "", **(entry or {}), "state": pending_text(now, before)}

        self._change(note)

    def cancel(self) -> None:
        self._change(lambda _entry: self._before)

    def keep(self, key_id: str, secret: str) -> None:
        """Store the new key, and keep the previous one, which is in use until the new key replaces it."""

        def put(entry: Entry | None) -> Entry:
            had = {name: value for name, value in (entry or {}).items() if name not in (EARLIER, "state")}
            earlier = {EARLIER: had} if had.get("access_key_id") else {}
            state = (entry or {}).get("state", SET)
            return {"access_key_id": key_id, "secret_access_key": secret, "state": state, **earlier}

        self._change(put)

    def settle(self) -> None:
        self._change(lambda entry: entry and {**entry, "state": SET})

    def _change(self, change: t.Callable[[Entry | None], Entry | None]) -> None:
        with self._store.locked() as (entries, write):
            account = entries.setdefault(self._account_id, {})
            entry = change(account.get(self._user))
            if entry is None:
                account.pop(self._user, None)
            else:
                account[self._user] = entry
            write(entries)


class FileStores:
    """The chosen file."""

    def __init__(self, kind: str, path: str, vault_id: str | None, job: str) -> None:
        passwords = job == RESET_PASSWORD
        self._passwords = open_file_store(kind, path, vault_id) if passwords else None
        self._keys = None if passwords else open_file(AccessKeyFile, kind, path, vault_id)

    def check(self) -> None:
        """Raise StoreError if the file could not be read and written, without writing anything."""
        self._file.check()

    @property
    def _file(self) -> CredentialsStore:
        return t.cast("CredentialsStore", self._passwords or self._keys)

    def passwords(self, account_id: str, user: str, length: int) -> FilePassword:
        return FilePassword(self._file, account_id, user, length)

    def keys(self, account_id: str, user: str) -> FileKey:
        return FileKey(t.cast("AccessKeyFile", self._keys), account_id, user)

    def location(self, account_id: str) -> str:
        del account_id
        return self._file.path


class FirstHalves(CredentialsStore):
    """A file of first halves, by account and user. A file with anything else is refused."""

    HOLDS = ("first_half", "first halves of break-glass passwords")


class SecondHalves(CredentialsStore):
    """A file of second halves. It has another field name, so that the two files can't be confused."""

    HOLDS = ("second_half", "second halves of break-glass passwords")


class FileHalves:
    """The file for one half of break-glass passwords. Raises StoreError if it can't be used."""

    def __init__(self, options: StoreOptions) -> None:
        made = FirstHalves if options.half == "first" else SecondHalves
        self._store: CredentialsStore = open_file(made, options.kind, options.path, options.vault_id)
        self._store.check()

    def keeper(self, account_id: str, user: str, length: int) -> FilePassword:
        return FilePassword(self._store, account_id, user, length)

    def has(self, account_id: str, user: str) -> bool:
        entry = self._store.read().get(account_id, {}).get(user)
        return entry is not None and entry.get("state") == SET

    def location(self, account_id: str) -> str:
        del account_id
        return self._store.path


def same_vault_secret(first: str | None, second: str | None) -> bool:
    """Whether two vault IDs of the play have the same secret, so a person who knows one knows the other."""
    context = VaultSecretsContext.current(optional=True)
    secrets = {vault_id: secret.bytes for vault_id, secret in (context.secrets if context else [])}
    return first in secrets and second in secrets and secrets[first] == secrets[second]
