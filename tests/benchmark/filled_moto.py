# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A moto server that has all users already, put there without calls: thousands of calls would take it minutes.

filled_moto.py PORT FILE: the users, as a JSON list.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import moto_server
from moto.iam.models import iam_backends

ACCOUNT = "123456789012"


def main() -> int:
    """Fill the account, and serve it until the process that started this one has gone."""
    backend = iam_backends[ACCOUNT]["aws"]
    persons = json.loads(Path(sys.argv[2]).read_text())
    for group in sorted({group for person in persons for group in person["groups"]}):
        backend.create_group(group)
    for person in persons:
        tags = [{"Key": key, "Value": value} for key, value in person["tags"].items()]
        backend.create_user("us-east-1", person["name"], person["path"], tags)
        for group in person["groups"]:
            backend.add_user_to_group(group, person["name"])
    moto_server.serve(int(sys.argv[1]), with_parent=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
