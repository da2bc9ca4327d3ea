# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of identity_center_sign_ins_info: no process of its own where none is needed."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
from ansible_collections.cloudhsm.iam.plugins.modules.identity_center_sign_ins_info import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction


class ActionModule(LocalAction):
    """Runs the module's logic."""

    MODULE = MODULE
