# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

from __future__ import annotations


class ModuleDocFragment:
    """The options that both modules of the export have."""

    DOCUMENTATION = r"""
options:
  names:
    description:
      - Names of the users to export. V(*) and V(?) are placeholders. By default, all users are exported.
      - A name without placeholders that no user has is an error.
      - If several filters are given, users must match all of them. Groups are then exported only if an exported user
        is a member.
    type: list
    elements: str
    default: []
  paths:
    description: Paths of the users to export, such as V(/hsm/). Paths below it are included.
    type: list
    elements: str
    default: []
  groups:
    description: Groups whose members to export. A group that does not exist is an error.
    type: list
    elements: str
    default: []
  tags:
    description: Tags that users must have to be exported. The value V(*) stands for any value.
    type: dict
    default: {}
  managed_by_tag:
    description: Key of the ownership tag of your users. It is not exported as one of their tags.
    type: str
    default: cloudhsm.iam/managed
  live_limit:
    description:
      - If at most this many users are exported, their access keys, MFA devices, SSH keys, certificates and
        service-specific credentials are counted live. For more users, the counts come from AWS's credential report,
        which is up to four hours old and has no SSH keys and no service-specific credentials.
      - Everything else is always read live.
    type: int
    default: 100
  wait_timeout:
    description: Number of seconds to wait for AWS to create the credential report.
    type: int
    default: 60
  identity_center:
    description:
      - Whether to return, or write to a third file, variables of the role C(identity_center_access) by which the
        members of each group get the same access levels in this account through IAM Identity Center.
    type: bool
    default: false
  identity_center_names:
    description:
      - Names in the identity store by the names of IAM users, where they differ. Others have the same name there.
    type: dict
    default: {}
  variables_prefix:
    description:
      - Prefix of the variables of the role that this module is run by. Options that you leave out come from the
        variables with this prefix.
    type: str
    default: ''
"""
