# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the role federated_access as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible.utils.display import Display
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import input_problems
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._saml_file import certificate_warning, with_metadata

DOCUMENTATION = r"""
name: federated_access_problems
short_description: What is wrong with the variables of the role federated_access
version_added: 1.0.0
description:
  - Looks at the variables of the role C(cloudhsm.iam.federated_access) and tells all mistakes that can be seen without
    looking at the account. The role itself uses it; elsewhere it can check variables before a run.
author:
  - cloudhsm.iam contributors
options:
  _input:
    description:
      - The variables, without the prefix C(federated_access_). The metadata document is read where they say; a text
        given as C(metadata) takes its place.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Check a session length
  ansible.builtin.debug:
    msg: "{{ options | cloudhsm.iam.federated_access_problems }}"
  vars:
    options:
      state: present
      role_name: CloudHSMAdministrators
      policy_name: CloudHSMAdministrators
      provider_arn: arn:aws:iam::123456789012:saml-provider/Example
      max_session_duration: 60
"""

RETURN = r"""
_value:
  description: One sentence for each mistake, which begins with the variable's name. Empty where there is none.
  type: list
  elements: str
  sample:
    - "federated_access_max_session_duration: must be from 3600 to 43200 seconds, which is 1 to 12 hours, not 60"
"""


def problems(variables: Mapping[str, t.Any]) -> list[str]:
    """The filter. Warns about certificates that have expired."""
    options = with_metadata(variables)
    found = input_problems(options)
    warning = None if found else certificate_warning(options["metadata"])
    if warning:
        Display().warning(f"federated_access: {warning}")
    return found


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"federated_access_problems": problems}
