# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The names of options in messages."""

from __future__ import annotations


def called(option: str, prefix: str) -> str:
    """The role variable that sets an option: policy.name with the prefix cloudhsm_group_ is cloudhsm_group_policy_name.

    Fields of list items keep their path, because they have no variable of their own.
    """
    if not prefix:
        return option
    return prefix + (option if "[" in option else option.replace(".", "_"))
