# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least that does the job: boto3 with threads, no plan, no checks and no answer to anything that goes wrong.

bare_script.py FILE THREADS: the users to make, as a JSON list.
"""

from __future__ import annotations

import json
import sys
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3


def main() -> int:
    """Make the users that are not there."""
    persons = json.loads(Path(sys.argv[1]).read_text())
    iam = boto3.client("iam")
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["User", "Group"], PaginationConfig={"PageSize": 1000}
    )
    there = {user["UserName"] for page in pages for user in page["UserDetailList"]}

    def make(person: dict[str, t.Any]) -> None:
        tags: t.Any = [{"Key": key, "Value": value} for key, value in person["tags"].items()]
        iam.create_user(UserName=person["name"], Path=person["path"], Tags=tags)
        for group in person["groups"]:
            iam.add_user_to_group(GroupName=group, UserName=person["name"])

    with ThreadPoolExecutor(int(sys.argv[2])) as pool:
        list(pool.map(make, [person for person in persons if person["name"] not in there]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
