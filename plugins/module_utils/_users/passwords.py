# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Where the password of a new login profile comes from: given with the user, or generated and stored on the spot."""

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

# Seconds between tries while an entry of the same name is being deleted, or changed by another run.
WAITS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
ENDS_ACCESS = frozenset({"delete_login_profile", "delete_user"})
SETS_PASSWORD = frozenset({"create_login_profile", "update_login_profile"})


class OneUserError(StoreError):
    """What is wrong is about one user alone, who fails for it when it is her turn."""

    def __init__(self, message: str, conflict: bool = False) -> None:
        super().__init__(message)
        self.conflict = conflict


class PasswordSource(t.Protocol):
    """Gives passwords to the calls that set them. Used by several threads, but by one at a time for each user."""

    def has(self, user: str) -> bool:
        """Whether there is a password for the user, or one can be made."""

    def password(self, user: str) -> str:
        """The password, which is stored by now if it was generated. Raises StoreError when that failed."""

    def settled(self, outcome: Outcome) -> Outcome:
        """Bring what is stored up to date with what was done for a user. The outcome, with what went wrong here."""


class GivenPasswords:
    """Passwords that came with the users; whoever generated them keeps them too."""

    def __init__(self, desired: Iterable[DesiredUser]) -> None:
        self._passwords = {user.name: user.password for user in desired if user.password is not None}

    def has(self, user: str) -> bool:
        return user in self._passwords

    def password(self, user: str) -> str:
        return self._passwords[user]

    def settled(self, outcome: Outcome) -> Outcome:
        return outcome


class StoredPasswords:
    """Passwords that came with the users, and generated ones for the others, in a store of AWS's.

    folder is what the names of its entries begin with. New passwords have length characters. what they are is said in
    the entries and in messages.

    A password that this run has not written is never set: whoever put it into the store would know it. An entry that
    is there gets another one, and what it had before is put back where the new one turns out not to be the user's.

    A user that the store does not know costs no read: making an entry is refused where there is one, and only then it
    is looked at.
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
        # What the entries of users were that had one, as long as it may have to be put back.
        self._replaced: dict[str, Entry] = {}

    def needed(self, plans: Iterable[UserPlan]) -> list[str]:
        """Users whose password has to be generated."""
        return [plan.name for plan in plans if plan.makes_login_profile and not self._given.has(plan.name)]

    def check(self, plans: Sequence[UserPlan], write: bool) -> None:
        """Raise StoreError if the plans need the store and it can't be used, before anything else is changed.

        The first password is stored on the way, because nothing else tells whether the caller may; without
        write the first entry is only looked for.
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
                # The entry of a user who is renamed bears the name that it had.
                self._try("remove", (outcome.plan.before or outcome.plan).name, self._forget)
        except StoreError as exc:
            return replace(outcome, error="; ".join(filter(None, (outcome.error, str(exc)))))
        return outcome

    def describe(self, region: str, users: Sequence[str]) -> dict[str, t.Any]:
        """Where the passwords of these users are, as results show it."""
        location = f"{SERVICES[self._store.kind][1]} under {self.folder} ({region})"
        return {
            "store": self._store.kind,
            "path": self.folder,
            "region": region,
            "location": location,
            "users": list(users),
        }

    def set_by(self, outcomes: Iterable[Outcome]) -> list[str]:
        """Users whose generated password was set."""
        made = {o.plan.name for o in outcomes if any(c.operation == "create_login_profile" for c in o.done)}
        return sorted(made & self._stored.keys())

    def _name(self, user: str) -> str:
        return entry_name(self._store.kind, self.folder, user)

    def _keep(self, name: str, user: str) -> str:
        """Store a new password, also where there is an entry.

        Of a user who has a login profile by now the entry may be the password, set by a run that was stopped or by one
        that goes on beside this one: it is left alone. The version is read before the login profile is looked for, and
        only that version is replaced, so that no run replaces what another has set.
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
            entry = self._store.examine(name, found)
            if entry is None:
                continue
            self._refuse_foreign(entry, name, user)
            if self._has_login_profile(user):
                raise OneUserError(f"{user} got console access in the meantime; run again", conflict=True)
            if self._store.replace(name, entry, password):
                self._replaced[user] = entry
                return password
        raise StoreError(f"Could not store the {self._what} of {user}: another run is changing {name}; run again")

    def _put_back(self, user: str) -> None:
        """Another run has made the login profile. The next look at the account tells whether there is more to do."""
        entry = self._replaced.pop(user)
        self._stored.pop(user, None)
        self._try("put back", user, lambda name: self._store.put_back(name, entry))

    def _forget(self, name: str) -> None:
        entry = self._store.find(name)
        if entry and entry.state is not None and not entry.leaving:
            self._store.delete(name)

    def _try(self, doing: str, user: str, work: Callable[[str], T]) -> T:
        """Do something with the user's entry. Raises StoreError with one sentence where AWS refuses."""
        name = self._name(user)
        try:
            return work(name)
        except AWS_ERRORS as exc:
            where = f"{name} in {SERVICES[self._store.kind][1]}"
            raise StoreError(sentence(exc, f"{doing} the {self._what} of {user} ({where})")) from exc

    def _refuse_foreign(self, entry: Entry, name: str, user: str) -> None:
        """Raise where somebody else made the entry, or made it so that others can read what is put into it."""
        flaws = entry.flaws if entry.state is not None else ("was not made by this collection",)
        if flaws:
            raise OneUserError(
                f"Could not store the {self._what} of {user}: {name} already exists and {' and '.join(flaws)}; "
                "remove it, or choose another credentials_prefix"
            )
