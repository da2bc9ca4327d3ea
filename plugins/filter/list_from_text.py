# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list that may come as text, as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import in_one_message, read_list

DOCUMENTATION = r"""
name: list_from_text
short_description: A list of strings from a list or from text
version_added: 1.1.0
author:
  - cloudhsm.iam contributors
description:
  - Makes a list from text of a command line or a survey. Ansible accepts such text for a role's argument of the type
    C(list), but passes it on as text, so that each character would become an element.
  - Splits text at commas, spaces and line breaks. An element in quotes stays as it is written.
  - Refuses a comma at the end, a comma with nothing before it, and elements that are not text.
options:
  _input:
    description: The list, or text. An empty value is an empty list.
    type: raw
    required: true
  variable:
    description: Name of the variable that contains the list. Messages begin with it.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show the groups
  ansible.builtin.debug:
    msg: "{{ 'Readers, Auditors' | cloudhsm.iam.list_from_text }}"
"""

RETURN = r"""
_value:
  description: The elements, in their order.
  type: list
  elements: str
  sample: [Readers, Auditors]
"""


def list_from_text(value: object, variable: str = "") -> list[str]:
    """The list. Raises AnsibleFilterError with all that is wrong with it."""
    found, problems = read_list(value)
    if problems:
        raise AnsibleFilterError(f"{variable}: {in_one_message(problems)}" if variable else in_one_message(problems))
    return found


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"list_from_text": list_from_text}
