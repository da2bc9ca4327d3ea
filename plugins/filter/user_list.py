# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of users that has been checked, as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import in_one_message
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Options

DOCUMENTATION = r"""
name: user_list
short_description: A list of users, checked as the module iam_users checks it
version_added: 1.1.0
author:
  - cloudhsm.iam contributors
description:
  - Returns the list unchanged, or reports all errors that can be found without reading the account. Roles use it before
    their first write.
  - Refuses text. P(cloudhsm.iam.users_from_text#filter) makes a list from text.
options:
  _input:
    description: The users, as in the option O(cloudhsm.iam.iam_users#module:users). An empty value is an empty list.
    type: list
    elements: dict
    required: true
  variable:
    description: Name of the variable that contains the users. Messages begin with it.
    type: str
    default: users
  managed_by_tag:
    description: Key of the tag that marks the users created by this module.
    type: str
    default: cloudhsm.iam/managed
"""

EXAMPLES = r"""
- name: Check a list of users without an account
  ansible.builtin.debug:
    msg: "{{ [{'name': 'alice'}] | cloudhsm.iam.user_list | length }} users"
"""

RETURN = r"""
_value:
  description: The same users.
  type: list
  elements: dict
  sample:
    - name: alice
"""


def user_list(users: t.Any, variable: str = "users", managed_by_tag: str = Options.managed_by_tag) -> list[t.Any]:
    """The users. Raises AnsibleFilterError with all that is wrong with them."""
    # What an unanswered question of a survey gives.
    if users is None or users == "":
        return []
    _desired, problems = parse_users(users, managed_by_tag)
    if problems:
        raise AnsibleFilterError(in_one_message([variable + problem.removeprefix("users") for problem in problems]))
    return list(users)


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"user_list": user_list}
