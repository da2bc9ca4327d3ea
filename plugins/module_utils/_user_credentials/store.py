# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""AWS stores for what is handed over: first passwords, as iam_users keeps them, and secrets of access keys.

An entry for an access key has a tag with its state, and its value is JSON with both parts of the key. Its description
names the key and is written in the same call as the value. So a run knows which key an entry is for without reading the
secret. The entry keeps its value until the new key's secret replaces it, because programs may read it.
"""

from __future__ import annotations

import datetime
import json
import time
import typing as t
from collections.abc import Callable
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import TIME, KeyEntry, Moment
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import PENDING, SET, StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Change, Outcome, UserPlan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import StoredPasswords
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import (
    SERVICES,
    DescribedStore,
    Entry,
    Settings,
    entry_name,
    open_store,
)

T = t.TypeVar("T")
KEY_TAG = "cloudhsm.iam/access-key"
KEYS_PREFIX = "/cloudhsm-iam/access-keys/"
_HOLDS = "Access key {} of the IAM user {}"
_NOTHING_YET = json.dumps({"access_key_id": "", "secret_access_key": ""})
WAITS = (0.0, 0.5, 1.0, 2.0)


def pending_text(now: Moment, before: frozenset[str]) -> str:
    """Return the state of an entry whose key is about to be created."""
    return " ".join([PENDING, now.strftime(TIME), *sorted(before)])


def read_state(state: str, key_id: str) -> KeyEntry:
    """Return what the state of an entry says. A state of another form was not written by this collection."""
    words = state.split()
    if len(words) < 2 or words[0] != PENDING:
        return KeyEntry(key_id)
    try:
        begun = datetime.datetime.strptime(words[1], TIME).replace(tzinfo=datetime.UTC)
    except ValueError:
        return KeyEntry(key_id)
    return KeyEntry(key_id, begun, frozenset(words[2:]))


class AwsPasswords:
    """One user's first password in an AWS store."""

    def __init__(self, store: StoredPasswords, user: str) -> None:
        self._store = store
        self._user = user

    def check(self) -> None:
        getting = UserPlan(self._user, None, None, (Change(self._user, "create_login_profile", {}),))
        self._store.check([getting], write=False)

    def password(self) -> str:
        return self._store.password(self._user)

    def was_set(self) -> None:
        self._settle(Change(self._user, "update_login_profile", {}))

    def was_not_set(self) -> None:
        self._settle()

    def _settle(self, *done: Change) -> None:
        outcome = self._store.settled(Outcome(UserPlan(self._user, None, None), done, conflict=not done))
        if outcome.error:
            raise StoreError(outcome.error)


class AwsKeys:
    """One user's access key in an AWS store."""

    def __init__(
        self, store: DescribedStore, folder: str, user: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._name = entry_name(store.kind, folder, user)
        self._user = user
        self._sleep = sleep
        self._before: str | None = None

    def find(self) -> KeyEntry | None:
        entry = self._try("look for", self._look)
        if entry is None:
            return None
        start, end = _HOLDS.format("\0", self._user).split("\0")
        described = entry.description
        ours = described.startswith(start) and described.endswith(end)
        return read_state(entry.state or "", described[len(start) : len(described) - len(end)] if ours else "")

    def begin(self, now: Moment, before: frozenset[str]) -> None:
        text = pending_text(now, before)

        def note() -> bool:
            for wait in WAITS:
                self._sleep(wait)
                entry = self._look()
                if entry is not None:
                    self._before = entry.state
                    self._store.mark(self._name, text)
                    return True
                if self._store.create(self._name, _NOTHING_YET, f"Access key of the IAM user {self._user}", text):
                    return True
                self._restore()
            return False

        if not self._try("prepare", note):
            raise StoreError(f"Could not prepare {self._name}: another run is changing it; run again")

    def cancel(self) -> None:
        def undo() -> None:
            if self._before is None:
                self._store.delete(self._name)
            else:
                self._store.mark(self._name, self._before)

        self._try("put back", undo)

    def keep(self, key_id: str, secret: str) -> None:
        value = json.dumps({"access_key_id": key_id, "secret_access_key": secret})

        def write() -> bool:
            entry = self._look()
            return entry is not None and self._store.write(self._name, entry, value, _HOLDS.format(key_id, self._user))

        if not self._try("store", write):
            raise StoreError(f"Could not store the access key in {self._name}: another run has changed it")

    def settle(self) -> None:
        self._try("note as stored", lambda: self._store.mark(self._name, SET))

    def _look(self) -> Entry | None:
        """Return the entry; None if missing or marked for deletion. Raises StoreError if others could read it."""
        entry = self._store.find(self._name)
        if entry is None or (entry.leaving and entry.state is not None):
            return None
        entry = self._store.examine(self._name, entry) if entry.state is not None else entry
        if entry is None:
            return None
        self._refuse(entry.flaws if entry.state is not None else ("was not made by this collection",))
        return entry

    def _refuse(self, flaws: tuple[str, ...]) -> None:
        """Raise StoreError if the entry has flaws."""
        if flaws:
            raise StoreError(
                f"{self._name} already exists in {SERVICES[self._store.kind][1]} and {' and '.join(flaws)}; remove it, "
                "or choose another credentials_prefix"
            )

    def _restore(self) -> None:
        """Cancel the deletion of an entry that is marked for deletion, so that its name can be used."""
        entry = self._store.find(self._name)
        if entry is not None and entry.leaving and entry.state is not None:
            examined = self._store.examine(self._name, entry)
            # An entry with flaws stays marked for deletion, so another look would not find it.
            self._refuse(examined.flaws if examined else ())

    def _try(self, doing: str, work: Callable[[], T]) -> T:
        try:
            return work()
        except AWS_ERRORS as exc:
            where = f"{self._name} in {SERVICES[self._store.kind][1]}"
            raise StoreError(sentence(exc, f"{doing} the access key of {self._user} ({where})")) from exc


class AwsStores:
    """The chosen AWS store."""

    def __init__(self, kind: str, client: t.Any, settings: Settings, region: str) -> None:
        self._kind = kind
        self._client = client
        self._settings = settings
        self._region = region

    def passwords(self, account_id: str, user: str, length: int) -> AwsPasswords:
        store = open_store(self._kind, self._client, self._settings)
        # A user with a login profile must not stop this, because its password is to be changed.
        folder = self._settings.folder(account_id)
        return AwsPasswords(StoredPasswords([], store, folder, length, has_login_profile=lambda _user: False), user)

    def keys(self, account_id: str, user: str) -> AwsKeys:
        settings = replace(self._settings, state_tag=KEY_TAG)
        return AwsKeys(open_store(self._kind, self._client, settings), settings.folder(account_id), user)

    def location(self, account_id: str) -> str:
        return f"{SERVICES[self._kind][1]} under {self._settings.folder(account_id)} ({self._region})"
