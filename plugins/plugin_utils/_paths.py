# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Resolves paths that users give."""

from __future__ import annotations

import os
import re

from ansible.errors import AnsibleError


def from_working_directory(path: str) -> str:
    """Return the absolute path: ~ is the home folder, and relative paths start in the current working directory.

    Environment variables are expanded, as in all of Ansible's paths. Ansible itself starts in the playbook's folder,
    which for a playbook of this collection is the installed collection. A file there would be lost at the next upgrade.
    """
    path = os.path.expandvars(re.sub(r"^\$(HOME\b|\{HOME\})", "~", path))
    if path.startswith("~"):
        # Python keeps ~ if it finds no home, and an empty HOME would give the root folder.
        home = os.path.expanduser(path.partition("/")[0])
        if home.startswith("~") or not home.strip("/"):
            raise AnsibleError(
                f"{path} is in the home folder, and this user has none; set HOME, or give an absolute path"
            )
    return os.path.abspath(os.path.expanduser(path))
