# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A module's end of its progress.

What a module prints is read at its end, so the lines go to a file that the controller reads meanwhile.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "CLOUDHSM_IAM_PROGRESS_FILE"


def tell_controller(line: str) -> None:
    """Append a line to the file that the controller reads, if there is one here.

    Progress is no reason to fail: another machine, or another user, may be where the file is not.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return
    try:
        # Only the controller makes the file.
        if Path(path).is_file():
            with open(path, "a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")
    except OSError:
        pass
