# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What all credentials stores share: generated passwords, the two states of an entry, and the exception."""

from __future__ import annotations

import secrets
import string
import unicodedata

# A stored password is pending until the login profile has been created with it.
PENDING = "pending"
SET = "set"

# Symbols that count as "at least one non-alphanumeric character" (IAM User Guide, password policy), without those
# that are easily lost in a shell, in YAML or on a phone.
SYMBOLS = "!@#%^*_+-="
CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS)


class StoreError(Exception):
    """The credentials store can't be used. The message is one sentence that says what to do."""

    # Whether the account changed after the snapshot, so that a new plan may find nothing left to do.
    conflict = False


def generate_password(length: int) -> str:
    """Return a random password of length characters (at least 8) with all four classes of characters."""
    everything = "".join(CLASSES)
    while True:
        password = "".join(secrets.choice(everything) for _position in range(length))
        if all(any(character in kind for character in password) for kind in CLASSES):
            return password


def typing_problem(password: str) -> str | None:
    """Return why people can't type this password, or easily lose its white space. IAM accepts most such passwords."""
    if any(unicodedata.category(character) == "Cc" for character in password.strip()):
        return "has control characters, such as a tab or a line break, which nobody can type"
    if password == password.strip():
        return None
    if password.rstrip("\r\n") == password.strip():
        return "ends in a line break, which nobody can type; echo adds one, printf '%s' or echo -n does not"
    return "begins or ends with white space, which is easily lost; leave it out"
