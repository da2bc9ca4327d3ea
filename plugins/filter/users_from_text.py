# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users as text, as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._users_text import read_users

DOCUMENTATION = r"""
name: users_from_text
short_description: A list of users from YAML or CSV text
version_added: 1.0.0
author:
  - cloudhsm.iam contributors
description:
  - Makes the list for C(user_provisioning_users) from text, such as a survey answer or a file.
  - One message lists all errors, with line and field.
  - Values stay as they are written. V(0123) is a name, not the number that YAML would read. Only options that are
    true or false, such as C(console_access), become booleans.
  - Refuses passwords, because such text is stored and shown as it is.
  - Reads up to 1,000,000 characters and 5,000 users. Refuses YAML aliases and tags.
options:
  _input:
    description:
      - A YAML list of users with the keys of C(user_provisioning_users), or CSV whose first line names the columns.
      - CSV can have commas, semicolons or tabs between the cells, and a first line such as C(sep=;). A cell such as
        C(="0123"), which spreadsheets write for text of digits, is the text C(0123). The column of names can also be
        called C(username), C(user name) or C(user). The case of column names does not matter.
      - In CSV, separate a user's groups and managed policies with spaces, semicolons or commas. For a group whose name
        contains a comma, use YAML. Write tags as in V(team=audit;stage=production). An empty cell is the same as
        leaving out the key.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Provision the users from a survey answer
  ansible.builtin.include_role:
    name: cloudhsm.iam.user_provisioning
  vars:
    user_provisioning_users: "{{ users_text | cloudhsm.iam.users_from_text }}"
    # users_text: |
    #   name,groups,console_access
    #   alice,CloudHSMAdministrators,yes
    #   bob,CloudHSMAuditors;Readers,

- name: Provision the users from a file of the project
  ansible.builtin.include_role:
    name: cloudhsm.iam.user_provisioning
  vars:
    user_provisioning_users: "{{ lookup('ansible.builtin.file', 'users.csv') | cloudhsm.iam.users_from_text }}"
"""

RETURN = r"""
_value:
  description: The users. Values that were left out have no key.
  type: list
  elements: dict
  sample:
    - name: alice
      groups: [CloudHSMAdministrators]
      console_access: true
"""


def users_from_text(text: t.Any) -> list[dict[str, t.Any]]:
    """The users. Raises AnsibleFilterError with all problems in the text."""
    if not isinstance(text, str):
        raise AnsibleFilterError("The users are not text; give a YAML list or CSV as one string")
    users, problems = read_users(text)
    if problems:
        raise AnsibleFilterError(f"The users can't be read. {'; '.join(problems)}")
    return users


class FilterModule:
    """The entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """The filters by name."""
        return {"users_from_text": users_from_text}
