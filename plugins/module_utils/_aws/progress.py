# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A module's side of progress reports.

Ansible reads a module's output only at its end, so the lines go to a file that the controller follows.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "CLOUDHSM_IAM_PROGRESS_FILE"


def tell_controller(line: str) -> None:
    """Append a line to the controller's progress file, if it exists here.

    Errors are ignored: the module may run on another machine or as another user.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return
    try:
        # The controller creates the file; the module never does.
        if Path(path).is_file():
            with open(path, "a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")
    except OSError:
        pass
