# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""How options are called in what is said about them."""

from __future__ import annotations


def called(option: str, prefix: str) -> str:
    """What the variable is called that a role hands on as the option: policy.name as cloudhsm_group_policy_name.

    What is in an item of a list has no variable of its own.
    """
    if not prefix:
        return option
    return prefix + (option if "[" in option else option.replace(".", "_"))
