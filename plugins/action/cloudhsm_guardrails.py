# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of cloudhsm_guardrails: no process of its own where none is needed."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.modules.cloudhsm_guardrails import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._reviewed_module import ReviewedModule


class ActionModule(ReviewedModule):
    """Runs the module's logic."""

    MODULE = MODULE
    HOW = frozenset({"workers", "wait_timeout", "canary_wait", "impact", "impact_role_name"})

    def kind(self, options: Mapping[str, t.Any]) -> str:
        del options
        return "cloudhsm_guardrails"
