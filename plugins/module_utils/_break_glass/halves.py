# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""AWS stores for the halves of break-glass passwords: the stores of first passwords, with a different tag."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import StoreOptions
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import PasswordKeeper
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.store import AwsPasswords
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import SET, StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import StoredPasswords
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import SERVICES, entry_name, open_store


class AwsHalf:
    """Secrets Manager or Parameter Store."""

    def __init__(self, options: StoreOptions, client: t.Any, region: str) -> None:
        self._options = options
        self._region = region
        self._store = open_store(options.kind, client, options.settings)

    def keeper(self, account_id: str, user: str, length: int) -> PasswordKeeper:
        # A user with a login profile must not stop this, because its password is to be changed.
        stored = StoredPasswords(
            [],
            self._store,
            self._options.settings.folder(account_id),
            length,
            has_login_profile=lambda _user: False,
            what=self._options.what,
        )
        return AwsPasswords(stored, user)

    def has(self, account_id: str, user: str) -> bool:
        """Read the entry's tag, and never its value."""
        name = entry_name(self._options.kind, self._options.settings.folder(account_id), user)
        try:
            entry = self._store.find(name)
        except AWS_ERRORS as exc:
            where = f"{name} in {SERVICES[self._options.kind][1]}"
            raise StoreError(sentence(exc, f"look for the {self._options.what} of {user} ({where})")) from exc
        return entry is not None and entry.state == SET and not entry.leaving

    def location(self, account_id: str) -> str:
        return f"{SERVICES[self._options.kind][1]} under {self._options.settings.folder(account_id)} ({self._region})"
