# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Provides the passwords of new login profiles: given with the user, or generated and stored."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import (
    SET,
    StoreError,
    generate_password,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, Outcome, UserPlan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import SERVICES, Entry, Store, entry_name

T = t.TypeVar("T")

# Seconds to wait before each try while AWS deletes an entry of the same name, or another run changes it.
WAITS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
ENDS_ACCESS = frozenset({"delete_login_profile", "delete_user"})
SETS_PASSWORD = frozenset({"create_login_profile", "update_login_profile"})


class OneUserError(StoreError):
    """The error is about one user only, who fails when its plan is carried out."""

    def __init__(self, message: str, conflict: bool = False) -> None:
        super().__init__(message)
        self.conflict = conflict


class PasswordSource(t.Protocol):
    """Gives passwords to the calls that set them. Several threads use it, but only one at a time for each user."""

    def has(self, user: str) -> bool:
        """Whether a password for the user was given, or can be generated."""

    def password(self, user: str) -> str:
        """Return the password. If it is generated, it is stored first; raises StoreError if that fails."""

    def settled(self, outcome: Outcome) -> Outcome:
        """Update the store after a user's calls. Return the outcome, with any error from the store added."""


class GivenPasswords:
    """Passwords given with the users. They are stored elsewhere, by whoever generated them."""

    def __init__(self, desired: Iterable[DesiredUser]) -> None:
        self._passwords = {user.name: user.password for user in desired if user.password is not None}

    def has(self, user: str) -> bool:
        return user in self._passwords

    def password(self, user: str) -> str:
        return self._passwords[user]

    def settled(self, outcome: Outcome) -> Outcome:
        return outcome


