# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which users a list still names, as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import read_names

DOCUMENTATION = r"""
name: users_still_listed
short_description: Which users would be made again by a list
version_added: 1.1.0
author:
  - cloudhsm.iam contributors
description:
  - Tells which of the given users are in lists of users who are to be present. The role
    C(cloudhsm.iam.user_offboarding) reports them, since the next run over such a list makes a deleted user again.
options:
  _input:
    description: Names of users. IAM ignores case.
    type: list
    elements: str
    required: true
  lists:
    description:
      - The lists by their names. Each holds users in the form of C(user_provisioning_users), or names of users as a
        list or as text. Users with the state V(absent) or V(suspended) do not count.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: See who would come back
  ansible.builtin.debug:
    msg: "{{ ['alice', 'bob'] | cloudhsm.iam.users_still_listed({'our_users': [{'name': 'bob'}]}) }}"
"""

RETURN = r"""
_value:
  description: The users that are still listed, each with the names of the lists.
  type: list
  elements: str
  sample: ["bob (our_users)"]
"""


def users_still_listed(names: Iterable[str], lists: Mapping[str, t.Any]) -> list[str]:
    """The users that are in a list, each with the names of those lists."""
    listed = {variable: {name.lower() for name in _listed(value)} for variable, value in lists.items()}
    found = {name: [variable for variable, users in listed.items() if name.lower() in users] for name in names}
    return [f"{name} ({', '.join(variables)})" for name, variables in found.items() if variables]


def _listed(value: object) -> Iterator[str]:
    """Names in a list of users or of names. What is neither is for the role whose list it is to refuse."""
    if not isinstance(value, list):
        yield from read_names(value)[0]
        return
    for user in value:
        name = user.get("name") if isinstance(user, Mapping) else user
        if isinstance(name, str) and not (isinstance(user, Mapping) and user.get("state", "present") != "present"):
            yield name


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"users_still_listed": users_still_listed}
