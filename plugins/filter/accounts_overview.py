# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of bootstrap did in many accounts, as a table."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import fleet

DOCUMENTATION = r"""
name: accounts_overview
short_description: A table of what bootstrap did in many accounts
version_added: 1.1.0
author:
  - cloudhsm.iam contributors
description:
  - Returns a line for each account with its host, its account ID, whether it changes, and how many objects of it
    change. Accounts that failed come last. The last line has the totals.
  - The playbook C(cloudhsm.iam.bootstrap_organization) uses it.
options:
  _input:
    description: The variables of the hosts, by their names.
    type: dict
    required: true
  check_mode:
    description: Whether the run was in check mode.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show what became of the accounts
  ansible.builtin.debug:
    msg: "{{ accounts | cloudhsm.iam.accounts_overview(ansible_check_mode) }}"
  vars:
    accounts: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars))) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""


def accounts_overview(hosts: object, check_mode: bool = False) -> list[str]:
    """The lines of the table, and its totals. Raises AnsibleFilterError."""
    if not isinstance(hosts, Mapping):
        raise AnsibleFilterError("needs the variables of the hosts, by their names")
    accounts = fleet.accounts_of(hosts, check_mode)
    return [*fleet.table(accounts), fleet.total(accounts, check_mode)]


class FilterModule:
    """The entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"accounts_overview": accounts_overview}
