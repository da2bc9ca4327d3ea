# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What access through IAM Identity Center takes: many assignments at once, beside a loop of single requests.

make bench-assignments      200 accounts and 5 permission sets at 80 ms a call; writes its part of docs/benchmarks.md

The loop does what a resource for a single assignment does, with plain boto3: it looks whether the assignment is there,
makes it, and asks for its status until AWS is done. It runs for a tenth of the accounts, and is extrapolated.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import typing as t
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from helpers.accounts.identity_center import IdentityCenter
from helpers.accounts.organization import MANAGEMENT, Member, make_organization
from helpers.moto.fault_proxy import Call, FaultProxy
from helpers.moto.fault_rules import Faults
from helpers.processes.control_node import ControlNode
from moto_identity_center import WORK
from moto_server import MotoServer
from rendering import render

from .page import DOCS_PAGE, machine, with_section

HEADING = "## Access through IAM Identity Center"
HERE = Path(__file__).resolve().parent
ACCOUNTS = 200
SETS = 5
LATENCY = 0.08
SHARE = 10
GOAL = 5.0


def variables() -> dict[str, t.Any]:
    """All sets for a group each, in all accounts but the management account."""
    names = [f"Set{number}" for number in range(SETS)]
    everywhere = {"all_accounts": True, "exclude_accounts": [MANAGEMENT]}
    return {
        "identity_center_access_permission_sets": [{"name": name, "access": "read_only"} for name in names],
        "identity_center_access_assignments": [
            {"permission_set": name, "groups": [f"Group{number}"], **everywhere} for number, name in enumerate(names)
        ],
    }


def ours(node: ControlNode, given: dict[str, t.Any]) -> float:
    """Seconds of a whole ansible-playbook."""
    started = time.monotonic()
    run = node.playbook("cloudhsm.iam.identity_center_access", "-e", json.dumps(given))
    if run.status:
        raise RuntimeError(run.output)
    return time.monotonic() - started


def loop(url: str, center: IdentityCenter, group: str, accounts: Sequence[str]) -> float:
    """Seconds of a loop of single requests over permission sets and accounts."""
    sso = IdentityCenter(url).sso
    started = time.monotonic()
    for arn in center.sso.list_permission_sets(InstanceArn=center.arn)["PermissionSets"]:
        of_set = {"InstanceArn": center.arn, "PermissionSetArn": arn}
        for account in accounts:
            sso.list_account_assignments(**of_set, AccountId=account)
            request = sso.create_account_assignment(
                **of_set, TargetId=account, TargetType="AWS_ACCOUNT", PrincipalType="GROUP", PrincipalId=group
            )["AccountAssignmentCreationStatus"]
            while request["Status"] == "IN_PROGRESS":
                request = sso.describe_account_assignment_creation_status(
                    InstanceArn=center.arn, AccountAssignmentCreationRequestId=request["RequestId"]
                )["AccountAssignmentCreationStatus"]
    return time.monotonic() - started


def counted(calls: Sequence[Call]) -> Counter[str]:
    """How often each action of IAM Identity Center, its store and the organization was called."""
    return Counter(call.action for call in calls)


def main() -> int:
    """Measure everything, and write it down."""
    with tempfile.TemporaryDirectory() as folder, MotoServer(managed_policies=False) as server:
        ids = list(make_organization(server.url, [Member(f"member {n}") for n in range(ACCOUNTS)]).values())
        center = IdentityCenter(server.url)
        groups = [center.add_group(f"Group{number}") for number in range(SETS)]
        other = center.add_group("Other")
        runs: list[tuple[float, Counter[str]]] = []
        for turn in range(2):
            home = Path(folder) / str(turn)
            home.mkdir()
            with FaultProxy(server.url, Faults(latency=LATENCY)) as proxy:
                seconds = ours(ControlNode(home, proxy.url), variables())
                runs.append((seconds, counted(proxy.calls)))
            print(f"{seconds:.1f} s, {runs[-1][1].total()} requests", flush=True)
        made = sum(center.assignments_of(group) for group in groups)
        with FaultProxy(server.url, Faults(latency=LATENCY)) as proxy:
            few = loop(proxy.url, center, other, ids[: ACCOUNTS // SHARE])
            alone = counted(proxy.calls)
    if made != ACCOUNTS * SETS:
        raise RuntimeError(f"{made} assignments were made, not {ACCOUNTS * SETS}")
    factor = few * SHARE / runs[0][0]
    text = render(
        HERE / "assignments_section.md.j2",
        accounts=ACCOUNTS,
        sets=SETS,
        assignments=ACCOUNTS * SETS,
        milliseconds=round(LATENCY * 1000),
        work=WORK,
        share=SHARE,
        loop=few,
        loop_calls=alone.total(),
        runs=[(seconds, calls.total(), calls["CreateAccountAssignment"]) for seconds, calls in runs],
        factor=factor,
        goal=GOAL,
        machine=machine(),
    )
    print(with_section(DOCS_PAGE.parent, HEADING, text))
    return 0 if factor >= GOAL else 2


if __name__ == "__main__":
    sys.exit(main())
