# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of users, from a list or from the text of a survey."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import in_one_message
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import read_names

DOCUMENTATION = r"""
name: user_names
short_description: Names of IAM users from a list or from text
version_added: 1.0.0
author:
  - cloudhsm.iam contributors
description:
  - Returns a list of names. In text, the names can be separated by commas, spaces and line breaks, as in surveys and on
    command lines.
  - In text, a comma always separates names, although IAM allows commas in names. Put such a name in quotes. Quotes
    around a name are removed. In a list, each item is one name, as it is written.
  - Refuses items of a list that begin or end with a comma, because they come from text that was split only at spaces.
  - Refuses text that looks like part of a table, because other columns can contain the names of other people. Signs of
    a table are a heading such as C(user) or C(manager), tabs, and lines that all have the same number of columns.
  - Refuses a comma at the end, because Ansible drops what follows the space in C(-e names=a, b).
  - Accepts a byte order mark, the brackets of a list, and lines that all begin with a list marker.
  - Refuses numbers, booleans and dates, because YAML changes C(0123) to C(83).
  - Reports all errors at once, with the item of the list or the line of the text.
options:
  _input:
    description: The names, as a list or as text.
    type: raw
    required: true
  variable:
    description: Name of the variable that contains the names. Messages begin with it.
    type: str
    default: ""
    version_added: 1.1.0
  allow_empty:
    description: Whether the list can be empty.
    type: bool
    default: false
    version_added: 1.1.0
"""

EXAMPLES = r"""
- name: Show the names
  ansible.builtin.debug:
    msg: "{{ 'mallory, bob' | cloudhsm.iam.user_names }}"
"""

RETURN = r"""
_value:
  description: The names, in their order.
  type: list
  elements: str
"""


def user_names(names: object, variable: str = "", allow_empty: bool = False) -> list[str]:
    """The names as a list. Raises AnsibleFilterError with all problems in them."""
    found, problems = read_names(names)
    if not found and not problems and not allow_empty:
        problems = ["no user is named"]
    if problems:
        raise AnsibleFilterError(f"{variable}: {in_one_message(problems)}" if variable else in_one_message(problems))
    return found


class FilterModule:
    """The entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"user_names": user_names}
