# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of sts_session: no process of its own where none is needed."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
from ansible_collections.cloudhsm.iam.plugins.modules import sts_session
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._in_worker import InWorkerAction, Module


class ActionModule(InWorkerAction):
    """Runs the module in the worker."""

    OF_THE_ACCOUNT = False
    MODULE = Module("cloudhsm.iam.sts_session", sts_session.main)
    # With async the result, and with it the credentials, would lie in a file until somebody takes it away.
    _supports_async = False
