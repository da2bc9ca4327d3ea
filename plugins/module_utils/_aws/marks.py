# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The tags by which this collection knows its own again, and notes what it has to know later."""

from __future__ import annotations

# Start of the keys of this collection's own tags. None of them can be asked for by name, and none is purged.
RESERVED = "cloudhsm.iam/"
# The ownership tag on what this collection creates, unless another key is asked for, and its value.
MANAGED = f"{RESERVED}managed"
OWNED = "true"
# On the users and policies that bootstrap creates: its teardown deletes these and no others.
BOOTSTRAP = f"{RESERVED}bootstrap"
# On the policy that bootstrap creates: which groups it created. Groups themselves can't have tags in IAM.
BOOTSTRAP_GROUPS = f"{RESERVED}bootstrap-groups"
# Start of the keys of the tags that note, on a user who is being deleted, which virtual MFA devices go too.
MFA_NOTE = f"{RESERVED}leaving-mfa-device-"
# On a user whose access key is being replaced: the new one, the one before, and since when that is inactive.
ROTATION = f"{RESERVED}access-key-rotation"
# On users who are for emergencies and are never deleted or suspended. Whatever its value, the tag protects.
PROTECTED = f"{RESERVED}protected"
# On users who are locked out for now.
SUSPENDED = f"{RESERVED}suspended"
# The policy that makes a group require MFA is known by this name, unless another is asked for.
REQUIRE_MFA_POLICY_NAME = "CloudHSMIamRequireMFA"
