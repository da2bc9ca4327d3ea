# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags that have been checked, as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import in_one_message
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems

DOCUMENTATION = r"""
name: checked_tags
short_description: Tags, checked by AWS's own rules
version_added: 1.1.0
author:
  - cloudhsm.iam contributors
description:
  - Returns the tags unchanged, or reports all errors in them. AWS itself rejects invalid tags one at a time, after
    other objects are already created.
  - Keys and values can contain letters, numbers and spaces of any script, and C(_.:/=+-@). A key has 1 to 128
    characters, a value up to 256. Keys that begin with C(aws:) are reserved for AWS, and IAM ignores the case of keys.
  - Refuses numbers, booleans and dates, because YAML changes C(0042) to C(34).
options:
  _input:
    description: The tags. An empty value means no tags.
    type: dict
    required: true
  variable:
    description: Name of the variable that contains the tags. Messages begin with it.
    type: str
    default: tags
"""

EXAMPLES = r"""
- name: Show valid tags
  ansible.builtin.debug:
    msg: "{{ {'cost-center': '0042'} | cloudhsm.iam.checked_tags }}"
"""

RETURN = r"""
_value:
  description: The same tags.
  type: dict
  sample: {"cost-center": "0042"}
"""


def checked_tags(tags: t.Any, variable: str = "tags") -> dict[str, str]:
    """The tags. Raises AnsibleFilterError with all that is wrong with them."""
    problems = tag_problems(tags or None, variable)
    if problems:
        raise AnsibleFilterError(in_one_message(problems))
    return dict(tags or {})


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"checked_tags": checked_tags}
