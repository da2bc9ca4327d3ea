# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trust policy for a SAML provider as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation import saml_trust

DOCUMENTATION = r"""
name: saml_trust_policy
short_description: The trust policy of a role for users of a SAML identity provider
version_added: 1.0.0
description:
  - Builds the trust policy of an IAM role that only the users of a SAML identity provider can assume.
  - The partition in the provider's ARN determines which sign-in endpoint the assertion must be for (C(SAML:aud)).
author:
  - cloudhsm.iam contributors
options:
  _input:
    description: ARN of the SAML provider in IAM.
    type: str
    required: true
  required_tags:
    description:
      - Session tags that the assertion must contain, each with exactly this value. Use it to require something that
        only the identity provider knows, such as whether the user signed in with MFA.
    type: dict
    default: {}
  session_tags:
    description:
      - Keys of other session tags that the assertion may contain. A sign-in with any other session tag fails.
    type: list
    elements: str
    default: []
  audiences:
    description:
      - Sign-in endpoints that the assertion may be for, to use several regions. The default is the endpoint of the
        partition.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Show the trust policy for all users of the identity provider
  ansible.builtin.debug:
    msg: "{{ 'arn:aws:iam::123456789012:saml-provider/Example' | cloudhsm.iam.saml_trust_policy }}"

- name: Show the trust policy for users whose session tag confirms MFA
  ansible.builtin.debug:
    msg: "{{ provider_arn | cloudhsm.iam.saml_trust_policy(required_tags={'MFA': 'true'}) }}"
  vars:
    provider_arn: arn:aws:iam::123456789012:saml-provider/Example
"""

RETURN = r"""
_value:
  description: The trust policy.
  type: dict
  sample:
    Version: "2012-10-17"
    Statement:
      - Sid: SignInThroughSaml
        Effect: Allow
        Principal: {Federated: "arn:aws:iam::123456789012:saml-provider/Example"}
        Action: sts:AssumeRoleWithSAML
        Condition: {StringEquals: {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
"""


def saml_trust_policy(
    provider_arn: str,
    required_tags: Mapping[str, str] | None = None,
    session_tags: Sequence[str] = (),
    audiences: Sequence[str] = (),
) -> dict[str, t.Any]:
    """The trust policy. Raises AnsibleFilterError that names every mistake."""
    try:
        return saml_trust.saml_trust_policy(provider_arn, required_tags or {}, session_tags, audiences)
    except ValueError as exc:
        raise AnsibleFilterError(f"cloudhsm.iam.saml_trust_policy: {exc}") from exc


class FilterModule:
    """The entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """The filters by name."""
        return {"saml_trust_policy": saml_trust_policy}