class StoredPasswords:
    """Passwords given with the users, and generated ones for the others, which are kept in a store in AWS.

    folder is the prefix of the entries' names. New passwords have length characters. what names the kind of password in
    entries and messages.

    Of stored passwords, a run sets only those that it has stored itself: a person who stored another one would know it.
    So an existing entry gets a new password. The previous one is put back if a conflict shows that the new one may not
    be the user's.

    A user without an entry costs no read: the store refuses to create an entry that exists, and only then it is read.
    """

    def __init__(
        self,
        desired: Sequence[DesiredUser],
        store: Store,
        folder: str,
        length: int,
        *,
        has_login_profile: Callable[[str], bool],
        sleep: Callable[[float], None] = time.sleep,
        what: str = "first password",
    ) -> None:
        self._given = GivenPasswords(desired)
        self._store = store
        self.folder = folder
        self._length = length
        self._has_login_profile = has_login_profile
        self._sleep = sleep
        self._what = what
        self._stored: dict[str, str] = {}
        # By user: the previous entry whose password was replaced, while it may have to be put back.
        self._replaced: dict[str, Entry] = {}

    def needed(self, plans: Iterable[UserPlan]) -> list[str]:
        """Return the names of the users whose password has to be generated."""
        return [plan.name for plan in plans if plan.makes_login_profile and not self._given.has(plan.name)]

    def check(self, plans: Sequence[UserPlan], write: bool) -> None:
        """Raise StoreError if the plans need the store and it can't be used, before anything else is changed.

        This stores the first password, because only that shows whether the caller may. Without write, it only looks
        for the first entry.
        """
        needed = self.needed(plans)
        gone = [plan.name for plan in plans if any(change.operation in ENDS_ACCESS for change in plan.changes)]
        for user in (needed or gone)[:1]:
            if not (write and needed):
                self._try("look for", user, self._store.find)
                continue
            try:
                self.password(user)
            except OneUserError:
                pass

    def has(self, user: str) -> bool:
        del user
        return True

    def password(self, user: str) -> str:
        if self._given.has(user):
            return self._given.password(user)
        if user not in self._stored:
            self._stored[user] = self._try("store", user, lambda name: self._keep(name, user))
        return self._stored[user]

    def settled(self, outcome: Outcome) -> Outcome:
        user = outcome.plan.name
        operations = {change.operation for change in outcome.done}
        try:
            if operations & SETS_PASSWORD and user in self._stored:
                self._replaced.pop(user, None)
                self._try("note as set", user, lambda name: self._store.mark(name, SET))
            elif outcome.conflict and user in self._replaced:
                self._put_back(user)
            elif operations & ENDS_ACCESS:
                # A renamed user's entry has the user's previous name.
                self._try("remove", (outcome.plan.before or outcome.plan).name, self._forget)
        except StoreError as exc:
            return replace(outcome, error="; ".join(filter(None, (outcome.error, str(exc)))))
        return outcome

    def describe(self, region: str, users: Sequence[str]) -> dict[str, t.Any]:
        """Return where the passwords of these users are, as results show it."""
        location = f"{SERVICES[self._store.kind][1]} under {self.folder} ({region})"
        return {
            "store": self._store.kind,
            "path": self.folder,
            "region": region,
            "location": location,
            "users": list(users),
        }

    def set_by(self, outcomes: Iterable[Outcome]) -> list[str]:
        """Return the names of the users whose generated password was set."""
        made = {o.plan.name for o in outcomes if any(c.operation == "create_login_profile" for c in o.done)}
        return sorted(made & self._stored.keys())

    def _name(self, user: str) -> str:
        return entry_name(self._store.kind, self.folder, user)

    def _keep(self, name: str, user: str) -> str:
        """Store a new password, also if an entry exists.

        If the user has a login profile by now, the entry may hold its password, set by an interrupted or a concurrent
        run, so it is left alone. The entry's version is read before the login profile, and only that version is
        replaced, so that no run replaces a password that another run has set.
        """
        password = generate_password(self._length)
        for wait in WAITS:
            self._sleep(wait)
            if self._store.create(name, password, f"{self._what.capitalize()} of the IAM user {user}"):
                return password
            found = self._store.find(name)
            if found is None:
                continue
            self._refuse_foreign(found, name, user)
            if found.leaving:
                # To examine it cancels its deletion.
                self._refuse_with_login_profile(user)
            entry = self._store.examine(name, found)
            if entry is None:
                continue
            self._refuse_foreign(entry, name, user)
            self._refuse_with_login_profile(user)
            if self._store.replace(name, entry, password):
                self._replaced[user] = entry
                return password
        raise StoreError(f"Could not store the {self._what} of {user}: another run is changing {name}; run again")

    def _put_back(self, user: str) -> None:
        """Put the previous password back after a conflict. A new plan shows whether the user still needs a password."""
        entry = self._replaced.pop(user)
        self._stored.pop(user, None)
        self._try("put back", user, lambda name: self._store.put_back(name, entry))

    def _forget(self, name: str) -> None:
        entry = self._store.find(name)
        if entry and entry.state is not None and not entry.leaving:
            self._store.delete(name)

    def _try(self, doing: str, user: str, work: Callable[[str], T]) -> T:
        """Run work on the user's entry. Raises StoreError with one sentence if AWS refuses."""
        name = self._name(user)
        try:
            return work(name)
        except AWS_ERRORS as exc:
            where = f"{name} in {SERVICES[self._store.kind][1]}"
            raise StoreError(sentence(exc, f"{doing} the {self._what} of {user} ({where})")) from exc

    def _refuse_with_login_profile(self, user: str) -> None:
        """Raise OneUserError if the user has a password by now, which the entry may hold."""
        if self._has_login_profile(user):
            raise OneUserError(f"{user} got console access in the meantime; run again", conflict=True)

    def _refuse_foreign(self, entry: Entry, name: str, user: str) -> None:
        """Raise OneUserError if this collection did not create the entry, or if others could read its password."""
        flaws = entry.flaws if entry.state is not None else ("was not made by this collection",)
        if flaws:
            raise OneUserError(
                f"Could not store the {self._what} of {user}: {name} already exists and {' and '.join(flaws)}; "
                "remove it, or choose another credentials_prefix"
            )
