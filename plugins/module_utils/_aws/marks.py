# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The tags that mark what this collection owns and store what later runs need."""

from __future__ import annotations

# Prefix of the collection's own tag keys. Users can't set or purge such tags.
RESERVED = "cloudhsm.iam/"
# Default ownership tag on what this collection creates, and its value.
MANAGED = f"{RESERVED}managed"
OWNED = "true"
# On the users and policies that bootstrap creates: its teardown deletes these and no others.
BOOTSTRAP = f"{RESERVED}bootstrap"
# The collection's tag keys that mark ownership. All others that begin with RESERVED have a meaning of their own.
OWNERSHIP = frozenset({MANAGED, BOOTSTRAP})
# On the policy that bootstrap creates: the groups that it created, as IAM has no tags on groups.
BOOTSTRAP_GROUPS = f"{RESERVED}bootstrap-groups"
# Prefix of tags on a user who is being deleted: which virtual MFA devices to delete too.
MFA_NOTE = f"{RESERVED}leaving-mfa-device-"
# On a user whose access key is being replaced: the new one, the one before, and since when that is inactive.
ROTATION = f"{RESERVED}access-key-rotation"
# In that tag, and in the state that a plan leads to, what stands for the key that is yet to be made.
NEW_KEY = "new"
# On users who are for emergencies and are never deleted or suspended. Whatever its value, the tag protects.
PROTECTED = f"{RESERVED}protected"
# On users who are suspended.
SUSPENDED = f"{RESERVED}suspended"
# On users for emergencies whose password is sealed: when it was sealed, and how far a sealing is.
BREAK_GLASS = f"{RESERVED}break-glass"
# Default name of the policy that makes a group require MFA.
REQUIRE_MFA_POLICY_NAME = "CloudHSMIamRequireMFA"
