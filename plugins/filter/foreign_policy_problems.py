# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a policy that was found by its name may be used, as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import Expected, adoption_problem, named

DOCUMENTATION = r"""
name: foreign_policy_problems
short_description: Why a customer managed policy with an expected name is not used
version_added: 1.1.0
description:
  - Names of policies are unique in an account, whatever their paths. Anyone who may create policies below one path can
    therefore take a name that a role uses, and decide what the role attaches to a group.
  - Tells why an existing policy with the name is not used. It is at another path than the expected one, or it has no
    tag that shows that this collection created it. The roles use it before they change anything.
positional: _input, name
options:
  _input:
    description: The RV(cloudhsm.iam.iam_account_info#module:policies) that M(cloudhsm.iam.iam_account_info) returns.
    type: list
    elements: dict
    required: true
  name:
    description: Name of the policy.
    type: str
    required: true
  name_option:
    description: What the message calls the option with the name.
    type: str
    default: name
  adopt_option:
    description: What the message calls the option that allows the policy all the same.
    type: str
    default: adopt
  path:
    description: The path at which the policy is expected.
    type: str
    default: /
  creation_tags:
    description: Tags that show, besides those of this collection, that the policy is the expected one.
    type: dict
    default: {}
  adopt:
    description: Whether the user said that a policy of the name is to be used wherever it is and whoever created it.
    type: bool
    default: false
author:
  - cloudhsm.iam contributors (@cloudhsm)
seealso:
  - module: cloudhsm.iam.iam_account_info
"""

EXAMPLES = r"""
- name: Look up the policy
  cloudhsm.iam.iam_account_info:
    policies: [CloudHSMIamRequireMFA]
  register: account

- name: Check that it may be used
  ansible.builtin.assert:
    that: account.policies | cloudhsm.iam.foreign_policy_problems('CloudHSMIamRequireMFA') | length == 0
"""

RETURN = r"""
_value:
  description: A sentence that begins with the O(name_option). Empty where the policy may be used or does not exist.
  type: list
  elements: str
  sample: []
"""


def foreign_policy_problems(
    policies: Iterable[Mapping[str, t.Any]],
    name: str,
    *,
    name_option: str = "name",
    adopt_option: str = "adopt",
    path: str = "/",
    creation_tags: Mapping[str, str] | None = None,
    adopt: bool = False,
) -> list[str]:
    """The filter."""
    expected = Expected(name, name_option, adopt_option, path, creation_tags=creation_tags or {}, adopt=bool(adopt))
    problem = adoption_problem(expected, named(name, policies))
    return [problem] if problem else []


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"foreign_policy_problems": foreign_policy_problems}
