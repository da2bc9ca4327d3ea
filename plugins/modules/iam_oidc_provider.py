#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_oidc_provider
short_description: Create or delete an OIDC provider of IAM
version_added: 1.1.0
description:
  - Creates an OIDC provider, adds audiences to it, or deletes it. Audiences that you don't list stay.
  - M(cloudhsm.iam.iam_cloudhsm_role) uses this module for roles that GitHub Actions, GitLab or EKS assume, and checks
    who can get tokens of the provider.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  name:
    description: The issuer URL. You can leave out C(https://), as IAM does.
    type: str
    required: true
  state:
    description: Whether the provider exists.
    type: str
    choices: [present, absent]
    default: present
  audiences:
    description: Audiences (client IDs) that a token may be for.
    type: list
    elements: str
    default: []
  thumbprints:
    description:
      - SHA-1 thumbprints of the certificate authority of a new provider. If you leave them out, IAM gets the thumbprint
        itself.
    type: list
    elements: str
    default: []
  tags:
    description: Tags of a new provider.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
notes:
  - Needs the permissions C(iam:ListOpenIDConnectProviders), C(iam:GetOpenIDConnectProvider) and C(iam:ListRoles). To
    create, it needs C(iam:CreateOpenIDConnectProvider) and C(iam:TagOpenIDConnectProvider). To add audiences, it needs
    C(iam:AddClientIDToOpenIDConnectProvider). To delete, it needs C(iam:DeleteOpenIDConnectProvider).
seealso:
  - module: cloudhsm.iam.iam_cloudhsm_role
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Create the provider for GitHub Actions
  cloudhsm.iam.iam_oidc_provider:
    name: https://token.actions.githubusercontent.com
    audiences: [sts.amazonaws.com]
"""

RETURN = r"""#"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.oidc_provider import run

TEXTS: dict[str, t.Any] = {"type": "list", "elements": "str", "default": []}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "audiences": TEXTS,
    "thumbprints": TEXTS,
    "tags": {"type": "dict", "default": {}},
}
MODULE = Module("cloudhsm.iam.iam_oidc_provider", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()
