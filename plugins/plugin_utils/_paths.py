# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Where a path that a user gave leads to."""

from __future__ import annotations

import os
import re

from ansible.errors import AnsibleError


def from_working_directory(path: str) -> str:
    """The path as an absolute one: ~ is the home folder, and relative means the folder that the command was run in.

    Variables of the environment count, as in all paths that Ansible takes.

    Ansible's own way begins in the playbook's folder, which for a playbook of this collection is the installed
    collection: whatever is written there goes with the next upgrade.
    """
    path = os.path.expandvars(re.sub(r"^\$(HOME\b|\{HOME\})", "~", path))
    if path.startswith("~"):
        # Python leaves ~ as it is where it finds no home, and an empty HOME would lead to the root folder.
        home = os.path.expanduser(path.partition("/")[0])
        if home.startswith("~") or not home.strip("/"):
            raise AnsibleError(
                f"{path} is in the home folder, and this user has none; set HOME, or give an absolute path"
            )
    return os.path.abspath(os.path.expanduser(path))
